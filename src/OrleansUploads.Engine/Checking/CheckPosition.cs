namespace OrleansUploads.Engine.Checking;

/// <summary>The stages of a check, in their order. The names are stored in the files that a check resumes from.</summary>
public enum CheckStage
{
    /// <summary>The journal, and the consistency of its entities.</summary>
    Journal,

    /// <summary>Manifests and parts of all archives and open uploads.</summary>
    Bytes,

    /// <summary>Bytes that nothing refers to.</summary>
    Orphans,

    /// <summary>Everything is checked.</summary>
    Done,
}

/// <summary>The progress of a check. A later check can continue from it.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="After">The place up to which the stage is checked; 0 at its beginning.</param>
/// <param name="Tally">The counts so far.</param>
public sealed record CheckPosition(CheckStage Stage, long After, CheckTally Tally)
{
    /// <summary>The beginning.</summary>
    public static CheckPosition Start { get; } = new(CheckStage.Journal, 0, new CheckTally());
}

/// <summary>The counts of a check.</summary>
public sealed record CheckTally
{
    /// <summary>Number of entity histories in the journal.</summary>
    public long Histories { get; init; }

    /// <summary>Number of archives whose bytes were checked.</summary>
    public long Archives { get; init; }

    /// <summary>Number of open uploads whose bytes were checked.</summary>
    public long OpenUploads { get; init; }

    /// <summary>Number of parts whose bytes were checked.</summary>
    public long Parts { get; init; }

    /// <summary>Number of bytes of parts that were read.</summary>
    public long PartBytes { get; init; }

    /// <summary>Number of damages found.</summary>
    public long Damaged { get; init; }

    /// <summary>Number of uploads with bytes that nothing refers to.</summary>
    public long Orphans { get; init; }
}
