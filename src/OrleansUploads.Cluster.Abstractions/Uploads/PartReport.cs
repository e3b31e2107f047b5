using System.Collections.Immutable;

namespace OrleansUploads.Cluster.Abstractions.Uploads;

/// <summary>A part whose bytes are durable in another store.</summary>
/// <param name="FirstByte">The offset of the part's first byte in the archive; a multiple of the part size.</param>
/// <param name="LastByte">The offset of the part's last byte.</param>
/// <param name="TreeHash">The SHA-256 tree hash of exactly these bytes: 64 hex digits. The package OrleansUploads.Hashing computes
/// it.</param>
/// <param name="Location">The text that identifies the bytes in the other store: 1 to 1,024 printable ASCII characters. The cluster
/// does not interpret it.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.PartReport")]
public readonly record struct PartReport(
    [property: Id(0)] long FirstByte,
    [property: Id(1)] long LastByte,
    [property: Id(2)] string TreeHash,
    [property: Id(3)] string Location);

/// <summary>The answer to a part report.</summary>
/// <param name="Location">The location that the upload uses for the part.</param>
/// <param name="IsReported">Whether this is the location that was just reported. False if the same bytes were reported before with
/// another location. Delete unused bytes only after the upload has ended, because a repeated report may still arrive.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.PartReportResult")]
public readonly record struct PartReportResult([property: Id(0)] string Location, [property: Id(1)] bool IsReported);

/// <summary>A request for one page of a list of parts.</summary>
/// <param name="Vault">The vault of the upload.</param>
/// <param name="FirstByte">The page starts with the first part at or after this offset.</param>
/// <param name="Limit">The maximum number of parts on the page: 1 to 1,000.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.PartsQuery")]
public readonly record struct PartsQuery(
    [property: Id(0)] VaultAddress Vault, [property: Id(1)] long FirstByte, [property: Id(2)] int Limit);

/// <summary>One page of a list of parts, ordered by range.</summary>
/// <param name="Parts">The parts.</param>
/// <param name="NextFirstByte">The offset at which the next page starts; null on the last page.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.PartListing")]
public sealed record PartListing(
    [property: Id(0)] ImmutableArray<PartEntry> Parts, [property: Id(1)] long? NextFirstByte);

/// <summary>A part in a list.</summary>
/// <param name="FirstByte">The offset of the part's first byte in the archive.</param>
/// <param name="LastByte">The offset of the part's last byte.</param>
/// <param name="TreeHash">The tree hash of the part: 64 hex digits.</param>
/// <param name="Location">The location of the bytes in external storage, or null if the gateway stores them.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.PartEntry")]
public readonly record struct PartEntry(
    [property: Id(0)] long FirstByte,
    [property: Id(1)] long LastByte,
    [property: Id(2)] string TreeHash,
    [property: Id(3)] string? Location);
