using System.Diagnostics;

namespace OrleansUploads.TestKit;

/// <summary>Waits for conditions that another process brings about.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Polls a condition until it is true, and fails after the time limit (default 120 s, because a loaded machine with two cores is
    /// slow).</summary>
    public static async Task BecomesTrueAsync(Func<Task<bool>> condition, string what, TimeSpan? timeLimit = null)
    {
        var limit = timeLimit ?? TimeSpan.FromSeconds(120);
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < limit, $"This did not happen within {limit.TotalSeconds:F0} s: {what}");
            await Task.Delay(Interval);
        }
    }

    /// <inheritdoc cref="BecomesTrueAsync(Func{Task{bool}}, string, TimeSpan?)"/>
    public static Task BecomesTrueAsync(Func<bool> condition, string what, TimeSpan? timeLimit = null) =>
        BecomesTrueAsync(() => Task.FromResult(condition()), what, timeLimit);
}
