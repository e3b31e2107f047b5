using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using OrleansUploads.Cluster.Abstractions.Entities;

namespace OrleansUploads.Cluster.Abstractions.Uploads;

/// <summary>One upload, as ingestion nodes call it. The grain's key is an upload ID: a new one from <see cref="UploadKey.New"/>, or
/// one that the gateway returned.</summary>
/// <remarks>
/// An upload stores its bytes in one of two ways, which is fixed when it is initiated. Either they are in the cluster's store: nodes send
/// them through the gateway over HTTP, or write them straight into the store with grants of this grain. Or the node stores the bytes in
/// its own store and reports the range, tree hash and location of each part (<see cref="UploadStorage.External"/>). The manifest of the
/// finished archive then lists these locations, and the gateway does not serve the archive's bytes.
/// <para>Every call is safe to repeat and returns the same answer: a part that is reported twice is one part, and a completed
/// upload always has the same archive ID. An answer reveals only durable state. If the outcome of a call is unknown, the answer is
/// <see cref="UploadRefusalKind.Unavailable"/>, or the call throws an Orleans exception because a silo failed or the call got no
/// answer within <see cref="ReportAnswerTime"/>. In both cases, call again.</para>
/// </remarks>
[Alias("OrleansUploads.IUploadGrain")]
public interface IUploadGrain : IEntityGrain
{
    /// <summary>The maximum number of reports in one call of <see cref="ReportPartsAsync"/>.</summary>
    const int MaxReports = 1000;

    /// <summary>The maximum number of parts in one call that are granted, or reported as written.</summary>
    const int MaxGrants = 100;

    /// <summary>The maximum number of parts in a call of <see cref="GrantWritesAsync"/> that asks for grants for some of them.</summary>
    const int MaxCandidates = 1000;

    /// <summary>The longest time in which a call is answered. Then it throws a <see cref="TimeoutException"/>, and its outcome is unknown.
    /// Orleans' own limit is 30 seconds, for which a call to a silo that has just failed would wait.</summary>
    const string ReportAnswerTime = "00:00:05";

    /// <summary>Initiates the upload in a vault. The vault then lists it. Repeating the call with the same properties gets the same
    /// answer, also after the upload has ended, so several nodes may initiate one upload. With other properties, the call is refused
    /// with <see cref="UploadRefusalKind.InitiatedOtherwise"/>.</summary>
    /// <param name="request">The properties of the upload. The vault must exist; it is created through the vault API.</param>
    /// <param name="cancellationToken">Stops waiting. The upload may still be initiated.</param>
    [Alias("Initiate")]
    [ResponseTimeout(ReportAnswerTime)]
    ValueTask<UploadAnswer<UploadOpened>> InitiateAsync(UploadRequest request, CancellationToken cancellationToken = default);

    /// <summary>Reports one part whose bytes are durable in another store.</summary>
    /// <param name="vault">The vault of the upload.</param>
    /// <param name="report">The part.</param>
    /// <param name="cancellationToken">Stops waiting. The part may still be accepted.</param>
    [Alias("ReportPart")]
    [ResponseTimeout(ReportAnswerTime)]
    ValueTask<UploadAnswer<PartReportResult>> ReportPartAsync(
        VaultAddress vault, PartReport report, CancellationToken cancellationToken = default);

    /// <summary>Reports several parts in one call. The parts are independent: some may be accepted and others refused.</summary>
    /// <param name="vault">The vault of the upload.</param>
    /// <param name="reports">The parts; at most <see cref="MaxReports"/>.</param>
    /// <param name="cancellationToken">Stops waiting. Parts may still be accepted.</param>
    /// <returns>The answer for each part, in the same order.</returns>
    /// <exception cref="ArgumentException">There are more than <see cref="MaxReports"/> parts. No part was accepted.</exception>
    [Alias("ReportParts")]
    [ResponseTimeout(ReportAnswerTime)]
    ValueTask<ImmutableArray<UploadAnswer<PartReportResult>>> ReportPartsAsync(
        VaultAddress vault, ImmutableArray<PartReport> reports, CancellationToken cancellationToken = default);

