namespace OrleansUploads.Gateway.Checking;

/// <summary>The options of a <c>check</c> command, for a data folder or a cluster.</summary>
/// <param name="Deep">Whether tree hashes are recomputed.</param>
/// <param name="BytesPerSecond">The maximum number of bytes to read per second, or null for no limit.</param>
/// <param name="ResumeFile">The file in which progress is saved; null to save none.</param>
/// <param name="Json">Whether the output is one JSON document.</param>
/// <param name="ListOrphans">Whether uploads with bytes that nothing refers to are listed.</param>
/// <param name="Quiet">Whether no progress is printed.</param>
public sealed record CheckSettings(
    bool Deep, long? BytesPerSecond, string? ResumeFile, bool Json, bool ListOrphans, bool Quiet);
