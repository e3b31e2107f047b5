namespace OrleansUploads.Engine.Checking;

/// <summary>Options for checking a data folder.</summary>
public sealed record CheckOptions
{
    /// <summary>Whether to recompute tree hashes from the bytes, in addition to verifying the checksums of blocks.</summary>
    public bool Deep { get; init; }

    /// <summary>Keeps the bytes, if they are not in the folder; null if they are.</summary>
    public IPartStore? Parts { get; init; }

    /// <summary>Maximum bytes to read per second, or null for no limit.</summary>
    public long? BytesPerSecond { get; init; }
}
