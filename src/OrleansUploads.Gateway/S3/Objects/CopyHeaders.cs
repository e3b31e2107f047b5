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
            header, text, $"Unknown directive '{text}'. {header} must be COPY or {Replace}.").AsException(),
    };
}
