using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Tls;
using OrleansUploads.Samples.IngestionNode;

// An ingestion node: it stores bytes in its own folder, and the cluster decides which of them are the archive.
//
//   IngestionNode <file> <account> <vault> <folder> [<upload ID>]
//
// With the ID of an upload it continues that upload, so it can be killed and started again, or run several times at once.
// ORLEANS_POSTGRES is the connection string of the cluster's database. Without it, the node calls a silo on this machine.
// ORLEANS_CLUSTER is the cluster ID, if it is not orleans-uploads.
// ORLEANS_TLS is the folder with the certificate of this node (tls.crt), its key (tls.key) and the cluster's authority (authority.crt).
// A cluster with TLS needs it.
// Exit codes: 0 completed, 1 refused or failed, 2 wrong usage.
if (args.Length is < 4 or > 5)
{
    Console.Error.WriteLine("usage: IngestionNode <file> <account> <vault> <folder> [<upload ID>]");
    return 2;
}

var file = new FileInfo(args[0]);
if (!file.Exists || file.Length == 0)
{
    Console.Error.WriteLine($"IngestionNode: {file.FullName} does not exist or is empty. Name a file with at least one byte.");
    return 2;
}

using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stopping.Cancel();
};

var clusterId = Environment.GetEnvironmentVariable("ORLEANS_CLUSTER") is { Length: > 0 } id ? id : "orleans-uploads";
var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.UseOrleansClient(client =>
{
    if (Environment.GetEnvironmentVariable("ORLEANS_POSTGRES") is { Length: > 0 } database)
    {
        client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database));
        client.Configure<ClusterOptions>(cluster =>
            (cluster.ClusterId, cluster.ServiceId) = (clusterId, "orleans-uploads"));
    }
    else
    {
        client.UseLocalhostClustering(serviceId: "orleans-uploads", clusterId: clusterId);
    }

    // A silo that has just failed may still be in the list of silos; another one answers. With a wrong cluster ID none does.
    var attempts = 0;
    client.UseConnectionRetryFilter(async (_, cancellationToken) =>
    {
        await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
        return ++attempts < 20;
    });

    if (Environment.GetEnvironmentVariable("ORLEANS_TLS") is { Length: > 0 } folder)
    {
        string PathOf(string name) => Path.Combine(folder, name);
        client.UseClusterTls(new TlsFiles(PathOf("tls.crt"), PathOf("tls.key"), PathOf("authority.crt")));
    }
});
using var host = builder.Build();
try
{
    await host.StartAsync(stopping.Token);
}
catch (OrleansException)
{
    Console.Error.WriteLine($"IngestionNode: no silo of the cluster '{clusterId}' answers. Check the cluster ID and the database.");
    return 1;
}

var grains = host.Services.GetRequiredService<IGrainFactory>();
var key = args.Length == 5 ? args[4] : UploadKey.New();
var upload = grains.GetGrain<IUploadGrain>(key);
var node = new Ingestion(upload, new VaultAddress(args[1], args[2]), new DirectoryInfo(args[3]));
Console.WriteLine($"upload  {key}");
try
{
    var archive = await node.RunAsync(file, stopping.Token);
    Console.WriteLine($"archive {archive.ArchiveId}");
    var used = new HashSet<string>();
    await foreach (var part in node.ReadManifestAsync(stopping.Token))
    {
        used.Add(part.Location!);
        Console.WriteLine($"{part.FirstByte}-{part.LastByte} is at {part.Location}");
    }

    node.DeleteUnused(used);
}
catch (RefusedException refused)
{
    Console.Error.WriteLine($"IngestionNode: {refused.Kind}: {refused.Message}");
    return 1;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    Console.Error.WriteLine($"IngestionNode: stopped. To continue, give it the upload ID {key}.");
    return 1;
}

await host.StopAsync();
return 0;
