using System.Diagnostics;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Gateway.S3;

/// <summary>The code and message of each refusal that S3's operations can get.</summary>
internal static class S3Refusals
{
    /// <summary>Describes a refusal in the words of S3.</summary>
    /// <param name="address">The request's.</param>
    /// <param name="upload">The request's, or empty if it has none.</param>
    public static S3Error Describe(Refusal refusal, S3Address address, string upload) => refusal switch
    {
        Refusal.UploadNotFound => S3Error.NoSuchUpload(upload),
        Refusal.CreateKeyInUse r => new(S3ErrorCode.InvalidRequest, CreateKey.Describe(r), ("UploadId", r.Upload.ToString())),
        Refusal.UploadStoredExternally => new(
            S3ErrorCode.InvalidRequest,
            "The upload does not accept bytes here: another system stores them. Upload the part to the system that initiated the upload.",
            ("UploadId", upload)),
        Refusal.UploadStoredByGateway => new(
            S3ErrorCode.InvalidRequest,
            "The upload does not accept locations: this server stores the bytes of its parts. Upload the part itself.",
            ("UploadId", upload)),
        Refusal.AttemptOfOtherPart e => S3Error.InvalidArgument(
            "attempt", e.Attempt.ToString(), $"The attempt was granted for part number {e.Number}."),
        Refusal.AttemptNotAsReported e => S3Error.InvalidArgument(
            "attempt",
            e.Attempt.ToString(),
            $"The part store does not have the attempt as reported: {e.Fault}. Write the part again under another grant."),
        Refusal.WritesNotGranted => new(
            S3ErrorCode.InvalidRequest, "The part store of this server does not grant writes. Upload the part to this server."),
        Refusal.LengthDiffers e => new(
            S3ErrorCode.IncompleteBody,
            $"You did not provide the number of bytes specified by the Content-Length HTTP header: {e.ReceivedBytes} bytes arrived, "
            + $"{e.StatedBytes} were announced."),
        Refusal.LinearHashDiffers e => S3HttpErrors.PayloadHashDiffers(e.Stated.ToString(), e.Computed.ToString()),
        Refusal.NoParts => S3Error.MalformedXml("You must specify at least one part."),
        Refusal.SizeDiffers e => new(
            S3ErrorCode.InvalidRequest,
            $"The provided 'x-amz-mp-object-size' header value {e.StatedBytes} does not match what was computed: {e.UploadedBytes}."),
        Refusal.CollectionHeld => new(
            S3ErrorCode.ServiceUnavailable, "Nothing can be deleted at the moment. Please try again later."),
        ObjectRefusal e => Describe(e, address, upload),
        _ => throw new UnreachableException($"S3 has no operation that is refused with {refusal.GetType().Name}."),
    };

