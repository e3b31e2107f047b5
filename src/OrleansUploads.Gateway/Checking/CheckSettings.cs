namespace OrleansUploads.Gateway.Checking;

/// <summary>What a check does and prints. Null means no limit of bytes per second, and no file for the progress.
/// <paramref name="ListOrphans"/> lists uploads with bytes that nothing refers to.</summary>
public sealed record CheckSettings(
    bool Deep, long? BytesPerSecond, string? ResumeFile, bool Json, bool ListOrphans, bool Quiet);
