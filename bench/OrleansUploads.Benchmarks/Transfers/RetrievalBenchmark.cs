namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>Compares the retrieval of an archive through the real gateway, which verifies every byte, with Kestrel serving a
/// static file of the same bytes.</summary>
internal sealed class RetrievalBenchmark : IBenchmark
{
    private const double LeastRatio = 1.2;

    /// <summary>Both sides wait for the same disk.</summary>
    private const double LeastColdRatio = 0.9;
    private const double LeastProcessorTimeRatio = 1 / 0.7;
    private const string StaticFile = "archive.bin";

    public string Name => "retrieval";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var parts = new ArchiveParts(session.Pick(128, 16));
        using var connections = new Connections(count: 4);
        await using var gateway = await GatewayServer.StartAsync(session.Subfolder("gateway"), cancellationToken);
        var upload = await gateway.BeginAsync(cancellationToken);
        await connections.SendAllAsync(gateway.PartRequests(parts, upload), cancellationToken);
        var archive = await gateway.CompleteAsync(parts, upload, cancellationToken);
        var job = await gateway.RetrieveAsync(archive, cancellationToken);
        await RequireSameBytesAsync(connections, gateway.OutputRequest(job), parts, cancellationToken);

        var folder = session.Subfolder("static");
        await WriteAsync(Path.Combine(folder, StaticFile), parts, cancellationToken);
        await using var sink = await SinkCommand.StartAsync(folder);
        var staticUri = new Uri(sink.Address, StaticFile);

        async Task<double> ReadAsync(HttpRequestMessage request, CancellationToken token)
        {
            var (bytes, time) = await connections.ReadAsync(request, hasher: null, token);
            return bytes == parts.SizeBytes
                ? parts.Gibibytes / time.TotalSeconds
                : throw new InvalidOperationException($"{request.RequestUri} returned {bytes} bytes instead of {parts.SizeBytes}.");
        }

        async Task<Verdict[]> MeasureAsync(string name, double leastRatio, Action prepare)
        {
            var use = new ServerUse(parts.Gibibytes);
            var rounds = new Rounds(name, Unit.GibibytesPerSecond, session.Pick(9, 3), WarmUps: 2);
            var medians = await rounds.AlternateAsync(
                token =>
                {
                    prepare();
                    return use.OfSubjectAsync(gateway.Process, () => ReadAsync(gateway.OutputRequest(job), token));
                },
                token =>
                {
                    prepare();
                    return use.OfBaselineAsync(
                        sink, () => ReadAsync(new HttpRequestMessage(HttpMethod.Get, staticUri), token));
                },
                cancellationToken);
            return
            [
                Verdict.OfRatio(name, Unit.GibibytesPerSecond, medians, leastRatio),
                Verdict.OfRatio(
                    $"{name}, processor time",
                    Unit.ProcessorMillisecondsPerGibibyte,
                    use.ProcessorTime,
                    LeastProcessorTimeRatio),
                .. use.OfHeap(name),
            ];
        }

        return
        [
            .. await MeasureAsync(Name, LeastRatio, static () => { }),
            .. await MeasureAsync($"{Name}, cold", LeastColdRatio, () => PageCache.Drop(session.Folder)),
        ];
    }

    private static async Task RequireSameBytesAsync(
        Connections connections, HttpRequestMessage request, ArchiveParts parts, CancellationToken cancellationToken)
    {
        using var hasher = new PartHasher();
        await connections.ReadAsync(request, hasher, cancellationToken);
        if (hasher.Finish().Tree != parts.TreeHash)
        {
            throw new InvalidOperationException("The retrieved bytes differ from the uploaded ones.");
        }
    }

    private static async Task WriteAsync(string path, ArchiveParts parts, CancellationToken cancellationToken)
    {
        await using var file = File.Create(path);
        foreach (var body in parts.Bodies)
        {
            await file.WriteAsync(body, cancellationToken);
        }
    }
}