    private static S3Error Describe(ObjectRefusal refusal, S3Address address, string upload) => refusal switch
    {
        ObjectRefusal.BucketNotFound e => S3Error.NoSuchBucket(e.Bucket.ToString()),
        ObjectRefusal.BucketOwnedByOther e => new(
            S3ErrorCode.BucketAlreadyExists,
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select "
            + "a different name and try again.",
            ("BucketName", e.Bucket.ToString())),
        ObjectRefusal.BucketNotEmpty e => new(
            S3ErrorCode.BucketNotEmpty, "The bucket you tried to delete is not empty.", ("BucketName", e.Bucket.ToString())),
        ObjectRefusal.TooManyBuckets e => new(
            S3ErrorCode.TooManyBuckets, $"You have attempted to create more buckets than allowed: at most {e.Limit}."),
        ObjectRefusal.KeyNotFound => NoSuchKey(address),
        ObjectRefusal.PreconditionFailed { Exists: false } => NoSuchKey(address),
        ObjectRefusal.PreconditionFailed => Conditions.Failed("If-Match"),
        ObjectRefusal.UploadCompleting => new(
            S3ErrorCode.OperationAborted,
            "A conflicting conditional operation is currently in progress against this resource. Please try again."),
        ObjectRefusal.KeyChanged => new(
            S3ErrorCode.ServiceUnavailable,
            "Other requests changed the key while this one was in progress, and nothing was changed by it. Please try again."),
        ObjectRefusal.CompletedOtherwise => new(
            S3ErrorCode.InvalidPart, "The upload was already completed with another list of parts."),
        ObjectRefusal.PartNumberInvalid e => S3Error.InvalidArgument(
            "partNumber",
            Text(e.Number),
            $"Part number must be an integer between 1 and {ObjectLimits.MaxParts}, inclusive"),
        ObjectRefusal.NumberedPartTooLarge e => new(
            S3ErrorCode.EntityTooLarge,
            "Your proposed upload exceeds the maximum allowed size.",
            ("ProposedSize", Text(e.LengthBytes)),
            ("MaxSizeAllowed", Text(e.LimitBytes))),
        ObjectRefusal.PartsNotInOrder e => new(
            S3ErrorCode.InvalidPartOrder,
            $"The list of parts was not in ascending order: part {e.Number} is not greater than the one before it.",
            ("UploadId", upload),
            ("PartNumber", Text(e.Number))),
        ObjectRefusal.NamedPartDiffers e => InvalidPart(
            upload, e.Number, "may not have been uploaded, or its entity tag or checksum may not match"),
        ObjectRefusal.NumberedPartLost e => InvalidPart(upload, e.Number, "was stored, but its bytes are lost; upload it again"),
        ObjectRefusal.NumberedPartTooShort e => new(
            S3ErrorCode.EntityTooSmall,
            "Your proposed upload is smaller than the minimum allowed size.",
            ("ProposedSize", Text(e.LengthBytes)),
            ("MinSizeAllowed", Text(e.MinBytes)),
            ("PartNumber", Text(e.Number)),
            ("ETag", e.Md5.ToString())),
        ObjectRefusal.NumberedAttemptCollected => new(
            S3ErrorCode.RequestTimeout, "The body arrived so slowly that it was taken for abandoned. Send it again."),
        ObjectRefusal.Md5Differs e => new(
            S3ErrorCode.BadDigest,
            "The Content-MD5 you specified did not match what we received.",
            ("ExpectedDigest", e.Stated.ToString()),
            ("CalculatedDigest", e.Computed.ToString())),
        ObjectRefusal.ChecksumDiffers e => new(
            S3ErrorCode.BadDigest,
            $"The {e.Stated.Algorithm.Name()} you specified did not match the calculated checksum: you sent {e.Stated.Base64}, "
            + $"and it is {e.Computed.Base64}."),
        ObjectRefusal.ChecksumOfOtherAlgorithm e => new(
            S3ErrorCode.InvalidRequest,
            $"Checksum Type mismatch occurred, expected checksum Type: {e.Expected.Name()}."),
        ObjectRefusal.ChecksumOfOtherType e => new(
            S3ErrorCode.InvalidRequest,
            $"The upload was created using the {e.Actual.Name()} checksum mode. The complete request must use the same checksum mode."),
        ObjectRefusal.NotRestored e => new(
            S3ErrorCode.InvalidObjectState,
            "The operation is not valid for the object's storage class. Restore the object first.",
            ("StorageClass", e.StorageClass.Name())),
        ObjectRefusal.ObjectStoredExternally => new(
            S3ErrorCode.InvalidObjectState,
            "The bytes of the object are stored by the system that uploaded it and cannot be read here. ListParts with its upload ID says where "
            + "they are."),
        ObjectRefusal.RestoreNotOffered e when e.StorageClass.NeedsRestore() => S3Error.InvalidArgument(
            "Tier",
            e.Tier.ToString(),
            $"{e.Tier} retrieval is not available for objects of the storage class {e.StorageClass.Name()}. Use Standard or Bulk."),
        ObjectRefusal.RestoreNotOffered e => new(
            S3ErrorCode.InvalidObjectState,
            $"Restore is not allowed for the object's current storage class: objects of {e.StorageClass.Name()} can always be read.",
            ("StorageClass", e.StorageClass.Name())),
        ObjectRefusal.RestoreDaysInvalid e => S3Error.InvalidArgument(
            "Days", Text(e.Days), $"Restoration days must be between 1 and {e.LimitDays}, not {e.Days}."),
        ObjectRefusal.RestoreInProgress => new(S3ErrorCode.RestoreAlreadyInProgress, "Object restore is already in progress."),
        ObjectRefusal.PositionMoved or ObjectRefusal.LeafNotReady or ObjectRefusal.LeafIsSealed => new(
            S3ErrorCode.ServiceUnavailable, "The bucket is being changed. Please try again."),
        _ => throw new UnreachableException($"{refusal.GetType().Name} has no description."),
    };

    private static S3Error NoSuchKey(S3Address address) =>
        new(S3ErrorCode.NoSuchKey, "The specified key does not exist.", ("Key", address.Key ?? ""));

    private static S3Error InvalidPart(string upload, int number, string reason) => new(
        S3ErrorCode.InvalidPart,
        $"One or more of the specified parts could not be found. Part {number} {reason}.",
        ("UploadId", upload),
        ("PartNumber", Text(number)));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
