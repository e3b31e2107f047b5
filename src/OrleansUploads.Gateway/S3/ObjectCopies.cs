using System.Xml;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Reading;
using OrleansUploads.Engine.Receiving;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.S3;

/// <summary>CopyObject and UploadPartCopy. Everything is decided before the status is sent, so a copy never fails with status 200.</summary>
internal static class ObjectCopies
{
    private const string SourcePrefix = S3Headers.CopySource + "-";

    /// <summary>Copies an object of up to 5 GiB.</summary>
    public static async ValueTask<FrontAnswer> CopyAsync(S3Call call)
    {
        var name = await call.RequireObjectAsync();
        var condition = Conditions.ReadWrite(call);
        var source = await RequireSourceAsync(call);
        var headers = CopyHeaders.Read(call, source.Description);
        if (source.Description.Spec.Name == name && !headers.ChangesSource)
        {
            throw new S3Error(
                S3ErrorCode.InvalidRequest,
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
                + "storage class, website redirect location or encryption attributes.");
        }

        var copied = await call.Paths.Copier.CopyAsync(source, name, headers.Copy, headers.Algorithm, condition, call.Aborted);
        if (!copied.TryGet(out var published, out var refusal))
        {
            throw Refuse(call, refusal);
        }

        return S3Xml.Answer("CopyObjectResult", xml =>
        {
            WriteResult(xml, published.At, published.ETag.ToString());
            xml.WriteChecksum(published.Checksum);
        });
    }

    /// <summary>Copies an object, or a range of one, to a part of an upload.</summary>
    public static async ValueTask<FrontAnswer> CopyPartAsync(S3Call call)
    {
        var number = S3Number.ReadPartNumber(call);
        var (name, upload) = await call.RequireUploadAsync();
        var source = await RequireSourceAsync(call);
        var range = CopySource.ReadRange(call, source.Description.Published.SizeBytes);
        var copied = await call.Paths.Copier.CopyPartAsync(source, range, upload, name, number, call.Exchange.Sender, call.Aborted);
        if (!copied.TryGet(out var part, out var refusal))
        {
            throw Refuse(call, refusal);
        }

        // The time that a list of the parts shows, unless the part was replaced or the upload has ended meanwhile.
        var listed = await call.TryAskAsync(upload.Entity, new FindNumberedPart(name, number));
        var storedAt = listed.TryGet(out var found, out _) && found.Part is { } entry && entry.Part == part
            ? entry.StoredAt
            : call.Services.Time.GetUtcNow();
        return S3Xml.Answer("CopyPartResult", xml =>
        {
            WriteResult(xml, storedAt, part.Md5.ToString());
            xml.WriteChecksum(part.Checksum);
        });
    }

    /// <summary>Finds the source, which must be in a bucket of the signer, and evaluates the conditions on it.</summary>
    private static async ValueTask<FoundObject> RequireSourceAsync(S3Call call)
    {
        var address = CopySource.Read(call);
        var name = await call.RequireObjectAsync(address, S3Headers.SourceExpectedOwner);
        var outcome = await call.Paths.Objects.FindAsync(name, call.Aborted);
        if (!outcome.TryGet(out var found, out var refusal) || (refusal = found.Description.RefuseReading()) is not null)
        {
            throw call.ErrorOf(refusal, address);
        }

        var published = found.Description.Published;
        return Conditions.Evaluate(call, published.ETag, published.At, SourcePrefix) is var (_, condition)
            ? throw Conditions.Failed(condition)
            : found;
    }

    private static S3Error Refuse(S3Call call, Refusal refusal) => refusal is ObjectRefusal.NumberedPartTooLarge tooLarge
        ? new S3Error(
            S3ErrorCode.InvalidRequest,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The specified copy source is larger than the maximum allowable size for a copy source: {tooLarge.LimitBytes}"))
        : call.ErrorOf(refusal);

    private static void WriteResult(XmlWriter xml, DateTimeOffset at, string tag)
    {
        xml.WriteElementString("LastModified", S3Date.ToXml(at));
        xml.WriteElementString("ETag", $"\"{tag}\"");
    }
}

/// <summary>What a copy gets from its source, and what from the request.</summary>
/// <param name="Algorithm">Of the copy's checksum; null for the source's.</param>
/// <param name="ChangesSource">Whether the request asks for a change, so that it may copy the source onto itself.</param>
internal sealed record CopyHeaders(ObjectHeaders Copy, ChecksumAlgorithm? Algorithm, bool ChangesSource)
{
    private const string Replace = "REPLACE";

