using System.Collections.Immutable;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Cluster.Uploads;

/// <summary>An upload. For ingestion nodes it translates between their contract and the commands, and decides nothing.</summary>
[GrainType("ou-upload")]
public sealed class UploadGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Upload, ports), IUploadGrain
{
    /// <inheritdoc/>
    public async ValueTask<UploadAnswer<UploadOpened>> InitiateAsync(
        UploadOrder order, CancellationToken cancellationToken = default) =>
        UploadTexts.Read(order, Entity.Key, out var command) is { } wrong
            ? new(null, wrong)
            : await AnswerAsync(
                () => Ports.Host.AskAsync(command!.Vault.Entity, command, cancellationToken),
                OpenedOf);

    /// <inheritdoc/>
    public async ValueTask<UploadAnswer<PartVerdict>> ReportPartAsync(
        VaultAddress vault, PartReport report, CancellationToken cancellationToken = default)
    {
        StoreLocatedPart? command = null;
        return (UploadTexts.Read(vault, out var id) ?? UploadTexts.Read(id, report, out command)) is { } wrong
            ? new(default, wrong)
            : await AskOwnAsync(
                command!, standing => new PartVerdict(standing.Location.ToString(), standing.ReportedInUse), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<UploadAnswer<PartVerdict>>> ReportPartsAsync(
        VaultAddress vault, ImmutableArray<PartReport> reports, CancellationToken cancellationToken = default)
    {
        if (reports.IsDefault || reports.Length > IUploadGrain.MaxReports)
        {
            throw new ArgumentException(
                $"At most {IUploadGrain.MaxReports} parts are reported in one call.", nameof(reports));
        }

        // All are queued before the first is answered, so they share a write.
        var answers = new Task<UploadAnswer<PartVerdict>>[reports.Length];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = ReportPartAsync(vault, reports[i], cancellationToken).AsTask();
        }

        return [.. await Task.WhenAll(answers)];
    }

    /// <inheritdoc/>
    public async ValueTask<UploadAnswer<FinishedArchive>> CompleteAsync(
        CompletionClaim claim, CancellationToken cancellationToken = default) =>
        UploadTexts.Read(claim, out var command) is { } wrong
            ? new(null, wrong)
            : await AskOwnAsync(command!, FinishedOf, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<UploadAnswer<UploadGivenUp>> AbortAsync(
        VaultAddress vault, CancellationToken cancellationToken = default) =>
        UploadTexts.Read(vault, out var id) is { } wrong
            ? new(null, wrong)
            : await AskOwnAsync(new AbortUpload(id), _ => new UploadGivenUp(Entity.Key), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<UploadAnswer<PartListing>> ListPartsAsync(
        PartsQuery query, CancellationToken cancellationToken = default) =>
        UploadTexts.Read(query, out var command) is { } wrong
            ? new(null, wrong)
            : await AskOwnAsync(
                command!,
                page => new PartListing([.. page.Parts.Select(EntryOf)], page.NextFirstByte),
                cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<UploadAnswer<PartListing>> ReadManifestAsync(
        PartsQuery query, CancellationToken cancellationToken = default)
    {
        if (UploadTexts.Read(query, out var command) is { } wrong)
        {
            return new(null, wrong);
        }

        var summary = await AskOwnAsync(new SummarizeUpload(command!.Vault), static standing => standing, cancellationToken);
        if (summary.Refusal is { } refusal)
        {
            return new(null, refusal);
        }

        if (summary.Value is not { Phase: UploadPhase.Completed, Opening: { Custody: Custody.Elsewhere } opening })
        {
            return new(null, UploadRefusals.Invalid(
                "Only a completed upload whose bytes are kept elsewhere has a manifest to read here."));
        }

        try
        {
            return await Ports.Parts.ReadManifestAsync(opening.Upload, cancellationToken) is { } manifest
                ? new(ManifestPage.Of(manifest, command), null)
                : new(null, UploadRefusals.Unavailable("The manifest is not stored yet; it will be. Try again."));
        }
        catch (Exception fault) when (fault is IOException or AttemptDamagedException)
        {
            return new(null, UploadRefusals.Unavailable($"The manifest cannot be read: {fault.Message}"));
        }
    }

    /// <inheritdoc/>
    public async ValueTask<UploadAnswer<UploadReport>> SummarizeAsync(
        VaultAddress vault, CancellationToken cancellationToken = default) =>
        UploadTexts.Read(vault, out var id) is { } wrong
            ? new(null, wrong)
            : await AskOwnAsync(
                new SummarizeUpload(id),
                summary => new UploadReport(
                    OpenedOf(summary.Opening),
                    (UploadStage)summary.Phase,
                    summary.Parts,
                    summary.ReportedBytes,
                    summary.Archive is { } archive ? FinishedOf(archive) : null),
                cancellationToken);

    private static UploadOpened OpenedOf(UploadOpening opening) => new(
        opening.Upload.ToString(), opening.PartSize.Bytes, (ByteCustody)opening.Custody, opening.CreatedAt);

    private static FinishedArchive FinishedOf(CompletedArchive archive) =>
        new(archive.Archive.ToString(), archive.SizeBytes, archive.TreeHash.ToString());

    private static PartEntry EntryOf(ListedPart part) => new(
        part.Range.FirstByte, part.Range.LastByte, part.TreeHash.ToString(), part.Location?.ToString());

    private ValueTask<UploadAnswer<T>> AskOwnAsync<TAnswer, T>(
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
