namespace OrleansUploads.Testing;

/// <summary>A multipart upload that was neither completed nor aborted.</summary>
/// <param name="Container">The name of its bucket or vault.</param>
/// <param name="Key">The key of the object; null for an upload to a vault.</param>
/// <param name="UploadId">The ID that the server gave it.</param>
/// <param name="InitiatedAt">When it was initiated, by the clock of the server.</param>
public sealed record LeftUpload(string Container, string? Key, string UploadId, DateTimeOffset InitiatedAt);
