using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Multipart;

/// <summary>The six operations of multipart uploads.</summary>
internal sealed class MultipartOperations(IEntityHost host, PartIntake intake, IdSource ids)
{
    private readonly UploadsReader _uploads = new(host);

    /// <summary>Initiates an upload.</summary>
    public async ValueTask<FrontAnswer> InitiateAsync(GlacierCall call)
    {
        var text = call.Header(GlacierHeaders.PartSize);
        if (!ProtocolNumber.TryParse(text, out var bytes) || !PartSize.TryCreate(bytes, out var partSize))
        {
            throw GlacierError.Invalid(
                $"Invalid part size: {text ?? "null"}. Part size must not be null, must be a power of two and be between "
                + $"{Limits.MinPartSizeBytes} and {Limits.MaxPartSizeBytes} bytes.").AsException();
        }

        var description = BodyHeaders.ReadDescription(call);
        var command = new OpenUpload(call.Vault, ids.NewUpload(), partSize, description, UploadOrigin.Multipart);
        var spec = call.OrRefuse(await intake.OpenAsync(command, call.Aborted));
        return EmptyAnswer.Created(
            (GlacierHeaders.Location, call.Location($"/multipart-uploads/{spec.Upload}")),
            (GlacierHeaders.UploadId, spec.Upload.ToString()));
    }

    /// <summary>Stores one part. If a range is uploaded more than once, the latest upload counts.</summary>
    public async ValueTask<FrontAnswer> UploadPartAsync(GlacierCall call)
    {
        var upload = IdOf(call);
        var range = BodyHeaders.ReadPartRange(call);
        var hashes = BodyHeaders.ReadHashes(call);
        call.OrRefuse(await intake.StorePartAsync(upload, call.Vault, range, hashes, call.Body, call.Sender, call.Aborted));
        return EmptyAnswer.NoContent((GlacierHeaders.TreeHash, hashes.Tree.ToString()));
    }

    /// <summary>Turns the parts into an archive. Repeating the request returns the same archive ID.</summary>
    public async ValueTask<FrontAnswer> CompleteAsync(GlacierCall call)
    {
        var upload = IdOf(call);
        var text = call.Header(GlacierHeaders.ArchiveSize) ?? throw GlacierError.Missing(GlacierHeaders.ArchiveSize).AsException();
        if (!ProtocolNumber.TryParse(text, out var sizeBytes))
        {
            throw GlacierError.Invalid(
                $"Invalid {GlacierHeaders.ArchiveSize}: {text}. It must be a whole number of bytes.").AsException();
        }

        var treeHash = BodyHeaders.ReadTreeHash(call);
        return call.ArchiveCreated(call.OrRefuse(await intake.CompleteAsync(upload, call.Vault, sizeBytes, treeHash, call.Aborted)));
    }

    /// <summary>Aborts an upload.</summary>
    public async ValueTask<FrontAnswer> AbortAsync(GlacierCall call)
    {
        var upload = IdOf(call);
        await call.AskAsync(host, upload.Entity, new AbortUpload(call.Vault));
        return EmptyAnswer.NoContent();
    }

    /// <summary>Lists parts by range. The marker is the first byte of the next page.</summary>
    public async ValueTask<FrontAnswer> ListPartsAsync(GlacierCall call)
    {
        var upload = IdOf(call);
        var page = PageRequest.Read(call.Query, PageRequest.MaxItems);
        long firstByte = 0;
        if (page.Marker is not null && !IsPartsMarker(page.Marker, out firstByte))
        {
            throw PageRequest.InvalidMarker(page.Marker);
        }

        var parts = await call.AskAsync(host, upload.Entity, new ListParts(call.Vault, firstByte, page.Limit));
        return new DocumentAnswer<PartListDocument>(DocumentOf(call, parts), MultipartJson.Documents.PartListDocument);
    }

    /// <summary>Lists uploads in progress by ID. The marker is the ID of the last upload of the page.</summary>
    public async ValueTask<FrontAnswer> ListUploadsAsync(GlacierCall call)
    {
        var page = PageRequest.Read(call.Query, PageRequest.MaxItems);
        if (page.Marker is not null && !UploadId.TryParse(page.Marker, out _))
        {
            throw PageRequest.InvalidMarker(page.Marker);
        }

        var uploads = call.OrRefuse(await _uploads.ReadAsync(call.Vault, page.Marker ?? "", page.Limit, call.Aborted));
        var documents = new List<UploadDocument>(uploads.Uploads.Count);
        foreach (var spec in uploads.Uploads)
        {
            documents.Add(UploadDocument.From(spec, call.Region));
        }

        var marker = uploads.HasMore ? uploads.Uploads[^1].Upload.ToString() : null;
        return new DocumentAnswer<UploadListDocument>(
            new UploadListDocument(marker, documents), MultipartJson.Documents.UploadListDocument);
    }

    private static UploadId IdOf(GlacierCall call) =>
        UploadId.TryParse(call.Id, out var upload) ? upload : throw GlacierError.UploadNotFound(call.Id).AsException();

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
