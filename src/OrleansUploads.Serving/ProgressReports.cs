namespace OrleansUploads.Serving;

internal static class ProgressReports
{
    /// <summary>Waits for work to end, and reports its progress from time to time until then.</summary>
    /// <param name="work">The work, which has begun.</param>
    /// <param name="interval">Time between two reports.</param>
    /// <param name="report">Prints the progress.</param>
    public static async Task<T> ReportEveryAsync<T>(this Task<T> work, TimeSpan interval, Action report)
    {
        // The delay has no token: interrupted work takes a moment to end, and a cancelled delay would print lines all the while.
        while (await Task.WhenAny(work, Task.Delay(interval, CancellationToken.None)) != work)
        {
            report();
        }

        return await work;
    }
}
