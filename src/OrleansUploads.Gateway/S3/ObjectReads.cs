using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Reading;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.S3;

/// <summary>GetObject and HeadObject.</summary>
internal static class ObjectReads
{
    /// <summary>Returns an object, or a range or part of one. HEAD returns the headers only.</summary>
    public static async ValueTask<FrontAnswer> ReadAsync(S3Call call)
    {
        var name = await call.RequireObjectAsync();
        int? number = string.IsNullOrEmpty(call.Query.FirstValue("partNumber")) ? null : S3Number.ReadPartNumber(call);
        var overrides = HeaderOverrides.Read(call);
        if (number is not null && call.Header("Range") is not null)
        {
            throw new S3Error(
                S3ErrorCode.InvalidRequest, "Cannot specify both Range header and partNumber query parameter");
        }

        // Clients ask routinely whether an object exists or has changed, so these answers are no exceptions.
        var reader = call.Paths.Objects;
        var outcome = await reader.FindAsync(name, call.Aborted);
        if (!outcome.TryGet(out var found, out var refusal))
        {
            return call.ErrorOf(refusal).ToAnswer(call.Exchange);
        }

        var published = found.Description.Published;
        if (Conditions.Evaluate(call, published.ETag, published.At) is var (status, condition))
        {
            return status == StatusCodes.Status304NotModified
                ? new FrontAnswer(status, ("ETag", $"\"{published.ETag}\""), ("Last-Modified", S3Date.ToHeader(published.At)))
                : Conditions.Failed(condition).ToAnswer(call.Exchange);
        }

        // HEAD needs the manifest only for a part.
        var isHead = call.Request.Method == "HEAD";
        if (!isHead && found.Description.RefuseReading() is { } archived)
        {
            return call.ErrorOf(archived).ToAnswer(call.Exchange);
        }

        var manifest = isHead && number is null ? null : await reader.ReadManifestAsync(found, call.Aborted);
        var choice = number is { } wanted
            ? ChoosePart(manifest!, wanted, published)
            : ChooseRange(call, found);

        // An empty part has no bytes that a Content-Range could name.
        var range = choice.Range;
        var isPartial = choice.IsPartial && range.LengthBytes > 0;
        var headers = Headers(call, found, choice, overrides);
        if (isPartial)
        {
            headers["content-range"] = range.ContentRange(published.SizeBytes);
        }

        return new StoredAnswer(
            isPartial ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK,
            range.LengthBytes,
            isHead || range.LengthBytes == 0 ? null : (body, cancellationToken) => reader.CopyAsync(
                found, manifest!, new PartRange(range.First, range.First + range.LengthBytes - 1), body, cancellationToken),
            [.. headers.Select(static header => (header.Key, (string?)header.Value))]);
    }

    /// <summary>Chooses the bytes of the range that the request asks for, or all.</summary>
    private static Choice ChooseRange(S3Call call, FoundObject found)
    {
        var published = found.Description.Published;
        var text = Conditions.RangeApplies(call, published.ETag, published.At) ? call.Header("Range") : null;
        if (!RequestedRange.TryRead(text, published.SizeBytes, out var range))
        {
            call.Exchange.Context.Response.Headers.ContentRange = $"bytes */{published.SizeBytes}";
            throw new S3Error(
                S3ErrorCode.InvalidRange,
                "The requested range is not satisfiable",
                ("RangeRequested", text ?? ""),
                ("ActualObjectSize", published.SizeBytes.ToString(CultureInfo.InvariantCulture)));
        }

        // A range of all bytes has their checksum.
        var chosen = range ?? new RequestedRange(0, published.SizeBytes);
        return new Choice(chosen, IsPartial: range is not null, chosen.LengthBytes == published.SizeBytes ? published.Checksum : null, PartsCount: null);
    }

    private static Choice ChoosePart(Manifest manifest, int wanted, PublishedObject published)
    {
        long first = 0;
        foreach (var part in manifest.Parts ?? [])
        {
            if (part.Number == wanted)
            {
                return new Choice(
                    new RequestedRange(first, part.LengthBytes),
                    IsPartial: true,
                    part.Checksum is { } checksum ? new ObjectChecksum(checksum, 0) : null,
                    published.ETag.Parts > 0 ? published.ETag.Parts : null);
            }

            first += part.LengthBytes;
        }

        throw new S3Error(
            S3ErrorCode.InvalidPartNumber,
            "The requested partnumber is not satisfiable",
            ("PartNumberRequested", wanted.ToString(CultureInfo.InvariantCulture)),
            ("ActualPartCount", (manifest.Parts?.Count ?? 0).ToString(CultureInfo.InvariantCulture)));
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
            // The type is the object's, also beside the checksum of a part.
            foreach (var (name, value) in ChecksumAnswer.Headers(choice.Checksum, published.Checksum?.Type))
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
    /// <param name="Range">Where the bytes are.</param>
    /// <param name="IsPartial">Whether the request asked for a range or a part.</param>
    /// <param name="Checksum">Null if it is not known.</param>
    /// <param name="PartsCount">If the request asked for a part of a multipart object.</param>
    private readonly record struct Choice(RequestedRange Range, bool IsPartial, ObjectChecksum? Checksum, int? PartsCount);
}
