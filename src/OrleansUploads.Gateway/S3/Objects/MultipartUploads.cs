using System.Diagnostics.CodeAnalysis;
using System.Xml;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.S3.Protocol;
using OrleansUploads.Hashing;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.S3.Objects;

/// <summary>The operations that change multipart uploads.</summary>
internal sealed class MultipartUploads(BucketFinder buckets, ObjectIntake intake)
{
    /// <summary>Begins an upload.</summary>
    public async ValueTask<S3Answer> CreateAsync(S3Call call)
    {
        var (name, refused) = await buckets.FindObjectAsync(call);
        if (refused is not null)
        {
            return refused;
        }

        if (!ObjectHeaderReader.TryRead(call, out var headers, out var error)
            || !TryReadChecksum(call, out var checksum, out error))
        {
            return error;
        }

        var initiated = await intake.InitiateAsync(name, headers, checksum, call.Aborted);
        if (!initiated.TryGet(out var spec, out var refusal))
        {
            return call.Refuse(refusal);
        }

        return new XmlAnswer(
            "InitiateMultipartUploadResult",
            xml =>
            {
                xml.WriteElementString("Bucket", name.Bucket.Name.ToString());
                xml.WriteElementString("Key", name.Key.ToString());
                xml.WriteElementString("UploadId", spec.Upload.ToString());
            },
            (S3Headers.ChecksumAlgorithm, checksum?.Algorithm.Name()),
            (S3Headers.ChecksumType, checksum?.Type.Name()));
    }

    /// <summary>Stores a part. If a number is uploaded more than once, the latest upload counts.</summary>
    public async ValueTask<S3Answer> UploadPartAsync(S3Call call)
    {
        if (!S3Number.TryReadPartNumber(call, out var number, out var invalid))
        {
            return invalid;
        }

        var (name, upload, refused) = await buckets.FindUploadAsync(call);
        if (refused is not null)
        {
            return refused;
        }

        if (!UploadBody.TryOpen(call, out var body, out var error))
        {
            return error;
        }

        using (body)
        {
            var stored = await intake.StorePartAsync(upload, name, number, body.Body, call.Exchange.Sender, call.Aborted);
            if (!stored.TryGet(out var part, out var refusal))
            {
                return call.Refuse(refusal);
            }

            var checksum = body.Body.Algorithm is null ? null : part.Checksum;
            return checksum is { } known
                ? EmptyAnswer.Ok(("ETag", $"\"{part.Md5}\""), (known.Algorithm.Header(), known.Base64))
                : EmptyAnswer.Ok(("ETag", $"\"{part.Md5}\""));
        }
    }

    /// <summary>Turns the named parts into the object. Repeating the request returns the same answer.</summary>
    public async ValueTask<S3Answer> CompleteAsync(S3Call call)
    {
        var (name, upload, refused) = await buckets.FindUploadAsync(call);
        if (refused is not null)
        {
            return refused;
        }

        // A checksum in a header is that of the object.
        var (parts, invalid) = await RequestDocument.ReadAsync(
            call, static document => PartListDocument.Parse(document, Choose), hasChecksum: false);
        if (parts is null)
        {
            return invalid!;
        }

        if (!StatedObjectChecksum.TryRead(call, parts.Count, out var checksum, out var error)
            || !Conditions.TryReadWrite(call, out var condition, out error)
            || !TryReadSize(call, out var sizeBytes, out error))
        {
            return error;
        }

        var completed = await intake.CompleteAsync(
            upload, name, parts, sizeBytes, checksum.Value, checksum.Type, condition, call.Aborted);
        return completed.TryGet(out var published, out var refusal)
            ? new XmlAnswer("CompleteMultipartUploadResult", xml => WriteObject(xml, call, published))
            : call.Refuse(refusal);
    }

    /// <summary>Aborts an upload.</summary>
    public async ValueTask<S3Answer> AbortAsync(S3Call call)
    {
        var (name, upload, refused) = await buckets.FindUploadAsync(call);
        if (refused is not null)
        {
            return refused;
        }

        var aborted = await intake.AbortAsync(upload, name, call.Aborted);
        return aborted.Refusal is { } refusal ? call.Refuse(refusal) : EmptyAnswer.NoContent();
    }

    private static void WriteObject(XmlWriter xml, S3Call call, PublishedObject published)
    {
        var request = call.Request;
        var path = call.Exchange.Target.Path;
        xml.WriteElementString("Location", $"{request.Scheme}://{request.Host}{path}");
        xml.WriteElementString("Bucket", published.Name.Bucket.Name.ToString());
        xml.WriteElementString("Key", published.Name.Key.ToString());
        xml.WriteElementString("ETag", $"\"{published.ETag}\"");
        xml.WriteChecksum(published.Checksum);
    }

    private static bool TryReadChecksum(S3Call call, out ChosenChecksum? checksum, [NotNullWhen(false)] out S3Error? error)
    {
        checksum = null;
        if (!StatedChecksum.TryReadAlgorithm(call, out var chosen, out error))
        {
            return false;
        }

        var typeText = call.Header(S3Headers.ChecksumType);
        if (chosen is not { } algorithm)
        {
            error = typeText is null
                ? null
                : new(S3ErrorCode.InvalidRequest, $"{S3Headers.ChecksumType} needs {S3Headers.ChecksumAlgorithm}.");
            return error is null;
        }

        var byDefault = algorithm == ChecksumAlgorithm.Crc64Nvme ? ChecksumType.FullObject : ChecksumType.Composite;
        var type = typeText is null ? byDefault : ChecksumNames.TypeOf(typeText);
        if (type is not { } known || !algorithm.Allows(known))
        {
            error = new(
                S3ErrorCode.InvalidRequest,
                $"The {typeText} checksum type cannot be used with the {algorithm.Name()} checksum algorithm.");
            return false;
        }

        checksum = new ChosenChecksum(algorithm, known);
        return true;
    }

    /// <summary>A checksum that cannot be read matches no part, and neither does an ETag.</summary>
    private static ChosenPart Choose(NamedPart named)
    {
        Md5Digest? md5 = Md5Digest.TryParse(named.ETag, out var parsed) ? parsed : null;
        if (named.Checksum is not { } stated)
        {
            return new ChosenPart(named.Number, md5, null);
        }

        return ChecksumNames.TryParse(stated.Algorithm, out var algorithm)
            && Checksum.TryParse(algorithm, stated.Value, out var checksum)
                ? new ChosenPart(named.Number, md5, checksum)
                : new ChosenPart(named.Number, null, null);
    }

    private static bool TryReadSize(S3Call call, out long? sizeBytes, [NotNullWhen(false)] out S3Error? error)
    {
        sizeBytes = null;
        error = null;
        if (call.Header(S3Headers.ObjectSize) is not { } text)
        {
            return true;
        }

        if (!S3Number.TryParseLength(text, out var bytes))
        {
            error = S3Error.InvalidArgument(S3Headers.ObjectSize, text, "It must be a whole number of bytes.");
            return false;
        }

        sizeBytes = bytes;
        return true;
    }
}
