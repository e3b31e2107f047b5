using System.Text.Json.Serialization;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Keys;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The six operations of multipart uploads.</summary>
internal static class MultipartOperations
{
    public static async ValueTask<FrontAnswer> InitiateAsync(GlacierCall call)
    {
        var text = call.Header(GlacierHeaders.PartSize);
        if (!ProtocolNumber.TryParse(text, out var bytes) || !PartSize.TryCreate(bytes, out var partSize))
        {
            throw GlacierError.Invalid(
                $"Invalid part size: {text ?? "null"}. Part size must not be null, must be a power of two and be between "
                + $"{Limits.MinPartSizeBytes} and {Limits.MaxPartSizeBytes} bytes.");
        }

        var description = BodyHeaders.ReadDescription(call);
        var storage = ExternalHeaders.ReadStorage(call);
        var totalBytes = AnnouncedTotal.Read(call);
        var spec = call.OrRefuse(await call.Paths.ArchiveIntake.InitiateAsync(
            call.Incarnation, partSize, description, storage, totalBytes, CreateKey.Read(call), call.Aborted));
        return FrontAnswer.Created(
            (GlacierHeaders.Location, call.Location($"/multipart-uploads/{spec.Upload}")),
            (GlacierHeaders.UploadId, spec.Upload.ToString()));
    }

    /// <summary>Stores one part, or takes the report of one that the client has stored elsewhere. If a range is uploaded more than once, the
    /// latest upload counts.</summary>
    public static async ValueTask<FrontAnswer> UploadPartAsync(GlacierCall call)
    {
        var upload = IdOf(call);
        if (call.Header(ExternalHeaders.Location) is { } location)
        {
            return await ExternalParts.ReportAsync(call, upload, location);
        }

        var range = BodyHeaders.ReadPartRange(call);
        var hashes = BodyHeaders.ReadHashes(call);
        call.OrRefuse(await call.Paths.ArchiveIntake.StorePartAsync(
            upload, call.Incarnation, range, hashes, call.Body, call.Sender, call.Aborted));
        return FrontAnswer.NoContent((GlacierHeaders.TreeHash, hashes.Tree.ToString()));
    }

    /// <summary>Turns the parts into an archive. Repeating the request returns the same archive ID.</summary>
    public static async ValueTask<FrontAnswer> CompleteAsync(GlacierCall call)
    {
        var upload = IdOf(call);
        var text = call.Header(GlacierHeaders.ArchiveSize) ?? throw GlacierError.Missing(GlacierHeaders.ArchiveSize);
        if (!ProtocolNumber.TryParse(text, out var sizeBytes))
        {
            throw GlacierError.Invalid(
                $"Invalid {GlacierHeaders.ArchiveSize}: {text}. It must be a whole number of bytes.");
        }

        var treeHash = BodyHeaders.ReadTreeHash(call);
        return call.ArchiveCreated(call.OrRefuse(
            await call.Paths.ArchiveIntake.CompleteAsync(upload, call.Incarnation, sizeBytes, treeHash, call.Aborted)));
    }

    public static async ValueTask<FrontAnswer> AbortAsync(GlacierCall call)
    {
        var upload = IdOf(call);
        await call.AskAsync(upload.Entity, new AbortUpload(call.Incarnation));
        return FrontAnswer.NoContent();
    }

    /// <summary>Lists parts by range, or describes the state of the upload. The marker is the first byte of the next page.</summary>
    public static async ValueTask<FrontAnswer> ListPartsAsync(GlacierCall call)
    {
        if (ArchiveParts.AreMeantBy(call))
        {
            var (limit, first) = ReadPage(call);
            return await ArchiveParts.ListAsync(call, limit, first);
        }

        var upload = IdOf(call);
        if (UploadStatus.ReadWait(call) is { } wait)
        {
            return await UploadStatus.AnswerAsync(call, upload, wait, () => ReadStatusAsync(call, upload));
        }

        var page = ReadPage(call);
        var parts = await ExternalParts.ListAsync(call, upload, new ListParts(call.Incarnation, page.FirstByte, page.Limit));
        return GlacierJson.Answer(DocumentOf(call, parts));
    }

    private static (int Limit, long FirstByte) ReadPage(GlacierCall call)
    {
        var page = PageRequest.Read(call.Query, PageRequest.MaxItems);
        long firstByte = 0;
        return page.Marker is null || IsPartsMarker(page.Marker, out firstByte)
            ? (page.Limit, firstByte)
            : throw PageRequest.InvalidMarker(page.Marker);
    }

