using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Multipart;

/// <summary>The six operations of multipart uploads.</summary>
internal sealed class MultipartOperations(IEntityHost host, PartIntake intake, IdSource ids)
{
    private readonly UploadsReader _uploads = new(host);

    /// <summary>Initiates an upload.</summary>
    public async ValueTask<GlacierAnswer> InitiateAsync(GlacierCall call)
    {
        var text = call.Header(GlacierHeaders.PartSize);
        if (!ProtocolNumber.TryParse(text, out var bytes) || !PartSize.TryCreate(bytes, out var partSize))
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
        var opened = await intake.OpenAsync(command, call.Aborted);
        return opened.TryGet(out var spec, out var refusal)
            ? EmptyAnswer.Created(
                (GlacierHeaders.Location, call.Location($"/multipart-uploads/{spec.Upload}")),
                (GlacierHeaders.UploadId, spec.Upload.ToString()))
            : call.Refuse(refusal);
    }

    /// <summary>Stores one part. If a range is uploaded more than once, the latest upload counts.</summary>
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

        var stored = await intake.StorePartAsync(upload, call.Vault, range, hashes, call.Body, call.Sender, call.Aborted);
        return stored.Refusal is { } refusal
            ? call.Refuse(refusal)
            : EmptyAnswer.NoContent((GlacierHeaders.TreeHash, hashes.Tree.ToString()));
    }

    /// <summary>Turns the parts into an archive. Repeating the request returns the same archive ID.</summary>
    public async ValueTask<GlacierAnswer> CompleteAsync(GlacierCall call)
    {
        if (!UploadId.TryParse(call.Id, out var upload))
        {
            return GlacierError.UploadNotFound(call.Id);
        }

        if (call.Header(GlacierHeaders.ArchiveSize) is not { } text)
        {
            return GlacierError.Missing(GlacierHeaders.ArchiveSize);
        }

        if (!ProtocolNumber.TryParse(text, out var sizeBytes))
        {
            return GlacierError.Invalid($"Invalid {GlacierHeaders.ArchiveSize}: {text}. It must be a whole number of bytes.");
        }

        if (!BodyHeaders.TryReadTreeHash(call, out var treeHash, out var error))
        {
            return error;
        }

        var completed = await intake.CompleteAsync(upload, call.Vault, sizeBytes, treeHash, call.Aborted);
        return completed.TryGet(out var archive, out var refusal) ? call.ArchiveCreated(archive) : call.Refuse(refusal);
    }

    /// <summary>Aborts an upload.</summary>
    public async ValueTask<GlacierAnswer> AbortAsync(GlacierCall call)
    {
        if (!UploadId.TryParse(call.Id, out var upload))
        {
            return GlacierError.UploadNotFound(call.Id);
        }

        var aborted = await host.AskAsync(upload.Entity, new AbortUpload(call.Vault), call.Aborted);
        return aborted.Refusal is { } refusal ? call.Refuse(refusal) : EmptyAnswer.NoContent();
    }

    /// <summary>Lists parts by range. The marker is the first byte of the next page.</summary>
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
            ? new DocumentAnswer<PartListDocument>(DocumentOf(call, parts), MultipartJson.Documents.PartListDocument)
            : call.Refuse(refusal);
    }

    /// <summary>Lists uploads in progress by ID. The marker is the ID of the last upload of the page.</summary>
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

        var listed = await _uploads.ReadAsync(call.Vault, page.Marker ?? "", page.Limit, call.Aborted);
        if (!listed.TryGet(out var uploads, out var refusal))
        {
            return call.Refuse(refusal);
        }

        var documents = new List<UploadDocument>(uploads.Uploads.Count);
        foreach (var spec in uploads.Uploads)
        {
            documents.Add(UploadDocument.From(spec, call.Region));
        }

        var marker = uploads.HasMore ? uploads.Uploads[^1].Upload.ToString() : null;
        return new DocumentAnswer<UploadListDocument>(
            new UploadListDocument(marker, documents), MultipartJson.Documents.UploadListDocument);
    }

    /// <summary>A marker is below the end of the last possible part.</summary>
    private static bool IsPartsMarker(string marker, out long firstByte) =>
        ProtocolNumber.TryParse(marker, out firstByte) && firstByte < Limits.MaxParts * Limits.MaxPartSizeBytes;

    private static PartListDocument DocumentOf(GlacierCall call, PartsPage page)
    {
        var documents = new List<PartDocument>(page.Parts.Count);
        foreach (var part in page.Parts)
        {
            documents.Add(new PartDocument(part.Range.ToString(), part.TreeHash.ToString()));
        }

        var spec = page.Spec;
        return new PartListDocument(
            spec.Upload.ToString(),
            call.Arn,
            spec.Description.OrNull,
            spec.PartSize.Bytes,
            spec.CreatedAt,
            documents,
            page.NextFirstByte?.ToString(CultureInfo.InvariantCulture));
    }
}
