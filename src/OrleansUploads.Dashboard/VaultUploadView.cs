using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Dashboard;

/// <summary>Shows a vault's uploads in progress.</summary>
internal static class VaultUploadView
{
    /// <summary>The number of uploads on a page: as many as a screen has rows. Other uploads are never loaded.</summary>
    public const int PageSize = 20;

    /// <summary>Lists a page of uploads with their progress, oldest first. Pages are filled in the order of upload IDs, so that only the
    /// uploads of this page are read.</summary>
    public static async ValueTask<UploadsDocument> ListAsync(DashboardCall call, string name)
    {
        var found = await call.FindVaultAsync(name, VaultAction.ListMultipartUploads);
        var page = found.OrRefuse(await new UploadsReader(call.Services.Host).ReadAsync(
            found.Vault, call.Query.FirstValue("after") ?? "", PageSize, call.Aborted));
        var mapped = await Task.WhenAll(page.Uploads.Select(spec =>
            found.TryAskAsync(spec.Upload.Entity, new MapParts(found.Vault)).AsTask()));
        return new UploadsDocument(
            [.. page.Uploads.Zip(mapped, static (spec, asked) =>
                DocumentOf(spec, asked.TryGet(out var upload, out _) ? upload.Parts : null)).OrderBy(static upload => upload.Created)],
            page.HasMore ? new PageStart(page.Uploads[^1].Upload.ToString()) : null);
    }

    /// <summary>Shows one upload with the map of its parts.</summary>
    public static async ValueTask<UploadDocument> GetAsync(DashboardCall call, string name, string id, UploadNotes notes)
    {
        var (found, upload) = await call.FindVaultUploadAsync(name, id, VaultAction.ListParts);
        var mapped = await found.AskAsync(upload.Entity, new MapParts(found.Vault));
        return await notes.AddAsync(call, upload, DocumentOf(mapped.Spec, mapped.Parts));
    }

    /// <summary>Shows one part.</summary>
    public static async ValueTask<PartDocument> GetPartAsync(DashboardCall call, string name, string id, int number)
    {
        var (found, upload) = await call.FindVaultUploadAsync(name, id, VaultAction.ListParts);
        var part = await found.AskAsync(upload.Entity, new FindPart(found.Vault, number));
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
        await found.AskAsync(upload.Entity, new AbortUpload(found.Vault));
    }

    private static UploadDocument DocumentOf(UploadSpec spec, MappedParts? parts) => new(
        spec.Upload.ToString(),
        Key: null,
        spec.Description.OrNull,
        spec.CreatedAt,
        spec.PartSize.Bytes,
        spec.ByteStorage == ByteStorage.External ? "bytes in external storage" : "",
        PartsDocument.Of(parts));
}
