using System.Xml;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Hashing;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.S3;

internal static class ObjectUploads
{
    /// <summary>Stores an object of up to 5 GiB.</summary>
    public static async ValueTask<FrontAnswer> PutAsync(S3Call call)
    {
        var name = await call.RequireObjectAsync();
        var headers = ObjectHeaderReader.Read(call);
        var condition = Conditions.ReadWrite(call);
        using var upload = UploadBody.Open(call);
        var published = call.OrRefuse(await call.Paths.ObjectIntake.PutAsync(name, headers, upload.Body, condition, call.Aborted));
        return FrontAnswer.Ok([("ETag", $"\"{published.ETag}\""), .. ChecksumAnswer.Headers(published.Checksum)]);
    }

    public static async ValueTask<FrontAnswer> CreateAsync(S3Call call)
    {
        var name = await call.RequireObjectAsync();
        var headers = ObjectHeaderReader.Read(call) with { ByteStorage = ExternalHeaders.ReadStorage(call), TotalBytes = AnnouncedTotal.Read(call) };
        var checksum = ReadChecksum(call);
        var spec = call.OrRefuse(await call.Paths.ObjectIntake.InitiateAsync(name, headers, checksum, CreateKey.Read(call), call.Aborted));
        return S3Xml.Answer(
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

    /// <summary>Stores a part, or takes the report of one that the client has stored elsewhere. If a number is uploaded more than once, the
    /// latest upload counts.</summary>
    public static async ValueTask<FrontAnswer> UploadPartAsync(S3Call call)
    {
        var number = S3Number.ReadPartNumber(call);
        var (name, upload) = await call.RequireUploadAsync();
        if (call.Header(ExternalHeaders.Location) is { } location)
        {
            return await ReportedParts.ReportAsync(call, name, upload, number, location);
        }

        using var body = UploadBody.Open(call);
        var part = call.OrRefuse(
            await call.Paths.ObjectIntake.StorePartAsync(upload, name, number, body.Body, call.Exchange.Sender, call.Aborted));
        var checksum = body.Body.Algorithm is null ? null : part.Checksum;
        return checksum is { } known
            ? FrontAnswer.Ok(("ETag", $"\"{part.Md5}\""), (known.Algorithm.Header(), known.Base64))
            : FrontAnswer.Ok(("ETag", $"\"{part.Md5}\""));
    }

    /// <summary>Turns the named parts, or with <see cref="AllParts"/> all parts, into the object. Repeating the request returns the same
    /// answer.</summary>
    public static async ValueTask<FrontAnswer> CompleteAsync(S3Call call)
    {
        var (name, upload) = await call.RequireUploadAsync();
        var sizeBytes = ReadSize(call);
        var takesAll = AllParts.Read(call, sizeBytes);

        // A checksum in a header is the object's.
        var parts = await RequestDocument.ReadAsync(
            call, document => takesAll ? AllParts.Parse(document) : CompleteMultipartUploadDocument.Parse(document, Choose), hasChecksum: false);
        var checksum = StatedObjectChecksum.Read(call, parts?.Count);
        var condition = Conditions.ReadWrite(call);
        var published = call.OrRefuse(await call.Paths.ObjectIntake.CompleteAsync(
            upload, name, parts, sizeBytes, checksum.Value, checksum.Type, condition, call.Aborted));
        return S3Xml.Answer("CompleteMultipartUploadResult", xml => WriteObject(xml, call, published));
    }

    public static async ValueTask<FrontAnswer> AbortAsync(S3Call call)
    {
        var (name, upload) = await call.RequireUploadAsync();
        call.OrRefuse(await call.Paths.ObjectIntake.AbortAsync(upload, name, call.Aborted));
        return FrontAnswer.NoContent();
    }

    private static void WriteObject(XmlWriter xml, S3Call call, PublishedObject published)
    {
        var request = call.Request;
        var target = call.Exchange.Target;
        xml.WriteElementString("Location", $"{request.Scheme}://{request.Host.Value}{target.Prefix}{target.Path}");
        xml.WriteElementString("Bucket", published.Name.Bucket.Name.ToString());
        xml.WriteElementString("Key", published.Name.Key.ToString());
        xml.WriteElementString("ETag", $"\"{published.ETag}\"");
        xml.WriteChecksum(published.Checksum);
    }

    private static ChosenChecksum? ReadChecksum(S3Call call)
    {
        var typeText = call.Header(S3Headers.ChecksumType);
        if (StatedChecksum.ReadAlgorithm(call) is not { } algorithm)
        {
            return typeText is null ? null : throw new S3Error(
                S3ErrorCode.InvalidRequest, $"The {S3Headers.ChecksumType} header can only be used with the {S3Headers.ChecksumAlgorithm} header.");
        }

        var byDefault = algorithm == ChecksumAlgorithm.Crc64Nvme ? ChecksumType.FullObject : ChecksumType.Composite;
        var type = typeText is null ? byDefault : ChecksumNames.TypeOf(typeText);
        return type is { } known && algorithm.Allows(known) ? new ChosenChecksum(algorithm, known) : throw new S3Error(
            S3ErrorCode.InvalidRequest,
            $"The {typeText} checksum type cannot be used with the {algorithm.Name()} checksum algorithm.");
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

    private static long? ReadSize(S3Call call) => call.Header(S3Headers.ObjectSize) is not { } text ? null
        : S3Number.TryParseLength(text, out var bytes) ? bytes
        : throw S3Error.InvalidArgument(S3Headers.ObjectSize, text, "It must be a whole number of bytes.");
}

/// <summary>What a completion states about the checksum of the whole object; null for what it does not state.</summary>
internal readonly record struct StatedObjectChecksum(Checksum? Value, ChecksumType? Type)
{
    /// <summary>Reads the headers.</summary>
    /// <param name="parts">How many parts the request names, or null if it takes all.</param>
    public static StatedObjectChecksum Read(S3Call call, int? parts)
    {
        var checksum = StatedChecksum.Read(call, acceptsParts: true);
        var text = call.Header(S3Headers.ChecksumType);
        var type = ChecksumNames.TypeOf(text);
        if (text is not null && type is null)
        {
            throw new S3Error(
                S3ErrorCode.InvalidRequest, $"Value for {S3Headers.ChecksumType} header is invalid: '{text}'.");
        }

        if (checksum is { Parts: > 0 and var count } && ((parts ?? count) != count || type == ChecksumType.FullObject))
        {
            throw new S3Error(
                S3ErrorCode.BadDigest,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The {checksum.Algorithm.Name()} you specified is the composite of {count} parts, but the request names {(parts is { } named ? $"{named}" : "all")} parts "
                    + $"and {(type is { } known ? "the type " + known.Name() : "no type")}."));
        }

        return new StatedObjectChecksum(checksum?.Value, checksum is { Parts: > 0 } ? ChecksumType.Composite : type);
    }
}
