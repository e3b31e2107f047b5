using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Samples.IngestionNode;

// An ingestion node: it keeps the bytes in a folder of its own, and has the cluster decide which of them are the archive.
//
//   IngestionNode <file> <account> <vault> <folder> [<upload ID>]
//
// Given the ID of an upload it goes on with that one, so it may be killed and started again, or run on several machines at once.
// ORLEANS_POSTGRES holds the connection string of the cluster's database; without it a silo on this machine is asked.
if (args.Length is < 4 or > 5)
{
    Console.Error.WriteLine("usage: IngestionNode <file> <account> <vault> <folder> [<upload ID>]");
    return 2;
}

var builder = Host.CreateApplicationBuilder();
builder.UseOrleansClient(client =>
{
    if (Environment.GetEnvironmentVariable("ORLEANS_POSTGRES") is { Length: > 0 } database)
    {
        client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database));
        client.Configure<Orleans.Configuration.ClusterOptions>(cluster =>
            (cluster.ClusterId, cluster.ServiceId) = ("orleans-uploads", "orleans-uploads"));
    }
    else
    {
        client.UseLocalhostClustering(serviceId: "orleans-uploads", clusterId: "orleans-uploads");
    }
});
using var host = builder.Build();
await host.StartAsync();
using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stopping.Cancel();
};

var grains = host.Services.GetRequiredService<IGrainFactory>();
var key = args.Length == 5 ? args[4] : UploadKey.New();
var node = new Ingestion(grains.GetGrain<IUploadGrain>(key), new VaultAddress(args[1], args[2]), new DirectoryInfo(args[3]));
Console.WriteLine($"upload  {key}");
var archive = await node.RunAsync(new FileInfo(args[0]), resume: args.Length == 5, stopping.Token);
Console.WriteLine($"archive {archive.ArchiveId}");
var needed = new HashSet<string>();
await foreach (var part in node.ReadManifestAsync(stopping.Token))
{
    needed.Add(part.Location!);
    Console.WriteLine($"{part.FirstByte}-{part.LastByte} is at {part.Location}");
}

node.DeleteOthers(needed);

await host.StopAsync();
return 0;
