using OrleansUploads.Benchmarks.Harness;

namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>Compares parts sent through the real gateway over four connections with bare Kestrel doing the same
/// work.</summary>
internal sealed class IngestBenchmark : IBenchmark
{
    private const double LeastRatio = 0.8;
    private const double MostPeakMebibytes = 300;
    private const int ConnectionCount = 4;

    public string Name => "ingest";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var parts = new ArchiveParts(session.Pick(128, 16));
        using var connections = new Connections(ConnectionCount);
        await using var gateway = await GatewayServer.StartAsync(session.Subfolder("gateway"), cancellationToken);
        await using var sink = await ServerProcess.StartAsync(
            SinkCommand.Assembly, ["sink", session.Subfolder("sink")], new Dictionary<string, string>(), cancellationToken);

        var processorTime = new ProcessorTime(parts.Gibibytes);
        var rounds = new Rounds(Name, Unit.GibibytesPerSecond, session.Pick(7, 3), WarmUps: 2);
        var medians = await rounds.AlternateAsync(
            async token =>
            {
                var upload = await gateway.BeginAsync(token);
                var requests = gateway.PartRequests(parts, upload);
                var time = await processorTime.OfSubjectAsync(
                    gateway.Process, () => connections.SendAllAsync(requests, token));
                await gateway.CompleteAsync(parts, upload, token);
                return parts.Gibibytes / time.TotalSeconds;
            },
            async token =>
            {
                var requests = gateway.PartRequests(parts, upload: "sink");
                foreach (var request in requests)
                {
                    request.RequestUri = new Uri(sink.Endpoint, request.RequestUri!.PathAndQuery);
                }

                var time = await processorTime.OfBaselineAsync(sink, () => connections.SendAllAsync(requests, token));
                return parts.Gibibytes / time.TotalSeconds;
            },
            cancellationToken);
        return
        [
            Verdict.OfRatio(Name, Unit.GibibytesPerSecond, medians, LeastRatio),
            Verdict.OfInterest(
                $"{Name}, processor time", Unit.ProcessorMillisecondsPerGibibyte, processorTime.Medians),
            Verdict.OfLimit(
                $"{Name}, server's peak memory",
                Unit.Mebibytes,
                new Medians(gateway.Process.PeakMebibytes, sink.PeakMebibytes),
                MostPeakMebibytes),
        ];
    }
}