    /// <summary>Grants the writes of parts straight into the cluster's store. Nothing is recorded: ask again for a part whose grant was
    /// lost, has expired, or was used without success.</summary>
    /// <param name="vault">The vault of the upload.</param>
    /// <param name="parts">The parts; at most <see cref="MaxGrants"/>, or <see cref="MaxCandidates"/> if only some are wanted.</param>
    /// <param name="atMost">How many grants are wanted, only of parts that the upload does not have and that were not granted to another
    /// node in the last 30 seconds; null for all parts. This is advice: two nodes may get the same part, and then one attempt of it
    /// counts.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The grants. None of the parts is granted if one of them is refused.</returns>
    /// <exception cref="ArgumentException">There are too many parts.</exception>
    [Alias("GrantWrites")]
    [ResponseTimeout(ReportAnswerTime)]
    ValueTask<UploadAnswer<ImmutableArray<WriteGrant>>> GrantWritesAsync(
        VaultAddress vault, ImmutableArray<WantedPart> parts, int? atMost = null, CancellationToken cancellationToken = default);

    /// <summary>Reports parts that were written with grants. Each is compared with what the store has: its name, length, seal and leaves.
    /// The parts are independent: some may be accepted and others refused.</summary>
    /// <param name="vault">The vault of the upload.</param>
    /// <param name="parts">The parts; at most <see cref="MaxGrants"/>.</param>
    /// <param name="cancellationToken">Stops waiting. Parts may still be accepted.</param>
    /// <returns>The answer for each part, in the same order.</returns>
    /// <exception cref="ArgumentException">There are too many parts. No part was accepted.</exception>
    [Alias("ReportWritten")]
    [ResponseTimeout(ReportAnswerTime)]
    ValueTask<ImmutableArray<UploadAnswer<AcceptedPart>>> ReportWrittenAsync(
        VaultAddress vault, ImmutableArray<WrittenPart> parts, CancellationToken cancellationToken = default);

    /// <summary>Completes the upload: turns its parts into an archive. A request with a wrong size or tree hash changes nothing, and
    /// a correct request succeeds afterwards.</summary>
    /// <param name="request">The expected size and tree hash of the archive.</param>
    /// <param name="cancellationToken">Stops waiting. The upload may still be completed.</param>
    [Alias("Complete")]
    [ResponseTimeout(ReportAnswerTime)]
    ValueTask<UploadAnswer<FinishedArchive>> CompleteAsync(CompletionRequest request, CancellationToken cancellationToken = default);

    /// <summary>Aborts the upload. A completed upload cannot be aborted.</summary>
    /// <param name="vault">The vault of the upload.</param>
    /// <param name="cancellationToken">Stops waiting. The upload may still be aborted.</param>
    [Alias("Abort")]
    [ResponseTimeout(ReportAnswerTime)]
    ValueTask<UploadAnswer<AbortedUpload>> AbortAsync(VaultAddress vault, CancellationToken cancellationToken = default);

    /// <summary>Lists the parts of an open upload, ordered by range.</summary>
    /// <param name="query">The parts to list.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    [Alias("ListParts")]
    [ResponseTimeout(ReportAnswerTime)]
    ValueTask<UploadAnswer<PartListing>> ListPartsAsync(PartsQuery query, CancellationToken cancellationToken = default);

    /// <summary>Lists the parts of the finished archive with their locations, from its manifest. The upload must be completed and its
    /// bytes must be in external storage. After the archive was deleted, the call is refused with <see
    /// cref="UploadRefusalKind.ArchiveDeleted"/>, and with <see cref="UploadRefusalKind.UploadNotFound"/> when the record of the upload
    /// is deleted, too.</summary>
    /// <param name="query">The parts to list.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    [Alias("ReadManifest")]
    [ResponseTimeout(ReportAnswerTime)]
    ValueTask<UploadAnswer<PartListing>> ReadManifestAsync(PartsQuery query, CancellationToken cancellationToken = default);

    /// <summary>Returns a summary of the upload. Also works for an upload that has ended, as long as its record is kept.</summary>
    /// <param name="vault">The vault of the upload.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    [Alias("Summarize")]
    [ResponseTimeout(ReportAnswerTime)]
    ValueTask<UploadAnswer<UploadReport>> SummarizeAsync(VaultAddress vault, CancellationToken cancellationToken = default);
}

/// <summary>Keys of upload grains: 92 characters of URL-safe base64, the format of Glacier's upload IDs.</summary>
public static class UploadKey
{
    private const int RandomBytes = 69;

    /// <summary>Creates a new, unguessable key.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
}
