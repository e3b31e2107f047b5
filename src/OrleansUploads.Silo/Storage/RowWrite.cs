namespace OrleansUploads.Silo.Storage;

/// <summary>A row of Orleans' grain storage table to insert or to replace.</summary>
/// <param name="KeyHash">Orleans' hash of the grain's key.</param>
/// <param name="Key">The grain's key.</param>
/// <param name="StateHash">Orleans' hash of the state name.</param>
/// <param name="State">The state name.</param>
/// <param name="Version">The version of the row to replace, or null if there must be no row.</param>
/// <param name="Content">The serialized state.</param>
internal sealed record RowWrite(int KeyHash, string Key, int StateHash, string State, int? Version, ReadOnlyMemory<byte> Content);
