using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Telemetry;

namespace OrleansUploads.Dashboard;

/// <summary>Adds to an upload's document what the upload itself does not know: its silo, and the requests that this process
/// refused.</summary>
internal sealed class UploadNotes(RecentRefusals refusals, IClusterMap? cluster = null)
{
    /// <summary>The number of refused requests that are shown: the last ones.</summary>
    private const int MaxRefusals = 20;

    /// <summary>Returns the document with the notes.</summary>
    public async ValueTask<UploadDocument> AddAsync(DashboardCall call, UploadId upload, UploadDocument document)
    {
        var refused = refusals.Find(upload, MaxRefusals);
        return document with
        {
            // The addresses of silos are the operator's business.
            Silo = cluster is not null && call.IsOperator ? await cluster.FindSiloAsync(upload.Entity, call.Aborted) : null,
            Refusals = refused.Count == 0 ? null : [.. refused.Select(request => DocumentOf(request, call.Account))],
        };
    }

    /// <summary>The keys and addresses of other accounts are theirs, so they are left out.</summary>
    private static RefusalDocument DocumentOf(RefusedRequest refused, AccountId viewer)
    {
        var (keyId, client) = refused.Account == viewer ? (refused.AccessKeyId, refused.Client) : default;
        return new(refused.At, refused.Operation, refused.Status, refused.Code, keyId, client);
    }
}

/// <summary>A page of uploads in progress.</summary>
/// <param name="Uploads">The uploads of a vault, oldest first, or of a bucket, by key.</param>
/// <param name="After">Where the next page begins, or null on the last page.</param>
internal sealed record UploadsDocument(IReadOnlyList<UploadDocument> Uploads, PageStart? After);

/// <summary>Where the next page begins: parameters of its request.</summary>
/// <param name="After">An upload ID, an archive ID or a key.</param>
/// <param name="Marker">A further position at the same key, or null.</param>
internal sealed record PageStart(string After, string? Marker = null);

/// <summary>An upload in progress, or one that has ended.</summary>
/// <param name="Key">The key of the future object, or null for a vault.</param>
/// <param name="Description">The description of the future archive, or null.</param>
/// <param name="Created">When it was initiated.</param>
/// <param name="PartBytes">The size of every part but the last, or null if parts have any size.</param>
/// <param name="Details">What else was chosen at its initiation, in words.</param>
/// <param name="Parts">Its parts, or null if it has ended or is being completed.</param>
/// <param name="Silo">The silo on which it is active, or null if that is not known.</param>
/// <param name="Refusals">The last requests that this process refused, the newest first, or null if there are none.</param>
/// <param name="Ending">How it ended, or null if it has not.</param>
/// <param name="TotalBytes">The size of the future archive or object, as the client announced it, or null.</param>
internal sealed record UploadDocument(
    string Id,
    string? Key,
    string? Description,
    DateTimeOffset Created,
    long? PartBytes,
    string Details,
    PartsDocument? Parts,
    string? Silo = null,
    IReadOnlyList<RefusalDocument>? Refusals = null,
    EndingDocument? Ending = null,
    long? TotalBytes = null);

/// <summary>How an upload ended.</summary>
/// <param name="How"><see cref="Completed"/>, <see cref="Aborted"/> or <see cref="Expired"/>.</param>
/// <param name="At">When it was completed or aborted, or expired, or null if that is not known.</param>
/// <param name="Bytes">The size of the archive or object, or null without one.</param>
/// <param name="Archive">The archive's ID, or null without one.</param>
/// <param name="Hash">The archive's tree hash or the object's ETag, or null without one.</param>
/// <param name="Deleted">When the archive was deleted, or the object was deleted or replaced, or null.</param>
internal sealed record EndingDocument(
    string How,
    DateTimeOffset? At = null,
    long? Bytes = null,
    string? Archive = null,
    string? Hash = null,
    DateTimeOffset? Deleted = null)
{
    /// <summary>It became an archive or an object.</summary>
    public const string Completed = "completed";

    /// <summary>A client or the deletion of the vault or bucket ended it.</summary>
    public const string Aborted = "aborted";

    /// <summary>Nothing was sent for too long.</summary>
    public const string Expired = "expired";

    /// <summary>The end of an upload that became nothing, or null if it is open.</summary>
    public static EndingDocument? OfUnfinished(UploadPhase phase, DateTimeOffset? endedAt) => phase switch
    {
        UploadPhase.Aborted => new EndingDocument(Aborted, endedAt),
        UploadPhase.Expired => new EndingDocument(Expired, endedAt),
        UploadPhase.Open or UploadPhase.Completed => null,
    };
}

/// <summary>A refused request.</summary>
/// <param name="At">When it was refused.</param>
/// <param name="Operation">The name of its operation.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The error code.</param>
/// <param name="AccessKeyId">The sender's key, or null if it had none or is of another account.</param>
/// <param name="Client">The sender's address, or null if it is not known, or if the key is of another account.</param>
internal sealed record RefusalDocument(DateTimeOffset At, string Operation, int Status, string Code, string? AccessKeyId, string? Client);

/// <summary>The parts that an upload has.</summary>
/// <param name="Bytes">Sum of their lengths.</param>
/// <param name="Runs">The runs of consecutive part numbers: <c>1-3,7</c>.</param>
/// <param name="Active">When a part was last accepted, or the upload was initiated.</param>
/// <param name="Rate">How fast the last parts arrived, in bytes per second, or null if that is not known.</param>
/// <param name="RateOver">The milliseconds that this was measured over, or null.</param>
internal sealed record PartsDocument(int Count, long Bytes, string Runs, DateTimeOffset Active, long? Rate, long? RateOver)
{
    /// <summary>The document, or null for null.</summary>
    public static PartsDocument? Of(MappedParts? parts) => parts is null ? null : new(
        parts.Numbers.InOrder.Length, parts.Bytes, parts.Numbers.ToString(), parts.LastActivityAt,
        parts.Rate?.BytesPerSecond, parts.Rate?.OverMilliseconds);
}

/// <summary>One part.</summary>
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
    DateTimeOffset? Begun = null,
    string? Location = null,
    DateTimeOffset? Stored = null,
    Sender? Sender = null);
