namespace OrleansUploads.Engine.Bytes;

/// <summary>What a client says of an object when it begins to upload it.</summary>
/// <param name="StorageClass">The storage class.</param>
/// <param name="Metadata">Headers that are returned with the object, by lower-case name.</param>
/// <param name="Tags">The object's tags, or null for none.</param>
public sealed record ObjectHeaders(
    StorageClass StorageClass,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyDictionary<string, string>? Tags = null);
