using Microsoft.Extensions.Primitives;
using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.S3.Protocol;
using static OrleansUploads.Gateway.S3.Protocol.S3Operation;

namespace OrleansUploads.Gateway.S3.Objects;

/// <summary>What an operation of S3 does, for keys with a scope.</summary>
internal static class S3Access
{
    private const string IfNoneMatch = "If-None-Match";
    private const string AnyObject = "*";

    /// <summary>Returns what a request does: one access, or two if it copies.</summary>
    /// <param name="route">Its operation, or another route if it is none.</param>
    /// <param name="address">Its bucket and key, or null if its path has none.</param>
    /// <param name="headers">Its headers.</param>
    public static IEnumerable<KeyAccess> Of(S3Route? route, S3Address? address, IHeaderDictionary headers)
    {
        var operation = (route as S3Route.To)?.Operation;
        yield return new KeyAccess(operation is null ? KeyAccessKind.Change : KindOf(operation.Value, headers), address?.Bucket);
        if (operation is CopyObject or UploadPartCopy)
        {
            yield return new KeyAccess(KeyAccessKind.Read, CopySource.Parse(headers[S3Headers.CopySource].ToString())?.Bucket);
        }
    }

    /// <summary>An object that is stored under its key replaces the one before it, unless the request forbids that. A part replaces
    /// only a part of an upload that is not complete.</summary>
    private static KeyAccessKind KindOf(S3Operation operation, IHeaderDictionary headers) => operation switch
    {
        PutObject or CopyObject or CompleteMultipartUpload =>
            headers[IfNoneMatch] == new StringValues(AnyObject) ? KeyAccessKind.Add : KeyAccessKind.Change,
        CreateMultipartUpload or UploadPart or UploadPartCopy => KeyAccessKind.Add,
        GetObject or RestoreObject => KeyAccessKind.Read,
        ListBuckets or HeadBucket or GetBucketLocation or GetBucketAccelerateConfiguration or GetBucketAcl or GetBucketCors
            or GetBucketEncryption or GetBucketLifecycleConfiguration or GetBucketLogging or GetBucketNotificationConfiguration
            or GetBucketPolicy or GetBucketReplication or GetBucketRequestPayment or GetBucketTagging or GetBucketVersioning
            or GetBucketWebsite or GetObjectLockConfiguration or GetPublicAccessBlock or ListObjects or ListObjectsV2
            or ListObjectVersions or HeadObject or GetObjectAcl or GetObjectAttributes or GetObjectTagging or ListParts
            or ListMultipartUploads => KeyAccessKind.Look,
        _ => KeyAccessKind.Change,
    };
}
