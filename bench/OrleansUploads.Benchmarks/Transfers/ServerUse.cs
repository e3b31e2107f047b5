namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>What the two servers of a benchmark use for each GiB, by round.</summary>
internal sealed class ServerUse(double gibibytes)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });

    private readonly Side _subject = new();
    private readonly Side _baseline = new();

    /// <summary>Processor time for each GiB, in milliseconds.</summary>
    public Medians ProcessorTime => new(Rounds.Median(_subject.ProcessorMilliseconds), Rounds.Median(_baseline.ProcessorMilliseconds));

    public Task<T> OfSubjectAsync<T>(ServingProcess server, Func<Task<T>> round) => MeasureAsync(_subject, server, round);

    public Task<T> OfBaselineAsync<T>(ServingProcess server, Func<Task<T>> round) => MeasureAsync(_baseline, server, round);

    /// <summary>Shows what the servers allocated on the managed heap, and how often they collected all of it.</summary>
    public IEnumerable<Verdict> OfHeap(string benchmark) =>
    [
        Verdict.OfInterest(
            $"{benchmark}, allocated",
            Unit.AllocatedMebibytesPerGibibyte,
            new Medians(Rounds.Median(_subject.AllocatedMebibytes), Rounds.Median(_baseline.AllocatedMebibytes))),
        Verdict.OfInterest(
            $"{benchmark}, full collections",
            Unit.FullCollectionsPerGibibyte,
            new Medians(_subject.FullCollections.Average(), _baseline.FullCollections.Average())),
    ];

    private async Task<T> MeasureAsync<T>(Side side, ServingProcess server, Func<Task<T>> round)
    {
        var heap = await ReadHeapAsync(server);
        var time = server.ProcessorMilliseconds;
        var result = await round();
        side.ProcessorMilliseconds.Add((server.ProcessorMilliseconds - time) / gibibytes);
        var after = await ReadHeapAsync(server);
        side.AllocatedMebibytes.Add((after.AllocatedBytes - heap.AllocatedBytes) / (double)(1 << 20) / gibibytes);
        side.FullCollections.Add((after.FullCollections - heap.FullCollections) / gibibytes);
        return result;
    }

    /// <summary>What a server has used of the managed heap so far.</summary>
    private static async Task<HeapUse> ReadHeapAsync(ServingProcess server) =>
        HeapUse.Parse(await Http.GetStringAsync(new Uri(server.Address, "/healthz?verbose")));

    private sealed class Side
    {
        public List<double> ProcessorMilliseconds { get; } = [];

        public List<double> AllocatedMebibytes { get; } = [];

        public List<double> FullCollections { get; } = [];
    }
}