    /// <summary>Lists uploads by the time of their initiation. The marker is the last upload's on the page.</summary>
    public static async ValueTask<FrontAnswer> ListUploadsAsync(GlacierCall call)
    {
        var page = PageRequest.Read(call.Query, PageRequest.MaxItems);
        KeyPosition? after = page.Marker is not { } marker ? null
            : UploadMarker.TryParse(key: "", marker, out var position) ? position
            : throw PageRequest.InvalidMarker(marker);
        var uploads = await call.Paths.KeyLister.ListAsync(
            new KeyListing(call.Incarnation.Uploads, Prefix: "", Delimiter: "", after, page.Limit), call.Aborted);
        return GlacierJson.Answer(new UploadListDocument(
            uploads.Next is { } next ? UploadMarker.Format(next) : null,
            [.. uploads.Entries.Select(entry => UploadListElement.From(entry, call.Arn))]));
    }

    private static async ValueTask<UploadStatusDocument> ReadStatusAsync(GlacierCall call, UploadId upload)
    {
        var asked = await call.TryAskAsync(upload.Entity, new MapParts(call.Incarnation));
        if (asked.Refusal is not Refusal.UploadNotFound)
        {
            var (spec, parts) = call.OrRefuse(asked);

            // Keys and addresses of one account are not shown to another one that a policy allows to look.
            var shown = call.IsOwner || parts.LastSender?.AccessKeyId == call.Sender.AccessKeyId ? parts : parts with { LastSender = null };
            return UploadStatusDocument.OfOpen(
                spec, shown, spec.TotalBytes is { } total ? (int)Math.Min(((total - 1) / spec.PartSize.Bytes) + 1, Limits.MaxParts) : null);
        }

        var summary = await call.AskAsync(upload.Entity, new SummarizeUpload(call.Incarnation));
        return UploadStatusDocument.OfClosed(summary.Spec, summary.Phase, summary.EndedAt ?? summary.ArchiveDeletedAt) with
        {
            Bytes = summary.Archive?.SizeBytes,
            ArchiveId = summary.Archive?.Archive.ToString(),
            TreeHash = summary.Archive?.TreeHash.ToString(),
        };
    }

    public static UploadId IdOf(GlacierCall call) =>
        UploadId.TryParse(call.Id, out var upload) ? upload : throw GlacierError.UploadNotFound(call.Id);

    /// <summary>A marker is below the end of the last possible part.</summary>
    private static bool IsPartsMarker(string marker, out long firstByte) =>
        ProtocolNumber.TryParse(marker, out firstByte) && firstByte < Limits.MaxParts * Limits.MaxPartSizeBytes;

    private static PartListDocument DocumentOf(GlacierCall call, PartsPage page)
    {
        var spec = page.Spec;
        return new PartListDocument(
            spec.Upload.ToString(),
            call.Arn,
            spec.Description.OrNull,
            spec.PartSize.Bytes,
            spec.CreatedAt,
            [.. page.Parts.Select(static part => new PartListElement(
                part.Range.ToString(), part.TreeHash.ToString(), part.Location?.ToString()))],
            page.NextFirstByte?.ToString(CultureInfo.InvariantCulture));
    }
}

internal sealed record UploadListElement(
    string? ArchiveDescription,
    DateTimeOffset CreationDate,
    string MultipartUploadId,
    long PartSizeInBytes,
    string VaultARN)
{
    public static UploadListElement From(KeyEntry entry, string vaultArn) => entry.Archive is { } archive
        ? new(archive.Description.OrNull, entry.At, entry.Upload.ToString(), archive.PartSize.Bytes, vaultArn)
        : throw new ArgumentException("The entry belongs to no upload to a vault.", nameof(entry));
}

internal sealed record UploadListDocument(string? Marker, IReadOnlyList<UploadListElement> UploadsList);

/// <summary>A part in the response of ListParts.</summary>
/// <param name="RangeInBytes"><c>first-last</c>, both inclusive.</param>
/// <param name="SHA256TreeHash">64 lower-case hex digits.</param>
/// <param name="Location">Where the client has stored the bytes, or null and left out if they are in the part store.</param>
/// <param name="StoredAs">The name of the object or file in the part store, below its prefix or folder; null and left out unless the ID of
/// an archive was given.</param>
internal sealed record PartListElement(
    string RangeInBytes,
    string SHA256TreeHash,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Location,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? StoredAs = null);

internal sealed record PartListDocument(
    string MultipartUploadId,
    string VaultARN,
    string? ArchiveDescription,
    long PartSizeInBytes,
    DateTimeOffset CreationDate,
    IReadOnlyList<PartListElement> Parts,
    string? Marker);
