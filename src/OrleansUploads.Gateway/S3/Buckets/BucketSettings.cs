using System.Diagnostics;
using OrleansUploads.Core.Values;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.S3.Buckets;

/// <summary>The answers to questions about settings that cannot be changed. Clients ask for some of them routinely.</summary>
internal static class BucketSettings
{
    /// <summary>The answer to an operation that returns a setting.</summary>
    public static S3Answer Describe(S3Operation operation, AccountId owner) => operation switch
    {
        S3Operation.GetBucketVersioning => Empty("VersioningConfiguration"),
        S3Operation.GetBucketLogging => Empty("BucketLoggingStatus"),
        S3Operation.GetBucketNotificationConfiguration => Empty("NotificationConfiguration"),
        S3Operation.GetBucketAccelerateConfiguration => Empty("AccelerateConfiguration"),
        S3Operation.GetBucketRequestPayment =>
            new XmlAnswer("RequestPaymentConfiguration", static xml => xml.WriteElementString("Payer", "BucketOwner")),
        S3Operation.GetBucketAcl => new XmlAnswer("AccessControlPolicy", xml => xml.WriteAccessControlList(owner)),
        S3Operation.GetBucketPolicy => new S3Error(S3ErrorCode.NoSuchBucketPolicy, "The bucket policy does not exist."),
        S3Operation.GetBucketLifecycleConfiguration => new S3Error(
            S3ErrorCode.NoSuchLifecycleConfiguration, "The lifecycle configuration does not exist."),
        S3Operation.GetBucketCors => new S3Error(
            S3ErrorCode.NoSuchCORSConfiguration, "The CORS configuration does not exist."),
        S3Operation.GetBucketTagging => new S3Error(S3ErrorCode.NoSuchTagSet, "The TagSet does not exist."),
        S3Operation.GetBucketWebsite => new S3Error(
            S3ErrorCode.NoSuchWebsiteConfiguration, "The specified bucket does not have a website configuration."),
        S3Operation.GetBucketEncryption => new S3Error(
            S3ErrorCode.ServerSideEncryptionConfigurationNotFoundError, "The server side encryption configuration was not found."),
        S3Operation.GetObjectLockConfiguration => new S3Error(
            S3ErrorCode.ObjectLockConfigurationNotFoundError, "Object Lock configuration does not exist for this bucket."),
        S3Operation.GetBucketReplication => new S3Error(
            S3ErrorCode.ReplicationConfigurationNotFoundError, "The replication configuration was not found."),
        S3Operation.GetPublicAccessBlock => new S3Error(
            S3ErrorCode.NoSuchPublicAccessBlockConfiguration, "The public access block configuration was not found."),
        _ => throw new UnreachableException($"{operation} returns no setting."),
    };

    private static XmlAnswer Empty(string root) => new(root, static _ => { });
}