    /// <summary>The storage class is never the source's.</summary>
    public static CopyHeaders Read(S3Call call, ObjectDescription source)
    {
        var stated = ObjectHeaderReader.Read(call);
        var replacesMetadata = ReadDirective(call, S3Headers.MetadataDirective);
        var replacesTags = ReadDirective(call, S3Headers.TaggingDirective);
        var algorithm = StatedChecksum.ReadAlgorithm(call);

        // Amazon accepts the class that the object has already, so that "cp --storage-class" can be repeated.
        var statesClass = call.Header(S3Headers.StorageClass) is not null;
        return new CopyHeaders(
            stated with
            {
                Metadata = replacesMetadata ? stated.Metadata : source.Spec.Metadata,
                Tags = replacesTags ? stated.Tags : source.GetTags(),
            },
            algorithm,
            replacesMetadata || statesClass || algorithm is not null);
    }

    private static bool ReadDirective(S3Call call, string header) => call.Header(header) switch
    {
        null or "COPY" => false,
        Replace => true,
        var text => throw S3Error.InvalidArgument(
            header, text, $"Unknown directive '{text}'. {header} must be COPY or {Replace}."),
    };
}

internal static class CopySource
{
    private const string VersionMark = "?versionId=";
    private const string RangeUnit = "bytes=";

    /// <summary>Reads the address of the source: <c>bucket/key</c>, encoded like a path, with or without a slash in front.</summary>
    public static S3Address Read(S3Call call)
    {
        var text = call.Header(S3Headers.CopySource) ?? "";
        var version = text.LastIndexOf(VersionMark, StringComparison.Ordinal);
        if (version >= 0 && text[(version + VersionMark.Length)..] != ObjectVersion.Only)
        {
            throw S3Error.NotImplemented($"{S3Headers.CopySource} with versionId");
        }

        return Parse(text) ?? throw S3Error.InvalidArgument(
            S3Headers.CopySource,
            text,
            $"Copy Source must mention the source bucket and key: sourcebucket/sourcekey, encoded as in a URL. It is '{text}'.");
    }

    /// <returns>Null if the header is malformed.</returns>
    public static S3Address? Parse(string text)
    {
        // The slash behind the bucket may be encoded, so the text is decoded before it is split.
        var version = text.LastIndexOf(VersionMark, StringComparison.Ordinal);
        if (!S3Address.TryDecode(version < 0 ? text : text.AsSpan(0, version), out var decoded))
        {
            return null;
        }

        decoded = decoded.StartsWith('/') ? decoded[1..] : decoded;
        var slash = decoded.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && slash < decoded.Length - 1 ? new S3Address(decoded[..slash], decoded[(slash + 1)..]) : null;
    }

    /// <summary>Reads the range of the source; null for all of it. Unlike a read, a copy needs both ends, and both inside
    /// the object.</summary>
    public static PartRange? ReadRange(S3Call call, long sizeBytes)
    {
        if (call.Header(S3Headers.CopySourceRange) is not { } text)
        {
            return null;
        }

        if (!text.StartsWith(RangeUnit, StringComparison.Ordinal)
            || !PartRange.TryParse(text[RangeUnit.Length..], out var range))
        {
            throw S3Error.InvalidArgument(
                S3Headers.CopySourceRange,
                text,
                $"The {S3Headers.CopySourceRange} value must be of the form bytes=first-last where first and last are the zero-based "
                + $"offsets of the first and last bytes to copy. It is '{text}'.");
        }

        return range.LastByte < sizeBytes ? range
            : range.FirstByte < sizeBytes ? throw S3Error.InvalidArgument(
                S3Headers.CopySourceRange,
                text,
                string.Create(CultureInfo.InvariantCulture, $"Range specified is not valid for source object of size: {sizeBytes}"))
            : throw new S3Error(
                S3ErrorCode.InvalidRequest,
                string.Create(CultureInfo.InvariantCulture, $"The specified copy range is invalid for the source object size: {sizeBytes}"));
    }
}
