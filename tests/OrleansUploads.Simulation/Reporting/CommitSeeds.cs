namespace OrleansUploads.Simulation.Reporting;

/// <summary>The seeds that a commit chooses, so that each commit plays schedules that no other has played.</summary>
internal static class CommitSeeds
{
    /// <summary>Two commits have no seeds in common, unless they play more than 16 million each.</summary>
    private const int BitsOfACommit = 24;

    /// <summary>The seeds of the commit in the environment. Without one, those that follow the fixed seeds.</summary>
    /// <param name="count">The number of seeds.</param>
    /// <param name="after">The last of the fixed seeds.</param>
    public static SeedRange Draw(ulong count, ulong after) => Draw(CommitSeed.Hash, count, after);

    /// <summary>The same for a commit with a known hash; null or empty for none.</summary>
    public static SeedRange Draw(string? hash, ulong count, ulong after) =>
        CommitSeed.Parse(hash) is { } commit ? new SeedRange(((ulong)commit + 1) << BitsOfACommit, count) : new SeedRange(after + 1, count);
}
