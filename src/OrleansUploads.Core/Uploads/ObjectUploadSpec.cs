using OrleansUploads.Core.Values;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Uploads;

/// <summary>What is fixed when the upload of an object is initiated.</summary>
/// <param name="Upload">Its ID.</param>
/// <param name="Name">The object that it becomes.</param>
/// <param name="Origin">The kind of request that opened it.</param>
/// <param name="CreatedAt">The time of initiation.</param>
/// <param name="StorageClass">The object's storage class.</param>
/// <param name="Checksum">The checksum that the client chose, or null if it chose none.</param>
/// <param name="Metadata">Headers that are returned with the object, by lower-case name. Core does not interpret them.</param>
/// <param name="Tags">The object's tags, or null if it has none.</param>
public sealed record ObjectUploadSpec(
    UploadId Upload,
    ObjectName Name,
    UploadOrigin Origin,
    DateTimeOffset CreatedAt,
    StorageClass StorageClass,
    ChosenChecksum? Checksum,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyDictionary<string, string>? Tags);

/// <summary>The name of an object.</summary>
/// <param name="Bucket">The bucket's incarnation.</param>
/// <param name="Key">The key.</param>
public readonly record struct ObjectName(BucketIncarnation Bucket, ObjectKey Key);

/// <summary>The checksum that an object gets.</summary>
/// <param name="Algorithm">The algorithm. Every part must have a checksum of it.</param>
/// <param name="Type">What the object's checksum is computed from.</param>
public sealed record ChosenChecksum(ChecksumAlgorithm Algorithm, ChecksumType Type);
