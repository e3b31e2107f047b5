using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Gateway.S3.Protocol;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.S3.Objects;

/// <summary>GetObject and HeadObject.</summary>
internal sealed class ObjectReads(BucketFinder buckets, ObjectReader reader)
{
    /// <summary>Returns an object, or a range or part of one. HEAD returns the headers only.</summary>
    public async ValueTask<FrontAnswer> ReadAsync(S3Call call)
    {
        var name = await buckets.RequireObjectAsync(call);
        int? number = string.IsNullOrEmpty(call.Query.FirstValue("partNumber")) ? null : S3Number.ReadPartNumber(call);
        var overrides = HeaderOverrides.Read(call);
        if (number is not null && call.Header("Range") is not null)
        {
            throw new S3Error(
                S3ErrorCode.InvalidRequest, "Cannot specify both Range header and partNumber query parameter.").AsException();
        }

        // Clients ask routinely whether an object exists or has changed, so these answers are no exceptions.
        var outcome = await reader.FindAsync(name, call.Aborted);
        if (!outcome.TryGet(out var found, out var refusal))
        {
            return new ErrorAnswer(call.Refuse(refusal));
        }

        var published = found.Description.Published;
        var status = Conditions.Evaluate(call, published.ETag, published.At);
        if (status == StatusCodes.Status304NotModified)
        {
            return new EmptyAnswer(status, ("ETag", $"\"{published.ETag}\""), ("Last-Modified", S3Date.ToHeader(published.At)));
        }

        if (status != 0)
        {
            return new ErrorAnswer(
                new(S3ErrorCode.PreconditionFailed, "At least one of the pre-conditions you specified did not hold."));
        }

        // HEAD needs the manifest only for a part.
        var isHead = call.Request.Method == "HEAD";
        if (!isHead && found.Description.RefuseReading() is { } archived)
        {
            return new ErrorAnswer(call.Refuse(archived));
        }

        var manifest = isHead && number is null ? null : await reader.ReadManifestAsync(found, call.Aborted);
        var choice = number is { } wanted
            ? ChoosePart(manifest!, wanted, published.ETag.Parts)
            : ChooseRange(call, found);
        return new ObjectAnswer(
            reader, found, manifest, choice.Range, choice.IsPartial, isHead, Headers(call, found, choice, overrides));
    }

    /// <summary>Chooses the bytes of the range that the request asks for, or all.</summary>
    private static Choice ChooseRange(S3Call call, FoundObject found)
    {
        var published = found.Description.Published;
        var text = Conditions.RangeApplies(call, published.ETag, published.At) ? call.Header("Range") : null;
        if (!ByteRange.TryRead(text, published.SizeBytes, out var range))
        {
            call.Exchange.Context.Response.Headers.ContentRange = $"bytes */{published.SizeBytes}";
            throw new S3Error(
                S3ErrorCode.InvalidRange,
                "The requested range is not satisfiable",
                ("RangeRequested", text ?? ""),
                ("ActualObjectSize", published.SizeBytes.ToString(CultureInfo.InvariantCulture))).AsException();
        }

        return range is { } some
            ? new Choice(some, IsPartial: true, null, null)
            : new Choice(new ByteRange(0, published.SizeBytes), IsPartial: false, published.Checksum, PartsCount: null);
    }

    private static Choice ChoosePart(Manifest manifest, int wanted, int partsOfETag)
    {
        long first = 0;
        foreach (var part in manifest.Parts ?? [])
        {
            if (part.Number == wanted)
            {
                return new Choice(
                    new ByteRange(first, part.LengthBytes),
                    IsPartial: true,
                    part.Checksum is { } checksum ? new ObjectChecksum(checksum, 0) : null,
                    partsOfETag > 0 ? partsOfETag : null);
            }

            first += part.LengthBytes;
        }

        throw new S3Error(
            S3ErrorCode.InvalidPartNumber,
            "The requested partnumber is not satisfiable",
            ("PartNumberRequested", wanted.ToString(CultureInfo.InvariantCulture)),
            ("ActualPartCount", (manifest.Parts?.Count ?? 0).ToString(CultureInfo.InvariantCulture))).AsException();
    }

    private static Dictionary<string, string> Headers(
        S3Call call, FoundObject found, Choice choice, IReadOnlyDictionary<string, string> overrides)
    {
        var (spec, published) = (found.Description.Spec, found.Description.Published);
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["content-type"] = "binary/octet-stream" };
        foreach (var (name, value) in spec.Metadata)
        {
            headers[name] = name.StartsWith(S3Headers.MetadataPrefix, StringComparison.Ordinal)
                ? S3Encoding.Header(value)
                : ContentHeaders.AsStated(value);
        }

        foreach (var (name, value) in overrides)
        {
            headers[name] = value;
        }

        headers["etag"] = $"\"{published.ETag}\"";
        headers["last-modified"] = S3Date.ToHeader(published.At);
        headers["accept-ranges"] = "bytes";
        Add(S3Headers.StorageClass, spec.StorageClass == StorageClass.Standard ? null : spec.StorageClass.Name());
        Add(S3Headers.Restore, found.Description.Restore is { } restore ? ObjectRestores.Header(restore) : null);
        Add(
            S3Headers.TaggingCount,
            found.Description.GetTags() is { Count: > 0 } tags ? tags.Count.ToString(CultureInfo.InvariantCulture) : null);
        Add(S3Headers.PartsCount, choice.PartsCount?.ToString(CultureInfo.InvariantCulture));
        if (string.Equals(call.Header(S3Headers.ChecksumMode), "ENABLED", StringComparison.OrdinalIgnoreCase))
        {
            foreach (var (name, value) in ChecksumAnswer.Headers(choice.Checksum))
            {
                Add(name, value);
            }
        }

        return headers;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                headers[name] = value;
            }
        }
    }

    /// <summary>The bytes to return.</summary>
    /// <param name="Range">Where they are.</param>
    /// <param name="IsPartial">Whether the request asked for a range or a part.</param>
    /// <param name="Checksum">Their checksum, if it is known.</param>
    /// <param name="PartsCount">The number of parts, if the request asked for a part of a multipart object.</param>
    private readonly record struct Choice(ByteRange Range, bool IsPartial, ObjectChecksum? Checksum, int? PartsCount);
}

/// <summary>A response with bytes of an object, or with its headers only.</summary>
internal sealed class ObjectAnswer(
    ObjectReader reader,
    FoundObject found,
    Manifest? manifest,
    ByteRange range,
    bool isPartial,
    bool isHead,
    IReadOnlyDictionary<string, string> headers) : FrontAnswer
{
    // An empty part has no bytes that a Content-Range could name.
    private bool HasContentRange => isPartial && range.LengthBytes > 0;

    /// <inheritdoc/>
    public override int Status => HasContentRange ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK;

    /// <inheritdoc/>
    /// <remarks>The headers are sent with the first verified bytes, so damage that is found before them still leads to an error
    /// document.</remarks>
    public override async Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        foreach (var (name, value) in headers)
        {
            response.Headers[name] = value;
        }

        StoredBytes.Isolate(response);
        response.ContentLength = range.LengthBytes;
        if (HasContentRange)
        {
            response.Headers.ContentRange = range.ContentRange(found.Description.Published.SizeBytes);
        }

        if (!isHead && manifest is not null && range.LengthBytes > 0)
        {
            await reader.CopyAsync(
                found, manifest, new PartRange(range.First, range.First + range.LengthBytes - 1), body, cancellationToken);
        }
    }
}
