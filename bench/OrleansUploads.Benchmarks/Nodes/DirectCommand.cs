using System.CommandLine;

namespace OrleansUploads.Benchmarks.Nodes;

/// <summary>The command that compares nodes which write straight into the store of a running cluster with bare clients of the store.</summary>
internal static class DirectCommand
{
    public static Command Create(Option<bool> quick, Option<DirectoryInfo> folder)
    {
        var cluster = new Option<DirectoryInfo>("--cluster") { Description = "The folder of deploy/local-cluster.sh.", Required = true };
        var port = new Option<int>("--port") { Description = "Its first port.", DefaultValueFactory = static _ => 9400 };
        var blobs = new Option<string?>("--blobs") { Description = "The connection string of its blobs, if its bytes are there and not in S3." };
        var mebibytes = new Option<int>("--mebibytes") { Description = "The size of an archive.", DefaultValueFactory = static _ => 8192 };
        var nodes = new Option<int[]>("--nodes")
        {
            Description = "The numbers of nodes to measure.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = static _ => [1, 2, 4, 8, 16],
        };
        var command = new Command("direct", "Compares nodes that write straight into the store with bare clients of the store.")
        {
            cluster, port, blobs, mebibytes, nodes, quick, folder,
        };
        command.SetAction((parsed, cancellationToken) => Suite.RunAsync(
            [
                new DirectRates(
                    new LocalCluster(parsed.GetRequiredValue(cluster).FullName, parsed.GetValue(port), parsed.GetValue(blobs)),
                    parsed.GetRequiredValue(nodes),
                    (long)parsed.GetValue(mebibytes) << 20),
            ],
            parsed.GetRequiredValue(folder).FullName,
            parsed.GetValue(quick),
            program: null,
            cancellationToken));
        return command;
    }
}
