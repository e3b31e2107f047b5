using System.Diagnostics;
using OrleansUploads.Benchmarks.Transfers;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Benchmarks.Nodes;

/// <summary>Compares nodes that share an upload, and write its parts straight into the store of a cluster, with as many processes that put
/// the same parts into the same store with its provider's client and nothing else: as the client does it by default, and without any hash of
/// the bytes, under addresses that it signs.</summary>
/// <param name="cluster">The cluster, which does nothing else meanwhile.</param>
/// <param name="counts">The numbers of nodes to measure.</param>
/// <param name="bytes">The size of an archive.</param>
internal sealed class DirectRates(LocalCluster cluster, IReadOnlyList<int> counts, long bytes) : IBenchmark
{
    private const int PartSizeBytes = 8 << 20;
    private const int WarmUpPartBytes = 1 << 20;
    private const int WarmUpParts = 1000;

    /// <summary>The warm-ups of the silos, which go on compiling for a while, because they get few requests.</summary>
    private const int WarmUps = 30;

    private const int BaselineWarmUps = 3;

    /// <summary>The bar of the rate holds for this many nodes and more.</summary>
    private const int ManyNodes = 16;

    private const double LeastRatio = 0.9;
    private const double MostMilliseconds = 0.9;

    /// <summary>What silos may receive for each part, from everybody: a thousandth of it.</summary>
    private const double MostKibibytes = 8;

    public string Name => "direct";

    private double Gibibytes => bytes / (double)(1 << 30);

