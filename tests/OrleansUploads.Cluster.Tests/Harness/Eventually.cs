using System.Diagnostics;

namespace OrleansUploads.Cluster.Tests.Harness;

/// <summary>Waiting for what a cluster does in its own time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Asks again and again until the answer is yes; fails after a while.</summary>
    public static async Task BecomesTrueAsync(Func<Task<bool>> ask, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!await ask())
        {
            Assert.True(watch.Elapsed < Patience, $"Not within {Patience.TotalSeconds:F0} s: {what}");
            await Task.Delay(Interval);
        }
    }
}
