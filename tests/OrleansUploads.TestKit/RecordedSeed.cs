namespace OrleansUploads.TestKit;

/// <summary>The seed that once found a planted bug. It is played first. The bug is hunted only if that seed no longer finds it, which any
/// change of the generator or of the code may cause.</summary>
public static class RecordedSeed
{
    /// <summary>Asserts that a seed finds a bug, and warns if it is not the recorded one.</summary>
    /// <param name="recorded">The recorded seed.</param>
    /// <param name="seeds">How many seeds, from 1, are played otherwise.</param>
    /// <param name="findsAsync">Whether a seed finds the bug.</param>
    public static async Task AssertFindsAsync(int recorded, int seeds, Func<int, Task<bool>> findsAsync)
    {
        foreach (var seed in Enumerable.Range(1, seeds).Prepend(recorded))
        {
            if (await findsAsync(seed))
            {
                if (seed != recorded)
                {
                    TestContext.Current.AddWarning($"Seed {recorded} no longer finds the bug, and seed {seed} does. Record {seed}.");
                }

                return;
            }
        }

        Assert.Fail($"Neither seed {recorded} nor one of the seeds 1 to {seeds} finds the bug.");
    }
}
