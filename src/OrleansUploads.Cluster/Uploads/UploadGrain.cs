using System.Collections.Immutable;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Cluster.Uploads;

/// <summary>An upload. Translates the calls of ingestion nodes to commands and the answers back. It contains no rules.</summary>
[GrainType("ou-upload")]
public sealed class UploadGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Upload, ports), IUploadGrain
{
    /// <inheritdoc/>
    public ValueTask<UploadAnswer<UploadOpened>> InitiateAsync(UploadRequest request, CancellationToken cancellationToken = default) =>
        AnswerAsync<UploadOpened>(async () =>
        {
            var command = request.ToCommand(Entity.Key);
            var known = await SummarizeSelfAsync(command.Vault, cancellationToken);
            if (known.Refusal is { Kind: UploadRefusalKind.UploadNotFound })
            {
                var admitted = await AnswerAsync(async () => AnswerOf(
                    await Ports.Host.AskAsync(command.Vault.Entity, command, cancellationToken), static spec => spec));

                // A vault does not know the uploads of other vaults and those that have ended; the upload itself does. If another node has
                // initiated it meanwhile and taken the vault's last place, the vault has refused this call.
                known = await SummarizeSelfAsync(command.Vault, cancellationToken);
                if (admitted.Refusal is { } refused && known.Refusal is not null)
                {
                    return new(null, refused);
                }
            }

            return known.TryGet(out var summary, out var refusal)
                ? command.IsRepeatedFor(summary.Spec)
                    ? new(OpenedOf(summary.Spec), null)
                    : new(null, UploadRefusals.InitiatedOtherwise(summary.Spec))
                : new(null, refusal.Kind == UploadRefusalKind.UploadNotFound ? UploadRefusals.KeyInUse(Entity.Key) : refusal);
        });

