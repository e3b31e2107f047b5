using OrleansUploads.Benchmarks.Harness;

namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>Processor time per GiB of the two servers of a benchmark, by round.</summary>
internal sealed class ProcessorTime(double gibibytes)
{
    private readonly List<double> _subject = [];
    private readonly List<double> _baseline = [];

    public Medians Medians => new(Rounds.Median(_subject), Rounds.Median(_baseline));

    public Task<T> OfSubjectAsync<T>(ServerProcess server, Func<Task<T>> round) => MeasureAsync(_subject, server, round);

    public Task<T> OfBaselineAsync<T>(ServerProcess server, Func<Task<T>> round) => MeasureAsync(_baseline, server, round);

    private async Task<T> MeasureAsync<T>(List<double> used, ServerProcess server, Func<Task<T>> round)
    {
        var before = server.ProcessorMilliseconds;
        var result = await round();
        used.Add((server.ProcessorMilliseconds - before) / gibibytes);
        return result;
    }
}
