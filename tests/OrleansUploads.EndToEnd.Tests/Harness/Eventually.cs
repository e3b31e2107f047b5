using System.Diagnostics;

namespace OrleansUploads.EndToEnd.Tests.Harness;

/// <summary>Waiting for what another process does in its own time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks again and again until the answer is yes; fails after a while.</summary>
    public static async Task BecomesTrueAsync(Func<Task<bool>> ask, string what, TimeSpan? patience = null)
    {
        var limit = patience ?? TimeSpan.FromSeconds(30);
        var watch = Stopwatch.StartNew();
        while (!await ask())
        {
            Assert.True(watch.Elapsed < limit, $"Not within {limit.TotalSeconds:F0} s: {what}");
            await Task.Delay(Interval);
        }
    }

    /// <inheritdoc cref="BecomesTrueAsync(Func{Task{bool}}, string, TimeSpan?)"/>
    public static Task BecomesTrueAsync(Func<bool> ask, string what, TimeSpan? patience = null) =>
        BecomesTrueAsync(() => Task.FromResult(ask()), what, patience);

    /// <summary>Looks for faults again and again until there are none; fails with those that stay.</summary>
    public static async Task FindsNothingAsync(Func<IReadOnlyList<string>> findFaults, TimeSpan? patience = null)
    {
        var limit = patience ?? TimeSpan.FromSeconds(30);
        var watch = Stopwatch.StartNew();
        while (findFaults() is { Count: > 0 } faults)
        {
            Assert.True(
                watch.Elapsed < limit, $"Still after {limit.TotalSeconds:F0} s:\n{string.Join('\n', faults)}");
            await Task.Delay(Interval);
        }
    }
}
