namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>Compares one <c>upload</c> of many small files with bare requests, prepared beforehand, over as many connections.</summary>
internal sealed class SmallFilesBenchmark : IBenchmark
{
    private const double LeastRatio = 1 / 1.3;
    private const int Workers = 4;
    private const int MinBytes = 1 << 10;
    private const int MaxBytes = 100 << 10;

    public string Name => "small-files";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var random = new Random(1);
        var files = new List<string>();
        for (var i = 0; i < session.Pick(1_000, 50); i++)
        {
            files.Add(await ClientProcess.WriteFileAsync(session, $"file-{i:D4}", random.Next(MinBytes, MaxBytes), i, cancellationToken));
        }

        var bodies = await Task.WhenAll(files.Select(file => File.ReadAllBytesAsync(file, cancellationToken)));
        await using var gateway = await GatewayServer.StartAsync(session.Subfolder("gateway"), cancellationToken);
        using var connections = new Connections(Workers);
        var rounds = new Rounds(Name, Unit.Milliseconds, session.Pick(7, 1), WarmUps: 1);
        var medians = await rounds.AlternateAsync(
            async token => (await ClientProcess.RunOursAsync(
                session,
                gateway,
                ["upload", "--vault", GatewayServer.Vault, "--quiet", "--workers", $"{Workers}", .. files],
                token)).TotalMilliseconds,
            async token =>
            {
                var requests = bodies.Select(gateway.ArchiveRequest).ToArray();
                return (await connections.SendAllAsync(requests, token)).TotalMilliseconds;
            },
            cancellationToken);
        return [Verdict.OfRatio(Name, Unit.Milliseconds, medians, LeastRatio)];
    }
}
