namespace OrleansUploads.Simulation.Reporting;

/// <summary>The seeds that a commit chooses, so that each commit plays schedules that no other has played.</summary>
internal static class CommitSeeds
{
    /// <summary>Two commits have no seeds in common, unless they play more than 16 million each.</summary>
    private const int BitsOfACommit = 24;

    /// <summary>The fixed seeds, and the seeds of the commit in the environment. Without a commit, the drawn seeds follow the fixed
    /// ones.</summary>
    public static SeedRange[] FixedAndDrawn(ulong fixedSeeds, ulong drawn) =>
        [new SeedRange(1, fixedSeeds), Draw(CommitSeed.Hash, drawn, after: fixedSeeds)];

    /// <summary>The seeds of a commit.</summary>
    /// <param name="hash">The hash of the commit; null or empty for none.</param>
    /// <param name="count">The number of seeds.</param>
    /// <param name="after">The last of the fixed seeds.</param>
    public static SeedRange Draw(string? hash, ulong count, ulong after) =>
        CommitSeed.Parse(hash) is { } commit ? new SeedRange(((ulong)commit + 1) << BitsOfACommit, count) : new SeedRange(after + 1, count);
}
