namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>Options of an <see cref="ObjectPartStore"/>.</summary>
public sealed record ObjectStorageOptions
{
    /// <summary>How often a call is sent, at most, before the store counts as unavailable.</summary>
    public int Tries { get; init; } = 6;

    /// <summary>The wait before the second try. It doubles for each further one.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a call without a body may take, and how long a body may stall.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The number of deletions that are in flight at a time for one upload, where one call deletes one object.</summary>
    public int Deletions { get; init; } = 16;

    /// <summary>Attempts up to this length are kept in memory until they are stored, so that they can be sent again.</summary>
    public int RepeatableBytes { get; init; } = 1024 * 1024;
}
