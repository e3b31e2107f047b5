namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>Compares parts sent through the real gateway with bare Kestrel doing the same work.</summary>
internal sealed class IngestBenchmark : IBenchmark
{
    private const double MostPeakMebibytes = 300;
    private const int SmallPartBytes = 1 << 20;

    private static readonly Variant[] Variants =
    [
        new("ingest", Connections: 4, ArchiveParts.DefaultPartBytes, ToDirectSink: false, LeastRatio: 1.5),
        new("ingest, direct sink", Connections: 4, ArchiveParts.DefaultPartBytes, ToDirectSink: true, LeastRatio: 0.95),
        new("ingest, 32 connections", Connections: 32, ArchiveParts.DefaultPartBytes, ToDirectSink: false, LeastRatio: 1.5),
        new("ingest, 32 connections, direct sink", Connections: 32, ArchiveParts.DefaultPartBytes, ToDirectSink: true, LeastRatio: 0.95),
        new("ingest, parts of 1 MiB", Connections: 4, SmallPartBytes, ToDirectSink: false, LeastRatio: 1.2),
    ];

    public string Name => "ingest";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var verdicts = new List<Verdict>();
        foreach (var variant in Variants)
        {
            verdicts.AddRange(await RunAsync(variant, session, cancellationToken));

            // Each variant stores some 20 GB.
            Directory.Delete(session.Folder, recursive: true);
            Directory.CreateDirectory(session.Folder);
        }

        return verdicts;
    }

    private static async Task<IReadOnlyList<Verdict>> RunAsync(Variant variant, Session session, CancellationToken cancellationToken)
    {
        const int QuickBytes = 128 << 20;
        var parts = new ArchiveParts(session.Pick(1 << 30, QuickBytes) / variant.PartBytes, variant.PartBytes);
        using var connections = new Connections(variant.Connections);
        await using var gateway = await GatewayServer.StartAsync(session.Subfolder("gateway"), cancellationToken);
        await using var sink = await SinkCommand.StartAsync(session.Subfolder("sink"), variant.ToDirectSink);

        var use = new ServerUse(parts.Gibibytes);
        var rounds = new Rounds(variant.Name, Unit.GibibytesPerSecond, session.Pick(7, 3), WarmUps: 2);
        var medians = await rounds.AlternateAsync(
            async token =>
            {
                var upload = await gateway.BeginAsync(token, variant.PartBytes);
                var requests = gateway.PartRequests(parts, upload);
                var time = await use.OfSubjectAsync(
                    gateway.Process, () => connections.SendAllAsync(requests, token));
                await gateway.CompleteAsync(parts, upload, token);
                return parts.Gibibytes / time.TotalSeconds;
            },
            async token =>
            {
                var requests = gateway.PartRequests(parts, upload: "sink");
                foreach (var request in requests)
                {
                    request.RequestUri = new Uri(sink.Address, request.RequestUri!.PathAndQuery);
                }

                var time = await use.OfBaselineAsync(sink, () => connections.SendAllAsync(requests, token));
                return parts.Gibibytes / time.TotalSeconds;
            },
            cancellationToken);
        return
        [
            Verdict.OfRatio(variant.Name, Unit.GibibytesPerSecond, medians, variant.LeastRatio),
            Verdict.OfInterest(
                $"{variant.Name}, processor time", Unit.ProcessorMillisecondsPerGibibyte, use.ProcessorTime),
            .. use.OfHeap(variant.Name),
            Verdict.OfLimit(
                $"{variant.Name}, server's peak memory",
                Unit.Mebibytes,
                new Medians(gateway.Process.PeakMebibytes, sink.PeakMebibytes),
                MostPeakMebibytes),
        ];
    }

    /// <summary>One way to send the parts.</summary>
    /// <param name="Name">The name in the table.</param>
    /// <param name="Connections">The number of connections.</param>
    /// <param name="PartBytes">The size of a part.</param>
    /// <param name="ToDirectSink">Whether the baseline writes past the page cache.</param>
    /// <param name="LeastRatio">The bar.</param>
    private sealed record Variant(string Name, int Connections, int PartBytes, bool ToDirectSink, double LeastRatio);
}
