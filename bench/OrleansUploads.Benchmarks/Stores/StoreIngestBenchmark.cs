using System.Globalization;
using OrleansUploads.Benchmarks.Transfers;

namespace OrleansUploads.Benchmarks.Stores;

/// <summary>Compares parts sent through the server into an object store with the same parts that the same client puts into the store
/// itself.</summary>
internal sealed class StoreIngestBenchmark : IBenchmark
{
    private const double LeastRatio = 0.8;
    private const double MostPeakMebibytes = 300;

    private static readonly int[] ConnectionCounts = [4, 32];

    public string Name => "store-ingest";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        const int QuickBytes = 128 << 20;
        var parts = new ArchiveParts(session.Pick(1 << 30, QuickBytes) / ArchiveParts.DefaultPartBytes);
        var verdicts = new List<Verdict>();
        foreach (var count in ConnectionCounts)
        {
            verdicts.AddRange(await RunAsync(count, parts, session, cancellationToken));

            // Each of them stores some 12 GB.
            Directory.Delete(session.Folder, recursive: true);
            Directory.CreateDirectory(session.Folder);
        }

        return verdicts;
    }

    private static async Task<IReadOnlyList<Verdict>> RunAsync(
        int count, ArchiveParts parts, Session session, CancellationToken cancellationToken)
    {
        using var connections = new Connections(count);
        await using var store = await StoreServer.StartAsync(session, "store", cancellationToken);
        await using var gateway = await GatewayServer.StartOverAsync(session.Subfolder("gateway"), store, cancellationToken);
        var vault = gateway.VaultNamed(GatewayServer.Vault);
        var name = string.Create(CultureInfo.InvariantCulture, $"store-ingest, {store.Name}, {count} connections");
        var number = 0;
        var processor = new List<double>();
        var medians = await new Rounds(name, Unit.GibibytesPerSecond, session.Pick(5, 3)).AlternateAsync(
            async token =>
            {
                var upload = await gateway.BeginAsync(token);
                var requests = gateway.PartRequests(parts, upload);
                var before = gateway.Process.ProcessorMilliseconds;
                var time = await connections.SendAllAsync(requests, token);
                processor.Add((gateway.Process.ProcessorMilliseconds - before) / parts.Gibibytes);
                var archive = await gateway.CompleteAsync(parts, upload, token);
                if (store.IsLasting)
                {
                    await vault.DeleteAsync(archive, token);
                }

                return parts.Gibibytes / time.TotalSeconds;
            },
            async token =>
            {
                var prefix = string.Create(CultureInfo.InvariantCulture, $"direct-{number++}");
                var time = await connections.SendAllAsync(store.Bucket.ObjectRequests(parts, prefix), token);
                if (store.IsLasting)
                {
                    await connections.SendAllAsync(store.Bucket.DeletionRequests(parts, prefix), token);
                }

                return parts.Gibibytes / time.TotalSeconds;
            },
            cancellationToken);
        return
        [
            Verdict.OfRatio(name, Unit.GibibytesPerSecond, medians, LeastRatio),
            Verdict.OfInterest(
                $"{name}, processor time in front", Unit.ProcessorMillisecondsPerGibibyte, new Medians(Rounds.Median(processor), 0)),
            Verdict.OfLimit(
                $"{name}, peak memory in front", Unit.Mebibytes, new Medians(gateway.Process.PeakMebibytes, 0), MostPeakMebibytes),
        ];
    }
}