    private int Parts => (int)((bytes + PartSizeBytes - 1) / PartSizeBytes);

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var (id, secret) = cluster.Keys;
        using var client = new GlacierClient(new GlacierClientOptions
        {
            Endpoint = cluster.Endpoints[0],
            Region = "us-east-1",
            AccessKeyId = id,
            SecretAccessKey = secret,
        });
        using var store = BareStore.Connect(cluster.StoreVariables.GetValueOrDefault);
        await client.CreateVaultAsync(GatewayServer.Vault, cancellationToken);
        List<NodeProcess> nodes = [];
        try
        {
            for (var number = 0; number < counts.Max(); number++)
            {
                nodes.Add(await NodeProcess.StartAsync(EnvironmentOf(number), cancellationToken));
            }

            for (var round = 0; round < WarmUps; round++)
            {
                const long WarmUpBytes = (long)WarmUpParts * WarmUpPartBytes;
                await ShareAsync(client, store, nodes, WarmUpBytes, WarmUpPartBytes, cancellationToken);
                if (round < BaselineWarmUps)
                {
                    await PutAsync(NodeCommand.Put, session.Folder, store, nodes, WarmUpBytes, WarmUpPartBytes, cancellationToken);
                    await PutAsync(NodeCommand.PutUnhashed, session.Folder, store, nodes, WarmUpBytes, WarmUpPartBytes, cancellationToken);
                }
            }

            var verdicts = new List<Verdict>();
            foreach (var count in counts)
            {
                verdicts.AddRange(await CompareAsync(session, client, store, nodes[..count], cancellationToken));
            }

            await VerifyAsync(client, nodes, cancellationToken);
            return verdicts;
        }
        finally
        {
            foreach (var node in nodes)
            {
                await node.DisposeAsync();
            }
        }
    }

    private async Task<IReadOnlyList<Verdict>> CompareAsync(
        Session session, GlacierClient client, BareStore store, List<NodeProcess> nodes, CancellationToken cancellationToken)
    {
        List<Use> shared = [];
        List<Use> put = [];
        var name = $"{Name}, {nodes.Count} nodes";
        var unhashed = $"{name}, without hashes";
        var medians = await CompareWithAsync(NodeCommand.Put, name);
        var mediansUnhashed = await CompareWithAsync(NodeCommand.PutUnhashed, unhashed);
        var parts = (double)Parts * shared.Count;

        var silos = ForPart(static use => use.SilosMilliseconds);
        var database = ForPart(static use => use.DatabaseMilliseconds);
        return
        [
            nodes.Count >= ManyNodes
                ? Verdict.OfRatio(name, Unit.GibibytesPerSecond, medians, LeastRatio)
                : Verdict.OfInterest(name, Unit.GibibytesPerSecond, medians),
            Verdict.OfInterest(unhashed, Unit.GibibytesPerSecond, mediansUnhashed),
            Verdict.OfLimit($"{name}, silos and database for a part", Unit.Milliseconds, new Medians(silos + database, 0), MostMilliseconds),
            Verdict.OfInterest($"{name}, only the silos for a part", Unit.Milliseconds, new Medians(silos, 0)),
            Verdict.OfLimit(
                $"{name}, received by silos for a part",
                Unit.Kibibytes,
                new Medians(shared.Sum(static use => use.ReceivedBytes) / 1024.0 / parts, 0),
                MostKibibytes),
            Verdict.OfInterest($"{name}, writes of a part", Unit.Writes, new Medians(shared.Sum(static use => use.Writes) / parts, 0)),
        ];

        Task<Medians> CompareWithAsync(string baseline, string what) =>
            new Rounds(what, Unit.GibibytesPerSecond, session.Pick(3, 1), WarmUps: 0).AlternateAsync(
                async token => RateOf(shared, await ShareAsync(client, store, nodes, bytes, PartSizeBytes, token)),
                async token => RateOf(put, await PutAsync(baseline, session.Folder, store, nodes, bytes, PartSizeBytes, token)),
                cancellationToken);

        // While the baseline runs, silos and database do only their periodic work, which is subtracted.
        double ForPart(Func<Use, double> milliseconds)
        {
            var idle = put.Sum(milliseconds) / put.Sum(static use => use.Seconds);
            return shared.Sum(use => milliseconds(use) - (idle * use.Seconds)) / parts;
        }

        double RateOf(List<Use> uses, Use use)
        {
            uses.Add(use);
            return Gibibytes / use.Seconds;
        }
    }

    /// <summary>Shares an upload among the nodes, and deletes the archive.</summary>
    private async Task<Use> ShareAsync(
        GlacierClient client, BareStore store, List<NodeProcess> nodes, long lengthBytes, int partBytes, CancellationToken cancellationToken)
    {
        var upload = await client.InitiateMultipartUploadAsync(GatewayServer.Vault, partBytes, cancellationToken: cancellationToken);
        var use = await MeasureAsync(nodes, $"{NodeCommand.Share} {GatewayServer.Vault} {upload} {lengthBytes}", cancellationToken);
        await client.DeleteArchiveAsync(GatewayServer.Vault, use.Archive, cancellationToken);

        // The silos keep parts that were written twice for a day.
        await store.DeleteAsync(
            (await store.ListAsync("", cancellationToken)).Where(key => key.Contains(upload, StringComparison.Ordinal)), cancellationToken);
        return use;
    }

    /// <summary>Lets the nodes put the parts as objects, and deletes them.</summary>
    /// <param name="put"><see cref="NodeCommand.Put"/> or <see cref="NodeCommand.PutUnhashed"/>.</param>
    private async Task<Use> PutAsync(
        string put,
        string folder,
        BareStore store,
        List<NodeProcess> nodes,
        long lengthBytes,
        int partBytes,
        CancellationToken cancellationToken)
    {
        var prefix = $"bare-{Guid.NewGuid():N}";
        var counter = Path.Combine(folder, prefix);
        var use = await MeasureAsync(nodes, $"{put} {prefix} {lengthBytes} {partBytes} {counter}", cancellationToken);
        File.Delete(counter);
        await store.DeleteAsync(await store.ListAsync(prefix, cancellationToken), cancellationToken);
        return use;
    }

    private async Task<Use> MeasureAsync(List<NodeProcess> nodes, string line, CancellationToken cancellationToken)
    {
        var received = cluster.ReadReceivedBytes();
        var before = cluster.ReadProcessorMilliseconds();
        var watch = Stopwatch.StartNew();
        var answers = await Task.WhenAll(nodes.Select(node => node.AskAsync(line, cancellationToken)));
        var seconds = watch.Elapsed.TotalSeconds;
        var after = cluster.ReadProcessorMilliseconds();
        return new Use(
            seconds,
            after.Silos - before.Silos,
            after.Database - before.Database,
            cluster.ReadReceivedBytes().Sum(socket => socket.Value - received.GetValueOrDefault(socket.Key)),
            answers.Sum(static answer => NodeCommand.Number(answer[0])),
            answers.Select(static answer => answer[1]).Distinct().Single());
    }

    /// <summary>Shares one more upload, and compares what the gateway returns of the archive.</summary>
    private async Task VerifyAsync(GlacierClient client, List<NodeProcess> nodes, CancellationToken cancellationToken)
    {
        var upload = await client.InitiateMultipartUploadAsync(GatewayServer.Vault, PartSizeBytes, cancellationToken: cancellationToken);
        var use = await MeasureAsync(nodes, $"{NodeCommand.Share} {GatewayServer.Vault} {upload} {bytes}", cancellationToken);
        var job = await client.InitiateArchiveRetrievalAsync(GatewayServer.Vault, use.Archive, cancellationToken: cancellationToken);
        await new GatewayVault(client, GatewayServer.Vault).AwaitJobAsync(job, cancellationToken);
        using var output = await client.GetJobOutputAsync(GatewayServer.Vault, job, cancellationToken: cancellationToken);
        using var hasher = new PartHasher();
        var buffer = new byte[WarmUpPartBytes];
        while (await output.Body.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            hasher.Append(buffer.AsSpan(0, read));
        }

        using var source = new PartBytes(bytes);
        if (hasher.Finish().Tree != await source.ReadTreeHashAsync(cancellationToken))
        {
            throw new InvalidOperationException($"The archive {use.Archive} differs from the bytes that the nodes wrote.");
        }

        await client.DeleteArchiveAsync(GatewayServer.Vault, use.Archive, freesNow: true, cancellationToken);
    }

    private Dictionary<string, string> EnvironmentOf(int number) => new(cluster.StoreVariables)
    {
        [NodeCommand.Silo] = cluster.Endpoints[number % cluster.Endpoints.Count].ToString(),
        [NodeCommand.Key] = cluster.Keys.Id,
        [NodeCommand.Secret] = cluster.Keys.Secret,
    };

    /// <summary>What one run of all nodes has used.</summary>
    private sealed record Use(
        double Seconds, double SilosMilliseconds, double DatabaseMilliseconds, long ReceivedBytes, long Writes, string Archive);
}
