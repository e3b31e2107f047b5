namespace OrleansUploads.Silo.Storage;

/// <summary>A row as it was read.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Content">The serialized state, or null if it was cleared.</param>
internal readonly record struct StoredRow(int? Version, byte[]? Content);
