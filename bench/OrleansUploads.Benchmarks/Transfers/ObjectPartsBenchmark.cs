namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>Compares parts of 1 MiB that one client sends one after the other through S3 with the same parts through the vault
/// API.</summary>
internal sealed class ObjectPartsBenchmark : IBenchmark
{
    private const double LeastRatio = 0.8;
    private const int PartBytes = 1 << 20;
    private const string Bucket = "benchmarks";

    public string Name => "s3-parts";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var parts = new ArchiveParts(session.Pick(256, 32), PartBytes);
        using var connection = new Connections(count: 1);
        await using var gateway = await GatewayServer.StartAsync(session.Subfolder("gateway"), cancellationToken);
        var bucket = gateway.BucketNamed(Bucket);
        await bucket.CreateAsync(cancellationToken);
        var use = new ServerUse(parts.Gibibytes);
        var rounds = new Rounds(Name, Unit.GibibytesPerSecond, session.Pick(9, 3), WarmUps: 2);
        var medians = await rounds.AlternateAsync(
            async token =>
            {
                var target = await bucket.BeginAsync("object", token);
                var requests = bucket.PartRequests(parts, target);
                var time = await use.OfSubjectAsync(
                    gateway.Process, () => connection.SendAllAsync(requests, token));
                await bucket.AbortAsync(target, token);
                return parts.Gibibytes / time.TotalSeconds;
            },
            async token =>
            {
                var upload = await gateway.BeginAsync(token, PartBytes);
                var requests = gateway.PartRequests(parts, upload);
                var time = await use.OfBaselineAsync(
                    gateway.Process, () => connection.SendAllAsync(requests, token));
                await gateway.CompleteAsync(parts, upload, token);
                return parts.Gibibytes / time.TotalSeconds;
            },
            cancellationToken);
        return
        [
            Verdict.OfRatio(Name, Unit.GibibytesPerSecond, medians, LeastRatio),
            Verdict.OfInterest($"{Name}, processor time", Unit.ProcessorMillisecondsPerGibibyte, use.ProcessorTime),
        ];
    }
}
