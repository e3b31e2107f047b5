using System.Collections.Immutable;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Cluster.Uploads;

/// <summary>An upload. Translates the calls of ingestion nodes to commands and the answers back. It contains no rules.</summary>
[GrainType("ou-upload")]
public sealed class UploadGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Upload, ports), IUploadGrain
{
    /// <inheritdoc/>
    public async ValueTask<UploadAnswer<UploadOpened>> InitiateAsync(
        UploadRequest request, CancellationToken cancellationToken = default)
    {
        if (IngestionRequestParser.ParseInitiate(request, Entity.Key, out var command) is { } invalid)
        {
            return new(null, invalid);
        }

        var known = await SummarizeSelfAsync(command!.Vault, cancellationToken);
        if (known.Refusal is { Kind: UploadRefusalKind.UploadNotFound })
        {
            var admitted = await AnswerAsync(
                () => Ports.Host.AskAsync(command.Vault.Entity, command, cancellationToken), static spec => spec);

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
    }

    /// <inheritdoc/>
    public async ValueTask<UploadAnswer<PartReportResult>> ReportPartAsync(
        VaultAddress vault, PartReport report, CancellationToken cancellationToken = default)
    {
        ReportExternalPart? command = null;
        var refusal = IngestionRequestParser.ParseVault(vault, out var id)
            ?? IngestionRequestParser.ParsePartReport(id, report, out command);
        return refusal is not null
            ? new(default, refusal)
            : await AskSelfAsync(
                command!, result => new PartReportResult(result.Location.ToString(), result.ReportedInUse), cancellationToken);
    }

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
        var answers = new Task<UploadAnswer<PartReportResult>>[reports.Length];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = ReportPartAsync(vault, reports[i], cancellationToken).AsTask();
        }

        return [.. await Task.WhenAll(answers)];
    }

    /// <inheritdoc/>
    public async ValueTask<UploadAnswer<FinishedArchive>> CompleteAsync(
        CompletionRequest request, CancellationToken cancellationToken = default)
    {
        if (IngestionRequestParser.ParseCompletion(request, out var command) is { } refusal)
        {
            return new(null, refusal);
        }

        if (!UploadId.TryParse(Entity.Key, out var upload))
        {
            return new(null, UploadRefusals.From(new Refusal.UploadNotFound()));
        }

        try
        {
            return await AnswerAsync(
                () => StoredCompletion.RunAsync(
                    Ports.Parts,
                    upload,
                    async stored => new Outcome<CompletedArchive>(
                        await AskAsync((ICommand)(command! with { Stored = stored })).WaitAsync(cancellationToken)),
                    cancellationToken),
                FinishedOf);
        }
        catch (Exception fault) when (fault is IOException or PartStoreUnavailableException)
        {
            return new(null, UploadRefusals.Unavailable($"The stored parts cannot be listed: {fault.Message}"));
        }
    }

    /// <inheritdoc/>
    public async ValueTask<UploadAnswer<AbortedUpload>> AbortAsync(
        VaultAddress vault, CancellationToken cancellationToken = default) =>
        IngestionRequestParser.ParseVault(vault, out var id) is { } refusal
            ? new(null, refusal)
            : await AskSelfAsync(new AbortUpload(id), _ => new AbortedUpload(Entity.Key), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<UploadAnswer<PartListing>> ListPartsAsync(
        PartsQuery query, CancellationToken cancellationToken = default) =>
        IngestionRequestParser.ParsePartsQuery(query, out var command) is { } refusal
            ? new(null, refusal)
            : await AskSelfAsync(
                command!,
                page => new PartListing([.. page.Parts.Select(EntryOf)], page.NextFirstByte),
                cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<UploadAnswer<PartListing>> ReadManifestAsync(
        PartsQuery query, CancellationToken cancellationToken = default)
    {
        if (IngestionRequestParser.ParsePartsQuery(query, out var command) is { } invalid)
        {
            return new(null, invalid);
        }

        var summary = await SummarizeSelfAsync(command!.Vault, cancellationToken);
        if (summary.Refusal is { } refusal)
        {
            return new(null, refusal);
        }

        if (summary.Value is not { Phase: UploadPhase.Completed, Spec: { ByteStorage: ByteStorage.External } spec })
        {
            return new(null, UploadRefusals.Invalid(
                "This upload has no manifest to read. Only completed uploads with external storage have one."));
        }

        if (summary.Value.ArchiveDeletedAt is not null)
        {
            return new(null, UploadRefusals.ArchiveDeleted());
        }

        try
        {
            return await Ports.Parts.ReadManifestAsync(spec.Upload, cancellationToken) is { } manifest
                ? new(ManifestPage.Create(manifest, command), null)
                : new(null, UploadRefusals.Unavailable("The manifest is not stored yet. Try again."));
        }
        catch (Exception fault) when (fault is IOException or PartStoreUnavailableException or AttemptDamagedException)
        {
            return new(null, UploadRefusals.Unavailable($"The manifest cannot be read: {fault.Message}"));
        }
    }

    /// <inheritdoc/>
    public async ValueTask<UploadAnswer<UploadReport>> SummarizeAsync(
        VaultAddress vault, CancellationToken cancellationToken = default) =>
        IngestionRequestParser.ParseVault(vault, out var id) is { } refusal
            ? new(null, refusal)
            : (await SummarizeSelfAsync(id, cancellationToken)).TryGet(out var summary, out var unknown)
                ? new(ReportOf(summary), null)
                : new(null, unknown);

    private ValueTask<UploadAnswer<UploadSummary>> SummarizeSelfAsync(VaultId vault, CancellationToken cancellationToken) =>
        AskSelfAsync(new SummarizeUpload(vault), static summary => summary, cancellationToken);

    private static UploadReport ReportOf(UploadSummary summary) => new(
        OpenedOf(summary.Spec),
        NodeValues.StageOf(summary.Phase),
        summary.Parts,
        summary.ReportedBytes,
        summary.Archive is { } archive ? FinishedOf(archive) : null);

    private static UploadOpened OpenedOf(UploadSpec spec) => new(
        spec.Upload.ToString(), spec.PartSize.Bytes, NodeValues.StorageOf(spec.ByteStorage), spec.CreatedAt);

    private static FinishedArchive FinishedOf(CompletedArchive archive) =>
        new(archive.Archive.ToString(), archive.SizeBytes, archive.TreeHash.ToString());

    private static PartEntry EntryOf(ListedPart part) => new(
        part.Range.FirstByte, part.Range.LastByte, part.TreeHash.ToString(), part.Location?.ToString());

    /// <summary>Sends a command to this upload and translates the answer.</summary>
    private ValueTask<UploadAnswer<T>> AskSelfAsync<TAnswer, T>(
        ICommand<TAnswer> command, Func<TAnswer, T> translate, CancellationToken cancellationToken)
        where TAnswer : class =>
        AnswerAsync(
            async () => new Outcome<TAnswer>(await AskAsync((ICommand)command).WaitAsync(cancellationToken)), translate);

    private static async ValueTask<UploadAnswer<T>> AnswerAsync<TAnswer, T>(
        Func<ValueTask<Outcome<TAnswer>>> ask, Func<TAnswer, T> translate)
        where TAnswer : class
    {
        try
        {
            var outcome = await ask();
            return outcome.TryGet(out var answer, out var refusal)
                ? new(translate(answer), null)
                : new(default, UploadRefusals.From(refusal));
        }
        catch (EntityUnavailableException fault)
        {
            return new(default, UploadRefusals.Unavailable(fault.Message));
        }
    }
}