    /// <inheritdoc/>
    public ValueTask<UploadAnswer<PartReportResult>> ReportPartAsync(
        VaultAddress vault, PartReport report, CancellationToken cancellationToken = default) => AskSelfAsync(
            () => report.ToCommand(vault),
            static result => new PartReportResult(result.Location.ToString(), result.ReportedInUse),
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<UploadAnswer<PartReportResult>>> ReportPartsAsync(
        VaultAddress vault, ImmutableArray<PartReport> reports, CancellationToken cancellationToken = default)
    {
        if (reports.IsDefault || reports.Length > IUploadGrain.MaxReports)
        {
            throw new ArgumentException(
                reports.IsDefault
                    ? "The list of reports is a default value. Create it, for example with a collection expression."
                    : $"The call reports {reports.Length} parts. Report at most {IUploadGrain.MaxReports} parts in one call.",
                nameof(reports));
        }

        // All reports are queued before the first is answered, so they share a journal write.
        return [.. await Task.WhenAll(reports.Select(report => ReportPartAsync(vault, report, cancellationToken).AsTask()))];
    }

    /// <inheritdoc/>
    public ValueTask<UploadAnswer<FinishedArchive>> CompleteAsync(
        CompletionRequest request, CancellationToken cancellationToken = default) => AnswerAsync<FinishedArchive>(async () =>
        {
            var command = request.ToCommand();
            if (!UploadId.TryParse(Entity.Key, out var upload))
            {
                return new(null, UploadRefusals.From(new Refusal.UploadNotFound()));
            }

            try
            {
                return AnswerOf(
                    await PartIntake.CompleteAsync(
                        Ports.Parts,
                        upload,
                        stored => AskSelfAsync(command with { Stored = stored }, cancellationToken),
                        cancellationToken),
                    FinishedOf);
            }
            catch (Exception fault) when (fault is IOException or PartStoreUnavailableException)
            {
                return new(null, UploadRefusals.Unavailable($"The stored parts cannot be listed: {fault.Message}"));
            }
        });

    /// <inheritdoc/>
    public ValueTask<UploadAnswer<AbortedUpload>> AbortAsync(VaultAddress vault, CancellationToken cancellationToken = default) =>
        AskSelfAsync(() => new AbortUpload(vault.ToVault()), _ => new AbortedUpload(Entity.Key), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<UploadAnswer<PartListing>> ListPartsAsync(PartsQuery query, CancellationToken cancellationToken = default) =>
        AskSelfAsync(
            () => query.ToCommand(),
            ListingOf,
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<UploadAnswer<PartListing>> ReadManifestAsync(PartsQuery query, CancellationToken cancellationToken = default) =>
        AnswerAsync<PartListing>(async () =>
        {
            var command = query.ToCommand();
            var summary = await SummarizeSelfAsync(command.Vault, cancellationToken);
            if (summary.Refusal is { } refusal)
            {
                return new(null, refusal);
            }

            if (!ExternalManifest.IsOf(summary.Value!))
            {
                return new(null, UploadRefusals.Invalid(
                    "This upload has no manifest to read. Only completed uploads with external storage have one."));
            }

            if (summary.Value!.ArchiveDeletedAt is not null)
            {
                return new(null, UploadRefusals.ArchiveDeleted());
            }

            try
            {
                var spec = summary.Value.Spec;
                return await Ports.Parts.ReadManifestAsync(spec.Upload, cancellationToken) is { } manifest
                    ? new(ListingOf(ExternalManifest.PageOf(spec, manifest, command)), null)
                    : new(null, UploadRefusals.Unavailable("The manifest is not stored yet. Try again."));
            }
            catch (Exception fault) when (fault is IOException or PartStoreUnavailableException or AttemptDamagedException)
            {
                return new(null, UploadRefusals.Unavailable($"The manifest cannot be read: {fault.Message}"));
            }
        });

    /// <inheritdoc/>
    public ValueTask<UploadAnswer<UploadReport>> SummarizeAsync(VaultAddress vault, CancellationToken cancellationToken = default) =>
        AskSelfAsync(() => new SummarizeUpload(vault.ToVault()), ReportOf, cancellationToken);

    private ValueTask<UploadAnswer<UploadSummary>> SummarizeSelfAsync(VaultId vault, CancellationToken cancellationToken) =>
        AskSelfAsync(() => new SummarizeUpload(vault), static summary => summary, cancellationToken);

    private static UploadReport ReportOf(UploadSummary summary) => new(
        OpenedOf(summary.Spec),
        summary.Phase switch
        {
            UploadPhase.Open => UploadStage.Open,
            UploadPhase.Completed => UploadStage.Completed,
            UploadPhase.Aborted => UploadStage.Aborted,
            UploadPhase.Expired => UploadStage.Expired,
        },
        summary.Parts,
        summary.ReportedBytes,
        summary.Archive is { } archive ? FinishedOf(archive) : null);

    private static UploadOpened OpenedOf(UploadSpec spec) => new(
        spec.Upload.ToString(), spec.PartSize.Bytes, UploadRefusals.StorageOf(spec.ByteStorage), spec.CreatedAt);

    private static FinishedArchive FinishedOf(CompletedArchive archive) =>
        new(archive.Archive.ToString(), archive.SizeBytes, archive.TreeHash.ToString());

    private static PartListing ListingOf(PartsPage page) => new([.. page.Parts.Select(EntryOf)], page.NextFirstByte);

    private static PartEntry EntryOf(ListedPart part) => new(
        part.Range.FirstByte, part.Range.LastByte, part.TreeHash.ToString(), part.Location?.ToString());

    /// <summary>Sends the command of a request to this upload and translates the answer.</summary>
    private ValueTask<UploadAnswer<T>> AskSelfAsync<TAnswer, T>(
        Func<ICommand<TAnswer>> read, Func<TAnswer, T> translate, CancellationToken cancellationToken)
        where TAnswer : class, IAnswer =>
        AnswerAsync(async () => AnswerOf(await AskSelfAsync(read(), cancellationToken), translate));

    private async ValueTask<Outcome<TAnswer>> AskSelfAsync<TAnswer>(ICommand<TAnswer> command, CancellationToken cancellationToken)
        where TAnswer : class, IAnswer => Outcome.Of<TAnswer>(await AskAsync((ICommand)command).WaitAsync(cancellationToken));

    private static UploadAnswer<T> AnswerOf<TAnswer, T>(Outcome<TAnswer> outcome, Func<TAnswer, T> translate)
        where TAnswer : class, IAnswer =>
        outcome.TryGet(out var answer, out var refusal) ? new(translate(answer), null) : new(default, UploadRefusals.From(refusal));

    private static async ValueTask<UploadAnswer<T>> AnswerAsync<T>(Func<ValueTask<UploadAnswer<T>>> answer)
    {
        try
        {
            return await answer();
        }
        catch (RefusedRequestException refused)
        {
            return new(default, refused.Refusal);
        }
        catch (EntityUnavailableException fault)
        {
            return new(default, UploadRefusals.Unavailable(fault.Message));
        }
    }
}
