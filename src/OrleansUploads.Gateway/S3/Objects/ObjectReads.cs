using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Core.Archives;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.S3.Protocol;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.S3.Objects;

/// <summary>GetObject and HeadObject.</summary>
internal sealed class ObjectReads(BucketFinder buckets, ObjectReader reader)
{
    /// <summary>Returns an object, or a range or part of one. HEAD returns the headers only.</summary>
    public async ValueTask<S3Answer> ReadAsync(S3Call call)
    {
        var (name, refused) = await buckets.FindObjectAsync(call);
        if (refused is not null)
        {
            return refused;
        }

        var wantsPart = !string.IsNullOrEmpty(call.Query.FirstValue("partNumber"));
        var number = 0;
        if ((wantsPart && !S3Number.TryReadPartNumber(call, out number, out var error))
            || !HeaderOverrides.TryRead(call, out var overrides, out error))
        {
            return error;
        }

        if (wantsPart && call.Header("Range") is not null)
        {
            return new S3Error(S3ErrorCode.InvalidRequest, "Cannot specify both Range header and partNumber query parameter.");
        }

        var outcome = await reader.FindAsync(name, call.Aborted);
        if (!outcome.TryGet(out var found, out var refusal))
        {
            return call.Refuse(refusal);
        }

        var published = found.Description.Published;
        var status = Conditions.Evaluate(call, published.ETag, published.At);
        if (status == StatusCodes.Status304NotModified)
        {
            return new EmptyAnswer(status, ("ETag", $"\"{published.ETag}\""), ("Last-Modified", S3Date.ToHeader(published.At)));
        }

        if (status != 0)
        {
            return new S3Error(S3ErrorCode.PreconditionFailed, "At least one of the pre-conditions you specified did not hold.");
        }

        // HEAD needs the manifest only for a part.
        var isHead = call.Exchange.Context.Request.Method == "HEAD";
        if (!isHead && found.Description.RefuseReading() is { } archived)
        {
            return call.Refuse(archived);
        }

        var manifest = isHead && !wantsPart ? null : await reader.ReadManifestAsync(found, call.Aborted);
        if (!TryChoose(call, found, manifest, wantsPart ? number : null, out var choice, out error))
        {
            return error;
        }

        return new ObjectAnswer(
            reader, found, manifest, choice.Range, choice.IsPartial, isHead, Headers(call, found, choice, overrides));
    }

    /// <summary>Chooses the bytes: those of a part, of a range, or all.</summary>
    private static bool TryChoose(
        S3Call call,
        FoundObject found,
        Manifest? manifest,
        int? number,
        out Choice choice,
        [NotNullWhen(false)] out S3Error? error)
    {
        error = null;
        var published = found.Description.Published;
        var whole = new ByteRange(0, published.SizeBytes);
        choice = new Choice(whole, IsPartial: false, published.Checksum, PartsCount: null);
        if (number is { } wanted)
        {
            return TryChoosePart(manifest!, wanted, published.ETag.Parts, out choice, out error);
        }

        var text = Conditions.RangeApplies(call, published.ETag, published.At) ? call.Header("Range") : null;
        if (!ByteRange.TryRead(text, published.SizeBytes, out var range))
        {
            error = new S3Error(
                S3ErrorCode.InvalidRange,
                "The requested range is not satisfiable",
                ("RangeRequested", text ?? ""),
                ("ActualObjectSize", published.SizeBytes.ToString(CultureInfo.InvariantCulture)));
            call.Exchange.Context.Response.Headers.ContentRange = $"bytes */{published.SizeBytes}";
            return false;
        }

        choice = range is { } some ? new Choice(some, IsPartial: true, null, null) : choice;
        return true;
    }

    private static bool TryChoosePart(
        Manifest manifest, int wanted, int partsOfETag, out Choice choice, [NotNullWhen(false)] out S3Error? error)
    {
        error = null;
        long first = 0;
        foreach (var part in manifest.Parts ?? [])
        {
            if (part.Number == wanted)
            {
                choice = new Choice(
                    new ByteRange(first, part.LengthBytes),
                    IsPartial: true,
                    part.Checksum is { } checksum ? new ObjectChecksum(checksum, 0) : null,
                    partsOfETag > 0 ? partsOfETag : null);
                return true;
            }

            first += part.LengthBytes;
        }

        choice = default;
        error = new S3Error(
            S3ErrorCode.InvalidPartNumber,
            "The requested partnumber is not satisfiable",
            ("PartNumberRequested", wanted.ToString(CultureInfo.InvariantCulture)),
            ("ActualPartCount", (manifest.Parts?.Count ?? 0).ToString(CultureInfo.InvariantCulture)));
        return false;
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
        if (spec.StorageClass != StorageClass.Standard)
        {
            headers[S3Headers.StorageClass] = spec.StorageClass.Name();
        }

        if (found.Description.Restore is { } restore)
        {
            headers[S3Headers.Restore] = ObjectRestores.Header(restore);
        }

        if (found.Description.GetTags() is { Count: > 0 } tags)
        {
            headers[S3Headers.TaggingCount] = tags.Count.ToString(CultureInfo.InvariantCulture);
        }

        if (choice.PartsCount is { } count)
        {
            headers[S3Headers.PartsCount] = count.ToString(CultureInfo.InvariantCulture);
        }

        if (string.Equals(call.Header(S3Headers.ChecksumMode), "ENABLED", StringComparison.OrdinalIgnoreCase))
        {
            foreach (var (name, value) in ChecksumAnswer.Headers(choice.Checksum))
            {
                headers[name] = value!;
            }
        }

        return headers;
    }

    /// <summary>The bytes to return.</summary>
    /// <param name="Range">Where they are.</param>
    /// <param name="IsPartial">Whether the request asked for a range or a part.</param>
    /// <param name="Checksum">Their checksum, if it is known.</param>
    /// <param name="PartsCount">The number of parts, if the request asked for a part of a multipart object.</param>
    private readonly record struct Choice(ByteRange Range, bool IsPartial, ObjectChecksum? Checksum, int? PartsCount);
}
