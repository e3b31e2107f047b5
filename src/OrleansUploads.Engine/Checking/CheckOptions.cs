namespace OrleansUploads.Engine.Checking;

/// <summary>How a data folder is checked.</summary>
public sealed record CheckOptions
{
    /// <summary>Whether tree hashes are computed anew from the bytes, and not only the checksums of their blocks.</summary>
    public bool Deep { get; init; }

    /// <summary>Most bytes to read a second; null for as many as come.</summary>
    public long? BytesPerSecond { get; init; }
}

/// <summary>The stages of a check, in their order. The names are stored in the files that a check resumes from.</summary>
public enum CheckStage
{
    /// <summary>The journal, and whether its entities agree.</summary>
    Journal,

    /// <summary>Manifests and parts of all archives and open uploads.</summary>
    Bytes,

    /// <summary>Bytes that nothing refers to.</summary>
    Orphans,

    /// <summary>Everything was looked at.</summary>
    Done,
}

/// <summary>How far a check has come. One that is given to a later check makes it go on from there.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="After">The place in the stage up to which everything was looked at; 0 at its beginning.</param>
/// <param name="Tally">What was counted so far.</param>
public sealed record CheckPosition(CheckStage Stage, long After, CheckTally Tally)
{
    /// <summary>The beginning.</summary>
    public static CheckPosition Start { get; } = new(CheckStage.Journal, 0, new CheckTally());
}

/// <summary>What a check has counted.</summary>
public sealed record CheckTally
{
    /// <summary>Histories of entities in the journal.</summary>
    public long Histories { get; init; }

    /// <summary>Archives whose bytes were looked at.</summary>
    public long Archives { get; init; }

    /// <summary>Open uploads whose bytes were looked at.</summary>
    public long OpenUploads { get; init; }

    /// <summary>Parts whose bytes were looked at.</summary>
    public long Parts { get; init; }

    /// <summary>Bytes of parts that were read.</summary>
    public long PartBytes { get; init; }

    /// <summary>What was damaged.</summary>
    public long Damaged { get; init; }

    /// <summary>Uploads with bytes that nothing refers to.</summary>
    public long Orphans { get; init; }
}
