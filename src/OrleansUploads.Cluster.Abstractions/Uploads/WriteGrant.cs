using System.Collections.Immutable;

namespace OrleansUploads.Cluster.Abstractions.Uploads;

/// <summary>A part that a node wants to write into the cluster's store.</summary>
/// <param name="FirstByte">The offset of the part's first byte in the archive; a multiple of the part size.</param>
/// <param name="LastByte">The offset of the part's last byte.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.WantedPart")]
public readonly record struct WantedPart([property: Id(0)] long FirstByte, [property: Id(1)] long LastByte);

/// <summary>The permission to write one attempt of a part into the store, once, as one object: the bytes of the part and a footer of
/// version 2. Anybody who has it can write the attempt until the deadline.</summary>
/// <param name="FirstByte">The offset of the part's first byte in the archive.</param>
/// <param name="LastByte">The offset of the part's last byte.</param>
/// <param name="Attempt">The name of the attempt, which the footer and the report need: 32 hex digits.</param>
/// <param name="Address">The address of a PUT.</param>
/// <param name="Headers">The headers that the PUT must have.</param>
/// <param name="Deadline">When the store stops accepting the PUT.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.WriteGrant")]
public sealed record WriteGrant(
    [property: Id(0)] long FirstByte,
    [property: Id(1)] long LastByte,
    [property: Id(2)] string Attempt,
    [property: Id(3)] Uri Address,
    [property: Id(4)] ImmutableDictionary<string, string> Headers,
    [property: Id(5)] DateTimeOffset Deadline);

/// <summary>A part that was written with a grant.</summary>
/// <param name="FirstByte">The offset of the part's first byte in the archive.</param>
/// <param name="LastByte">The offset of the part's last byte.</param>
/// <param name="TreeHash">The SHA-256 tree hash of exactly these bytes: 64 hex digits.</param>
/// <param name="Attempt">The name of the attempt in the grant.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.WrittenPart")]
public readonly record struct WrittenPart(
    [property: Id(0)] long FirstByte,
    [property: Id(1)] long LastByte,
    [property: Id(2)] string TreeHash,
    [property: Id(3)] string Attempt);

/// <summary>The answer to the report of a written part: it is a part of the upload.</summary>
/// <param name="FirstByte">The offset of the part's first byte in the archive.</param>
/// <param name="LastByte">The offset of the part's last byte.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.AcceptedPart")]
public readonly record struct AcceptedPart([property: Id(0)] long FirstByte, [property: Id(1)] long LastByte);
