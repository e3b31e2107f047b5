namespace OrleansUploads.Serving;

internal static class ProgressReports
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Waits for work that has begun to end. Until then, it calls <paramref name="report"/> every five seconds.</summary>
    public static async Task<T> ReportProgressAsync<T>(this Task<T> work, Action report)
    {
        // The delay has no token: interrupted work takes a moment to end, and a cancelled delay would print lines all the while.
        while (await Task.WhenAny(work, Task.Delay(Interval, CancellationToken.None)) != work)
        {
            report();
        }

        return await work;
    }
}
