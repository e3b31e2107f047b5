using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.S3.Protocol;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.S3.Objects;

/// <summary>What a copy gets from its source, and what from the request.</summary>
/// <param name="Copy">What the copy is returned with.</param>
/// <param name="Algorithm">The algorithm of its checksum, or null for that of the source.</param>
/// <param name="ChangesSource">Whether the request asks for a change, so that it may copy the source onto itself.</param>
internal sealed record CopyHeaders(ObjectHeaders Copy, ChecksumAlgorithm? Algorithm, bool ChangesSource)
{
    private const string Replace = "REPLACE";

    /// <summary>Reads the headers of a request to copy. The storage class is never that of the source.</summary>
    /// <param name="call">The request.</param>
    /// <param name="source">The object to copy.</param>
    /// <param name="headers">The headers.</param>
    /// <param name="error">The error, if the method returns false.</param>
    public static bool TryRead(
        S3Call call,
        ObjectDescription source,
        [NotNullWhen(true)] out CopyHeaders? headers,
        [NotNullWhen(false)] out S3Error? error)
    {
        headers = null;
        if (!ObjectHeaderReader.TryRead(call, out var stated, out error)
            || !TryReadDirective(call, S3Headers.MetadataDirective, out var replacesMetadata, out error)
            || !TryReadDirective(call, S3Headers.TaggingDirective, out var replacesTags, out error)
            || !StatedChecksum.TryReadAlgorithm(call, out var algorithm, out error))
        {
            return false;
        }

        // Amazon accepts the class that the object has already, so that "cp --storage-class" can be repeated.
        var statesClass = call.Header(S3Headers.StorageClass) is not null;
        headers = new CopyHeaders(
            stated with
            {
                Metadata = replacesMetadata ? stated.Metadata : source.Spec.Metadata,
                Tags = replacesTags ? stated.Tags : source.GetTags(),
            },
            algorithm,
            replacesMetadata || statesClass || algorithm is not null);
        return true;
    }

    private static bool TryReadDirective(S3Call call, string header, out bool replaces, [NotNullWhen(false)] out S3Error? error)
    {
        var text = call.Header(header);
        replaces = text == Replace;
        error = text is null or "COPY" or Replace
            ? null
            : S3Error.InvalidArgument(header, text, $"Unknown directive '{text}'. {header} must be COPY or {Replace}.");
        return error is null;
    }
}
