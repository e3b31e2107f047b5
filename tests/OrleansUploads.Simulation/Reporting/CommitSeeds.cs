namespace OrleansUploads.Simulation.Reporting;

/// <summary>The seeds that a commit chooses, so that each commit plays schedules that no other has played.</summary>
internal static class CommitSeeds
{
    /// <summary>Two commits have no seeds in common, unless they play more than 16 million each.</summary>
    private const int BitsOfACommit = 24;

    private const int FurtherRounds = 8;

    /// <summary>The fixed seeds, and the seeds of the commit in the environment. Without a commit, the drawn seeds follow the fixed
    /// ones.</summary>
    public static SeedRange[] FixedAndDrawn(ulong fixedSeeds, ulong drawn) =>
        [new SeedRange(1, fixedSeeds), Draw(CommitSeed.Hash, drawn, after: fixedSeeds)];

    /// <summary>As <see cref="FixedAndDrawn(ulong, ulong)"/>, and then the seeds that follow the drawn ones, a quarter of them at a time,
    /// until no situation is missing. A few thousand seeds may miss a rare one by chance.</summary>
    /// <param name="isMissing">Whether a situation was not reached yet. Asked after the seeds that were returned have been played.</param>
    /// <remarks>It ends after <see cref="FurtherRounds"/> rounds. A situation that was not reached by then is one that the schedules
    /// practically never reach.</remarks>
    public static IEnumerable<SeedRange> FixedAndDrawn(ulong fixedSeeds, ulong drawn, Func<bool> isMissing)
    {
        var seeds = FixedAndDrawn(fixedSeeds, drawn);
        foreach (var range in seeds)
        {
            yield return range;
        }

        var further = new SeedRange(seeds[^1].From + drawn, drawn / 4);
        for (var round = 0; round < FurtherRounds && isMissing(); round++)
        {
            yield return further;
            further = further with { From = further.From + further.Count };
        }
    }

    /// <summary>The seeds of a commit.</summary>
    /// <param name="hash">The hash of the commit; null or empty for none.</param>
    /// <param name="count">The number of seeds.</param>
    /// <param name="after">The last of the fixed seeds.</param>
    public static SeedRange Draw(string? hash, ulong count, ulong after) =>
        CommitSeed.Parse(hash) is { } commit ? new SeedRange(((ulong)commit + 1) << BitsOfACommit, count) : new SeedRange(after + 1, count);
}
