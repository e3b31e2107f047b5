using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Tls;
using OrleansUploads.Samples.IngestionNode;

// An ingestion node: it stores bytes in a folder of its own, and the cluster decides which of them are the archive.
//
//   IngestionNode <file> <account> <vault> <folder> [<upload ID>]
//
// With the ID of an upload it continues that upload, so it can be killed and started again, or run several times at once.
// ORLEANS_POSTGRES is the connection string of the cluster's database. Without it, the node calls a silo on this machine.
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

var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.UseOrleansClient(client =>
{
    if (Environment.GetEnvironmentVariable("ORLEANS_POSTGRES") is { Length: > 0 } database)
    {
        client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database));
        client.Configure<ClusterOptions>(cluster =>
            (cluster.ClusterId, cluster.ServiceId) = ("orleans-uploads", "orleans-uploads"));
    }
    else
    {
        client.UseLocalhostClustering(serviceId: "orleans-uploads", clusterId: "orleans-uploads");
    }

    if (Environment.GetEnvironmentVariable("ORLEANS_TLS") is { Length: > 0 } folder)
    {
        string PathOf(string name) => Path.Combine(folder, name);
        client.UseClusterTls(new TlsFiles(PathOf("tls.crt"), PathOf("tls.key"), PathOf("authority.crt")));
    }
});
using var host = builder.Build();
await host.StartAsync(stopping.Token);

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
