using OrleansUploads.Benchmarks.Transfers;

namespace OrleansUploads.Benchmarks.Stores;

/// <summary>Compares the retrieval of an archive whose bytes are in an object store with reading the same bytes from the store itself, as
/// one object.</summary>
internal sealed class StoreRetrievalBenchmark : IBenchmark
{
    private const double LeastRatio = 0.9;
    private const string Direct = "direct";

    public string Name => "store-retrieval";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var parts = new ArchiveParts(session.Pick(128, 16));
        using var connections = new Connections(count: 4);
        await using var store = await StoreServer.StartAsync(session, "store", cancellationToken);
        await using var gateway = await GatewayServer.StartOverAsync(session.Subfolder("gateway"), store, cancellationToken);
        var upload = await gateway.BeginAsync(cancellationToken);
        await connections.SendAllAsync(gateway.PartRequests(parts, upload), cancellationToken);
        var archive = await gateway.CompleteAsync(parts, upload, cancellationToken);
        var job = await gateway.RetrieveAsync(archive, cancellationToken);
        var target = await store.Bucket.BeginAsync(Direct, cancellationToken);
        await connections.SendAllAsync(store.Bucket.PartRequests(parts, target), cancellationToken);
        await store.Bucket.CompleteAsync(target, parts, cancellationToken);
        await RequireSameBytesAsync(gateway.OutputRequest(job));

        var name = $"{Name}, {store.Name}";
        var processor = new List<double>();
        var medians = await new Rounds(name, Unit.GibibytesPerSecond, session.Pick(9, 3), WarmUps: 2).AlternateAsync(
            async token =>
            {
                var before = gateway.Process.ProcessorMilliseconds;
                var rate = await ReadAsync(gateway.OutputRequest(job), token);
                processor.Add((gateway.Process.ProcessorMilliseconds - before) / parts.Gibibytes);
                return rate;
            },
            token => ReadAsync(store.Bucket.ReadRequest(Direct), token),
            cancellationToken);
        return
        [
            Verdict.OfRatio(name, Unit.GibibytesPerSecond, medians, LeastRatio),
            Verdict.OfInterest(
                $"{name}, processor time in front", Unit.ProcessorMillisecondsPerGibibyte, new Medians(Rounds.Median(processor), 0)),
            Verdict.OfInterest($"{name}, peak memory in front", Unit.Mebibytes, new Medians(gateway.Process.PeakMebibytes, 0)),
        ];

        async Task<double> ReadAsync(HttpRequestMessage request, CancellationToken token)
        {
            var (bytes, time) = await connections.ReadAsync(request, hasher: null, token);
            return bytes == parts.SizeBytes
                ? parts.Gibibytes / time.TotalSeconds
                : throw new InvalidOperationException($"{request.RequestUri} returned {bytes} bytes instead of {parts.SizeBytes}.");
        }

        async Task RequireSameBytesAsync(HttpRequestMessage request)
        {
            using var hasher = new PartHasher();
            await connections.ReadAsync(request, hasher, cancellationToken);
            if (hasher.Finish().Tree != parts.TreeHash)
            {
                throw new InvalidOperationException("The retrieved bytes differ from the uploaded ones.");
            }
        }
    }
}
