using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Dashboard.Answers;
using OrleansUploads.Gateway.Dashboard.Calls;
using OrleansUploads.Gateway.Dashboard.Documents;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Dashboard.Views;

/// <summary>Shows a vault's uploads in progress.</summary>
internal sealed class VaultUploadView(IEntityHost host, VaultFinder vaults, UploadNotes notes)
{
    /// <summary>The number of uploads on a page: as many as a screen has rows. Other uploads are never loaded.</summary>
    public const int PageSize = 20;

    private readonly UploadsReader _uploads = new(host);

    /// <summary>Lists a page of uploads with their progress, oldest first. Pages are filled in the order of upload IDs, so that only the
    /// uploads of this page are read.</summary>
    public async ValueTask<DashboardAnswer> ListAsync(DashboardCall call)
    {
        var (vault, error) = await vaults.FindAsync(call, VaultAction.ListMultipartUploads);
        if (error is not null)
        {
            return error;
        }

        var listed = await _uploads.ReadAsync(vault.Vault, call.Query.FirstValue("after") ?? "", PageSize, call.Aborted);
        if (!listed.TryGet(out var page, out var refusal))
        {
            return vault.Describe(refusal);
        }

        var mapped = await Task.WhenAll(page.Uploads.Select(spec =>
            host.AskAsync(spec.Upload.Entity, new MapParts(vault.Vault), call.Aborted).AsTask()));
        return JsonAnswer.Of(
            new UploadsDocument(
                [.. page.Uploads.Zip(mapped, static (spec, asked) =>
                    DocumentOf(spec, asked.TryGet(out var upload, out _) ? upload.Parts : null)).OrderBy(static upload => upload.Created)],
                page.HasMore ? new PageStart(page.Uploads[^1].Upload.ToString()) : null),
            DashboardJson.Default.UploadsDocument);
    }

    /// <summary>Shows one upload with the map of its parts.</summary>
    public async ValueTask<DashboardAnswer> GetAsync(DashboardCall call)
    {
        var (vault, upload, error) = await vaults.FindUploadAsync(call, VaultAction.ListParts);
        if (error is not null)
        {
            return error;
        }

        var asked = await host.AskAsync(upload.Entity, new MapParts(vault.Vault), call.Aborted);
        return asked.TryGet(out var mapped, out var refusal)
            ? JsonAnswer.Of(
                await notes.AddAsync(call, upload, DocumentOf(mapped.Spec, mapped.Parts)),
                DashboardJson.Default.UploadDocument)
            : vault.Describe(refusal);
    }

    /// <summary>Shows one part.</summary>
    public async ValueTask<DashboardAnswer> GetPartAsync(DashboardCall call)
    {
        var (vault, upload, error) = await vaults.FindUploadAsync(call, VaultAction.ListParts);
        if (error is not null)
        {
            return error;
        }

        var asked = await host.AskAsync(upload.Entity, new FindPart(vault.Vault, call.PartNumber), call.Aborted);
        if (!asked.TryGet(out var part, out var refusal))
        {
            return vault.Describe(refusal);
        }

        return JsonAnswer.Of(
            part.Range is { } range
                ? new PartDocument(
                    call.PartNumber,
                    IsStored: true,
                    range.FirstByte,
                    range.LengthBytes,
                    part.TreeHash.ToString(),
                    ETag: null,
                    part.Attempt?.ToString(),
                    part.Attempt?.CreatedAt.ToUnixTimeMilliseconds(),
                    part.Location?.ToString(),
                    part.StoredAt.ToUnixTimeMilliseconds(),
                    SenderDocument.Of(part.Sender))
                : new PartDocument(call.PartNumber, IsStored: false),
            DashboardJson.Default.PartDocument);
    }

    /// <summary>Aborts an upload.</summary>
    public async ValueTask<DashboardAnswer> AbortAsync(DashboardCall call)
    {
        var (vault, upload, error) = await vaults.FindUploadAsync(call, VaultAction.AbortMultipartUpload);
        if (error is not null)
        {
            return error;
        }

        var aborted = await host.AskAsync(upload.Entity, new AbortUpload(vault.Vault), call.Aborted);
        return aborted.Refusal is { } refusal ? vault.Describe(refusal) : new DoneAnswer();
    }

    private static UploadDocument DocumentOf(UploadSpec spec, MappedParts? parts) => new(
        spec.Upload.ToString(),
        Key: null,
        spec.Description.OrNull,
        spec.CreatedAt.ToUnixTimeMilliseconds(),
        spec.PartSize.Bytes,
        spec.ByteStorage == ByteStorage.External ? "bytes in external storage" : "",
        UploadParts.DocumentOf(parts));
}
