using OrleansUploads.Core.Parts;

namespace OrleansUploads.Gateway.Dashboard.Documents;

/// <summary>A page of uploads in progress.</summary>
/// <param name="Uploads">The uploads: those of a vault oldest first, those of a bucket by key.</param>
/// <param name="After">Where the next page begins, or null on the last page.</param>
internal sealed record UploadsDocument(IReadOnlyList<UploadDocument> Uploads, PageStart? After);

/// <summary>Where the next page begins: parameters of its request.</summary>
/// <param name="After">An upload ID, an archive ID or a key.</param>
/// <param name="Marker">A further position at the same key, or null.</param>
internal sealed record PageStart(string After, string? Marker = null);

/// <summary>An upload in progress.</summary>
/// <param name="Id">Its ID.</param>
/// <param name="Key">The key of the future object, or null for a vault.</param>
/// <param name="Description">The description of the future archive, or null.</param>
/// <param name="Created">When it was initiated.</param>
/// <param name="PartBytes">The size of every part but the last, or null if parts have any size.</param>
/// <param name="Details">What else was chosen at its initiation, in words.</param>
/// <param name="Parts">Its parts, or null if it has just ended or is being completed.</param>
/// <param name="Silo">The silo on which it is active, or null if that is not known.</param>
/// <param name="Refusals">The last requests that this process refused, the newest first, or null if there are none.</param>
internal sealed record UploadDocument(
    string Id,
    string? Key,
    string? Description,
    long Created,
    long? PartBytes,
    string Details,
    PartsDocument? Parts,
    string? Silo = null,
    IReadOnlyList<RefusalDocument>? Refusals = null);

/// <summary>A refused request.</summary>
/// <param name="At">When it was refused.</param>
/// <param name="Operation">The name of its operation.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The error code.</param>
/// <param name="AccessKeyId">The sender's key, or null if it had none or is of another account.</param>
/// <param name="Client">The sender's address, or null if it is not known.</param>
internal sealed record RefusalDocument(long At, string Operation, int Status, string Code, string? AccessKeyId, string? Client);

/// <summary>The parts that an upload has.</summary>
/// <param name="Count">Their number.</param>
/// <param name="Bytes">Sum of their lengths.</param>
/// <param name="Runs">The runs of consecutive part numbers: <c>1-3,7</c>.</param>
/// <param name="Active">When a part was last accepted, or the upload was initiated.</param>
/// <param name="Rate">How fast the last parts arrived, in bytes per second, or null if that is not known.</param>
/// <param name="RateOver">The milliseconds that this was measured over, or null.</param>
internal sealed record PartsDocument(int Count, long Bytes, string Runs, long Active, long? Rate, long? RateOver);

/// <summary>One part.</summary>
/// <param name="Number">Its number.</param>
/// <param name="IsStored">Whether the upload has it. If not, nothing else is known.</param>
/// <param name="FirstByte">Offset of its first byte, or null if only the completion decides that.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="TreeHash">Its tree hash, in hex.</param>
/// <param name="ETag">Its ETag, or null for a part of an archive.</param>
/// <param name="Attempt">The attempt that holds its bytes, or null.</param>
/// <param name="Begun">When the attempt began, or null.</param>
/// <param name="Location">The external location of its bytes, or null.</param>
/// <param name="Stored">When it was accepted.</param>
/// <param name="Sender">Who sent it, or null if that is not known.</param>
internal sealed record PartDocument(
    int Number,
    bool IsStored,
    long? FirstByte = null,
    long? Bytes = null,
    string? TreeHash = null,
    string? ETag = null,
    string? Attempt = null,
    long? Begun = null,
    string? Location = null,
    long? Stored = null,
    SenderDocument? Sender = null);

/// <summary>A sender.</summary>
/// <param name="AccessKeyId">Its access key, or null if signatures were not verified.</param>
/// <param name="Address">Its address, or null if that is not known.</param>
/// <param name="Node">The node that received its requests, or null if that is not known.</param>
internal sealed record SenderDocument(string? AccessKeyId, string? Address, string? Node)
{
    /// <summary>The document of a sender, or null.</summary>
    public static SenderDocument? Of(Sender? sender) => sender is null ? null : new(sender.AccessKeyId, sender.Address, sender.Node);
}
