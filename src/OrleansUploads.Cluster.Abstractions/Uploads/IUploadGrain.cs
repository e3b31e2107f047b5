using System.Collections.Immutable;
using OrleansUploads.Cluster.Abstractions.Entities;

namespace OrleansUploads.Cluster.Abstractions.Uploads;

/// <summary>One upload, as ingestion nodes see it. Its key is an upload ID: a fresh one from <see cref="UploadKey.New"/>, or one that the
/// gateway gave.</summary>
/// <remarks>
/// There are two ways to use it, chosen when the upload is initiated and fixed from then on. Either the bytes go through the
/// gateway over HTTP, and the grain is asked for the rest. Or the node keeps the bytes in a store of its own and reports
/// range, tree hash and location of each part (<see cref="ByteCustody.Elsewhere"/>); the finished archive's manifest lists these
/// locations, and the gateway does not serve such an archive's bytes.
/// <para>Every call is safe to repeat, and gives the same answer: a part that is reported twice is one part, and a completed
/// upload has one archive ID for ever. What is answered is durable. Where nobody can say what became of a call, the answer is
/// <see cref="UploadRefusalKind.Unavailable"/>, or the call throws as Orleans' calls do (a silo died, a time-out): call again.</para>
/// </remarks>
[Alias("OrleansUploads.IUploadGrain")]
public interface IUploadGrain : IEntityGrain
{
    /// <summary>Most reports in one call of <see cref="ReportPartsAsync"/>.</summary>
    const int MaxReports = 1000;

    /// <summary>Opens the upload in a vault, which lists it from then on.</summary>
    /// <param name="order">What the upload is to be.</param>
    /// <param name="cancellationToken">Stops waiting; the upload may be open all the same.</param>
    [Alias("Initiate")]
    ValueTask<UploadAnswer<UploadOpened>> InitiateAsync(UploadOrder order, CancellationToken cancellationToken = default);

    /// <summary>Reports one part whose bytes are durable elsewhere.</summary>
    /// <param name="vault">The vault that the upload is in.</param>
    /// <param name="report">The part.</param>
    /// <param name="cancellationToken">Stops waiting; the part may be taken all the same.</param>
    [Alias("ReportPart")]
    ValueTask<UploadAnswer<PartVerdict>> ReportPartAsync(
        VaultAddress vault, PartReport report, CancellationToken cancellationToken = default);

    /// <summary>Reports many parts in one call. Each stands for itself: some may be taken and others refused.</summary>
    /// <param name="vault">The vault that the upload is in.</param>
    /// <param name="reports">The parts; at most <see cref="MaxReports"/>.</param>
    /// <param name="cancellationToken">Stops waiting; parts may be taken all the same.</param>
    /// <returns>What came of each, in the same order.</returns>
    [Alias("ReportParts")]
    ValueTask<ImmutableArray<UploadAnswer<PartVerdict>>> ReportPartsAsync(
        VaultAddress vault, ImmutableArray<PartReport> reports, CancellationToken cancellationToken = default);

    /// <summary>Makes the parts an archive. A wrong size or tree hash changes nothing, and a right one later succeeds.</summary>
    /// <param name="claim">The archive as the caller knows it.</param>
    /// <param name="cancellationToken">Stops waiting; the upload may be completed all the same.</param>
    [Alias("Complete")]
    ValueTask<UploadAnswer<FinishedArchive>> CompleteAsync(CompletionClaim claim, CancellationToken cancellationToken = default);

    /// <summary>Gives the upload up. A completed one cannot be given up.</summary>
    /// <param name="vault">The vault that the upload is in.</param>
    /// <param name="cancellationToken">Stops waiting; the upload may be given up all the same.</param>
    [Alias("Abort")]
    ValueTask<UploadAnswer<UploadGivenUp>> AbortAsync(VaultAddress vault, CancellationToken cancellationToken = default);

    /// <summary>Lists the parts of an open upload, in the order of their ranges.</summary>
    /// <param name="query">Which of them.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    [Alias("ListParts")]
    ValueTask<UploadAnswer<PartListing>> ListPartsAsync(PartsQuery query, CancellationToken cancellationToken = default);

    /// <summary>Lists where the bytes of the finished archive are, from its manifest; of an upload whose bytes are kept elsewhere.</summary>
    /// <param name="query">Which of its parts.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    [Alias("ReadManifest")]
    ValueTask<UploadAnswer<PartListing>> ReadManifestAsync(PartsQuery query, CancellationToken cancellationToken = default);

    /// <summary>Tells how the upload stands, also when it has ended, for as long as that is remembered.</summary>
    /// <param name="vault">The vault that the upload is in.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    [Alias("Summarize")]
    ValueTask<UploadAnswer<UploadReport>> SummarizeAsync(VaultAddress vault, CancellationToken cancellationToken = default);
}
