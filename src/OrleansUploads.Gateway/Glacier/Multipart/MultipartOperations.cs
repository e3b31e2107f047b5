using System.Globalization;
using OrleansUploads.Core;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Intake;
using OrleansUploads.Gateway.Glacier.Answers;
using OrleansUploads.Gateway.Glacier.Documents;
using OrleansUploads.Gateway.Glacier.Errors;
using OrleansUploads.Gateway.Glacier.Requests;

namespace OrleansUploads.Gateway.Glacier.Multipart;

/// <summary>The six operations of uploads in parts.</summary>
internal sealed class MultipartOperations(IEntityHost host, PartIntake intake, IdSource ids)
{
    /// <summary>Begins an upload.</summary>
    public async ValueTask<GlacierAnswer> InitiateAsync(GlacierCall call)
    {
        var text = call.Header(HeaderName.PartSize);
        if (!Digits.TryRead(text, out var bytes) || !PartSize.TryCreate(bytes, out var partSize))
        {
            return GlacierError.Invalid(
                $"Invalid part size: {text ?? "null"}. Part size must not be null, must be a power of two and be between "
                + $"{Limits.MinPartSizeBytes} and {Limits.MaxPartSizeBytes} bytes.");
        }

        if (!BodyHeaders.TryReadDescription(call, out var description, out var error))
        {
            return error;
        }

        var command = new OpenUpload(call.Vault, ids.NewUpload(), partSize, description, UploadOrigin.Multipart);
        var opened = await host.AskAsync(call.Vault.Entity, command, call.Aborted);
        return opened.TryGet(out var opening, out var refusal)
            ? EmptyAnswer.Created(
                (HeaderName.Location, call.Location($"/multipart-uploads/{opening.Upload}")),
                (HeaderName.UploadId, opening.Upload.ToString()))
            : call.Refuse(refusal);
    }

    /// <summary>Takes in one part. The newest one for a range is the part.</summary>
    public async ValueTask<GlacierAnswer> UploadPartAsync(GlacierCall call)
    {
        if (!UploadId.TryParse(call.Id, out var upload))
        {
            return GlacierError.UploadNotFound(call.Id);
        }

        if (!BodyHeaders.TryReadPartRange(call, out var range, out var error)
            || !BodyHeaders.TryReadHashes(call, out var hashes, out error))
        {
            return error;
        }

        var stored = await intake.StorePartAsync(upload, call.Vault, range, hashes, call.Bytes, call.Aborted);
        return stored.Refusal is { } refusal
            ? call.Refuse(refusal)
            : EmptyAnswer.NoContent((HeaderName.TreeHash, hashes.Tree.ToString()));
    }

    /// <summary>Makes the parts an archive. Repeated, it answers the same archive.</summary>
    public async ValueTask<GlacierAnswer> CompleteAsync(GlacierCall call)
    {
        if (!UploadId.TryParse(call.Id, out var upload))
        {
            return GlacierError.UploadNotFound(call.Id);
        }

        if (call.Header(HeaderName.ArchiveSize) is not { } text)
        {
            return GlacierError.Missing(HeaderName.ArchiveSize);
        }

        if (!Digits.TryRead(text, out var sizeBytes))
        {
            return GlacierError.Invalid($"Invalid {HeaderName.ArchiveSize}: {text}. It must be a whole number of bytes.");
        }

        if (!BodyHeaders.TryReadTreeHash(call, out var treeHash, out var error))
        {
            return error;
        }

        var command = new CompleteUpload(call.Vault, sizeBytes, treeHash);
        var completed = await host.AskAsync(upload.Entity, command, call.Aborted);
        return completed.TryGet(out var archive, out var refusal) ? call.ArchiveCreated(archive) : call.Refuse(refusal);
    }

    /// <summary>Gives an upload up.</summary>
    public async ValueTask<GlacierAnswer> AbortAsync(GlacierCall call)
    {
        if (!UploadId.TryParse(call.Id, out var upload))
        {
            return GlacierError.UploadNotFound(call.Id);
        }

        var aborted = await host.AskAsync(upload.Entity, new AbortUpload(call.Vault), call.Aborted);
        return aborted.Refusal is { } refusal ? call.Refuse(refusal) : EmptyAnswer.NoContent();
    }

    /// <summary>Lists parts by their ranges. The marker is the first byte of the next page.</summary>
    public async ValueTask<GlacierAnswer> ListPartsAsync(GlacierCall call)
    {
        if (!UploadId.TryParse(call.Id, out var upload))
        {
            return GlacierError.UploadNotFound(call.Id);
        }

        if (!PageRequest.TryRead(call.Query, PageRequest.MaxItems, out var page, out var error))
        {
            return error;
        }

        long firstByte = 0;
        if (page.Marker is not null && !IsPartsMarker(page.Marker, out firstByte))
        {
            return PageRequest.InvalidMarker(page.Marker);
        }

        var listed = await host.AskAsync(
            upload.Entity, new ListParts(call.Vault, firstByte, page.Limit), call.Aborted);
        return listed.TryGet(out var parts, out var refusal)
            ? new DocumentAnswer<PartListDocument>(Show(call, parts), GlacierJson.Documents.PartListDocument)
            : call.Refuse(refusal);
    }

    /// <summary>Lists uploads in progress by their IDs. The marker is the ID of the last one of the page.</summary>
    public async ValueTask<GlacierAnswer> ListUploadsAsync(GlacierCall call)
    {
        if (!PageRequest.TryRead(call.Query, PageRequest.MaxItems, out var page, out var error))
        {
            return error;
        }

        if (page.Marker is not null && !UploadId.TryParse(page.Marker, out _))
        {
            return PageRequest.InvalidMarker(page.Marker);
        }

        var command = new ListUploads(call.Vault, page.Marker ?? "", page.Limit);
        var listed = await host.AskAsync(call.Vault.Entity, command, call.Aborted);
        if (!listed.TryGet(out var uploads, out var refusal))
        {
            return call.Refuse(refusal);
        }

        var documents = new List<UploadDocument>(uploads.Uploads.Count);
        foreach (var opening in uploads.Uploads)
        {
            documents.Add(UploadDocument.From(opening, call.Region));
        }

        var marker = uploads.HasMore ? uploads.Uploads[^1].Upload.ToString() : null;
        return new DocumentAnswer<UploadListDocument>(
            new UploadListDocument(marker, documents), GlacierJson.Documents.UploadListDocument);
    }

    /// <summary>No part begins behind the last slot of the largest part size.</summary>
    private static bool IsPartsMarker(string marker, out long firstByte) =>
        Digits.TryRead(marker, out firstByte) && firstByte < Limits.MaxParts * Limits.MaxPartSizeBytes;

    private static PartListDocument Show(GlacierCall call, PartsPage page)
    {
        var documents = new List<PartDocument>(page.Parts.Count);
        foreach (var part in page.Parts)
        {
            documents.Add(new PartDocument(part.Range.ToString(), part.TreeHash.ToString()));
        }

        var opening = page.Opening;
        return new PartListDocument(
            opening.Upload.ToString(),
            call.Arn,
            opening.Description.OrNull,
            opening.PartSize.Bytes,
            opening.CreatedAt,
            documents,
            page.NextFirstByte?.ToString(CultureInfo.InvariantCulture));
    }
}
