namespace OrleansUploads.Silo.Storage;

/// <summary>A row of Orleans' grain storage table to insert, replace or delete.</summary>
/// <param name="Key">The key of the row.</param>
/// <param name="Version">The version of the row to replace or delete, or null if there must be no row.</param>
/// <param name="Content">The serialized state, or null to delete the row.</param>
internal sealed record RowWrite(RowKey Key, int? Version, ReadOnlyMemory<byte>? Content);
