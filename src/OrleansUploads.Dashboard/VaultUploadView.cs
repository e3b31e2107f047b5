using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Gateway.Glacier;

namespace OrleansUploads.Dashboard;

/// <summary>Shows a vault's uploads in progress.</summary>
internal static class VaultUploadView
{
    /// <summary>The number of uploads on a page: as many as a screen has rows. Other uploads are never loaded.</summary>
    public const int PageSize = 20;

    /// <summary>Lists a page of uploads with their progress, oldest first.</summary>
    public static async ValueTask<UploadsDocument> ListAsync(DashboardCall call, string name)
    {
        var found = await call.FindVaultAsync(name, VaultAction.ListMultipartUploads);
        KeyPosition? after = call.Query.FirstValue("after") is not { Length: > 0 } marker ? null
            : UploadMarker.TryParse(key: "", marker, out var position) ? position
            : throw PageRequest.InvalidMarker(marker);
        var page = await call.Services.Paths.KeyLister.ListAsync(
            new KeyListing(found.Incarnation.Uploads, Prefix: "", Delimiter: "", after, PageSize), call.Aborted);
        var mapped = await Task.WhenAll(page.Entries.Select(entry =>
            found.TryAskAsync(entry.Upload.Entity, new MapParts(found.Incarnation)).AsTask()));
        return new UploadsDocument(
            [.. page.Entries.Zip(mapped, static (entry, asked) => DocumentOf(
                entry.Upload, entry.At, entry.Archive!, asked.TryGet(out var upload, out _) ? upload : null))],
            page.Next is { } next ? new PageStart(UploadMarker.Format(next)) : null);
    }

    /// <summary>Shows one upload with the map of its parts, or how it ended for as long as its record is kept.</summary>
    public static async ValueTask<UploadDocument> GetAsync(DashboardCall call, string name, string id, UploadNotes notes)
    {
        var (found, upload) = await call.FindVaultUploadAsync(name, id, VaultAction.ListParts);
        var asked = await found.TryAskAsync(upload.Entity, new MapParts(found.Incarnation));
        if (asked.Refusal is Refusal.UploadNotFound)
        {
            return await notes.AddAsync(call, upload, await DocumentOfEndedAsync(found, upload));
        }

        var mapped = found.OrRefuse(asked);
        return await notes.AddAsync(call, upload, DocumentOf(mapped.Spec, mapped));
    }

    /// <summary>Shows one part.</summary>
    public static async ValueTask<PartDocument> GetPartAsync(DashboardCall call, string name, string id, int number)
    {
        var (found, upload) = await call.FindVaultUploadAsync(name, id, VaultAction.ListParts);
        var part = await found.AskAsync(upload.Entity, new FindPart(found.Incarnation, number));
        return part.Range is not { } range ? new PartDocument(number, IsStored: false) : new PartDocument(
            number,
            IsStored: true,
            range.FirstByte,
            range.LengthBytes,
            part.TreeHash.ToString(),
            ETag: null,
            part.Attempt?.ToString(),
            part.Attempt?.CreatedAt,
            part.Location?.ToString(),
            part.StoredAt,
            part.Sender);
    }

    public static async ValueTask AbortAsync(DashboardCall call, string name, string id)
    {
        var (found, upload) = await call.FindVaultUploadAsync(name, id, VaultAction.AbortMultipartUpload);
        await found.AskAsync(upload.Entity, new AbortUpload(found.Incarnation));
    }

    /// <summary>Shows an upload that has ended.</summary>
    private static async ValueTask<UploadDocument> DocumentOfEndedAsync(GlacierCall vault, UploadId upload)
    {
        var summary = await vault.AskAsync(upload.Entity, new SummarizeUpload(vault.Incarnation));
        return DocumentOf(summary.Spec, mapped: null) with
        {
            Ending = summary.Phase == UploadPhase.Completed
                ? await EndingOfCompletedAsync(vault, summary) : EndingDocument.OfUnfinished(summary.Phase, summary.EndedAt),
        };
    }

    /// <summary>The vault's index knows when the archive was created. A deleted archive is not in it.</summary>
    private static async ValueTask<EndingDocument> EndingOfCompletedAsync(GlacierCall vault, UploadSummary summary)
    {
        var archive = summary.Archive!;
        var entry = summary.ArchiveDeletedAt is null
            && (await vault.TryAskAsync(vault.Incarnation.ArchiveShard(archive.Archive), new FindArchive(archive.Archive)))
                .TryGet(out var indexed, out _) ? indexed : null;
        return new EndingDocument(
            EndingDocument.Completed,
            entry?.CreatedAt,
            archive.SizeBytes,
            archive.Archive.ToString(),
            archive.TreeHash.ToString(),
            summary.ArchiveDeletedAt);
    }

    private static UploadDocument DocumentOf(ArchiveUploadSpec spec, MappedUpload? mapped) => DocumentOf(
        spec.Upload, spec.CreatedAt, new ListedArchive(spec.PartSize, spec.Description, spec.ByteStorage), mapped);

    /// <summary>Shows an upload as the vault lists it.</summary>
    public static UploadDocument DocumentOf(UploadId upload, DateTimeOffset at, ListedArchive archive, MappedUpload? mapped) => new(
        upload.ToString(),
        Key: null,
        archive.Description.OrNull,
        at,
        archive.PartSize.Bytes,
        archive.ByteStorage == ByteStorage.External ? "bytes in external storage" : "",
        PartsDocument.Of(mapped?.Parts),
        TotalBytes: mapped?.Spec.TotalBytes);
}
