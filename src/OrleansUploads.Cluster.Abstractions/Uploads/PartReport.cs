using System.Collections.Immutable;

namespace OrleansUploads.Cluster.Abstractions.Uploads;

/// <summary>A part whose bytes are durable elsewhere.</summary>
/// <param name="FirstByte">Offset of its first byte in the archive; a multiple of the part size.</param>
/// <param name="LastByte">Offset of its last byte.</param>
/// <param name="TreeHash">SHA-256 tree hash of exactly these bytes: 64 hex digits.</param>
/// <param name="Location">Where they are: 1 to 1,024 printable ASCII characters that only the reporter understands.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.PartReport")]
public readonly record struct PartReport(
    [property: Id(0)] long FirstByte,
    [property: Id(1)] long LastByte,
    [property: Id(2)] string TreeHash,
    [property: Id(3)] string Location);

/// <summary>How a reported part stands.</summary>
/// <param name="Location">The location that counts now.</param>
/// <param name="IsReported">Whether that is the reported one. It is not where the same bytes had been reported before with another
/// location. Delete what is not needed only when the upload has ended: a repetition of a report may still be on its way.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.PartVerdict")]
public readonly record struct PartVerdict([property: Id(0)] string Location, [property: Id(1)] bool IsReported);

/// <summary>Which parts to list.</summary>
/// <param name="Vault">The vault that the upload is in.</param>
/// <param name="FirstByte">Parts that begin before this offset are left out.</param>
/// <param name="Limit">Most parts to list: 1 to 1,000.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.PartsQuery")]
public readonly record struct PartsQuery(
    [property: Id(0)] VaultAddress Vault, [property: Id(1)] long FirstByte, [property: Id(2)] int Limit);

/// <summary>Some parts, in the order of their ranges.</summary>
/// <param name="Parts">The parts.</param>
/// <param name="NextFirstByte">Where the next page begins; null on the last.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.PartListing")]
public sealed record PartListing(
    [property: Id(0)] ImmutableArray<PartEntry> Parts, [property: Id(1)] long? NextFirstByte);

/// <summary>A part as it is listed.</summary>
/// <param name="FirstByte">Offset of its first byte in the archive.</param>
/// <param name="LastByte">Offset of its last byte.</param>
/// <param name="TreeHash">Tree hash of its bytes: 64 hex digits.</param>
/// <param name="Location">Where they are; null where the gateway keeps them.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.PartEntry")]
public readonly record struct PartEntry(
    [property: Id(0)] long FirstByte,
    [property: Id(1)] long LastByte,
    [property: Id(2)] string TreeHash,
    [property: Id(3)] string? Location);
