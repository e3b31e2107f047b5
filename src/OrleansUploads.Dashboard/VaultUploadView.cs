using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Parts;
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
                entry.Upload, entry.At, entry.Archive!, asked.TryGet(out var upload, out _) ? upload.Parts : null))],
            page.Next is { } next ? new PageStart(UploadMarker.Format(next)) : null);
    }

    /// <summary>Shows one upload with the map of its parts.</summary>
    public static async ValueTask<UploadDocument> GetAsync(DashboardCall call, string name, string id, UploadNotes notes)
    {
        var (found, upload) = await call.FindVaultUploadAsync(name, id, VaultAction.ListParts);
        var mapped = await found.AskAsync(upload.Entity, new MapParts(found.Incarnation));
        return await notes.AddAsync(call, upload, DocumentOf(
            upload, mapped.Spec.CreatedAt, new ListedArchive(mapped.Spec.PartSize, mapped.Spec.Description, mapped.Spec.ByteStorage), mapped.Parts));
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

    /// <summary>Aborts an upload.</summary>
    public static async ValueTask AbortAsync(DashboardCall call, string name, string id)
    {
        var (found, upload) = await call.FindVaultUploadAsync(name, id, VaultAction.AbortMultipartUpload);
        await found.AskAsync(upload.Entity, new AbortUpload(found.Incarnation));
    }

    private static UploadDocument DocumentOf(UploadId upload, DateTimeOffset at, ListedArchive archive, MappedParts? parts) => new(
        upload.ToString(),
        Key: null,
        archive.Description.OrNull,
        at,
        archive.PartSize.Bytes,
        archive.ByteStorage == ByteStorage.External ? "bytes in external storage" : "",
        PartsDocument.Of(parts));
}
