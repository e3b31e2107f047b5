using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.S3.Buckets;

/// <summary>The answers to questions about settings that cannot be changed, for the owner of the bucket. Clients ask for some of them
/// routinely.</summary>
internal static class BucketSettings
{
    public static S3Answer Acceleration(AccountId owner) => Empty("AccelerateConfiguration");

    public static S3Answer Acl(AccountId owner) => new XmlAnswer("AccessControlPolicy", xml => xml.WriteAccessControlList(owner));

    public static S3Answer Cors(AccountId owner) => new S3Error(
        S3ErrorCode.NoSuchCORSConfiguration, "The CORS configuration does not exist.");

    public static S3Answer Encryption(AccountId owner) => new S3Error(
        S3ErrorCode.ServerSideEncryptionConfigurationNotFoundError, "The server side encryption configuration was not found.");

    public static S3Answer Lifecycle(AccountId owner) => new S3Error(
        S3ErrorCode.NoSuchLifecycleConfiguration, "The lifecycle configuration does not exist.");

    public static S3Answer Logging(AccountId owner) => Empty("BucketLoggingStatus");

    public static S3Answer Notification(AccountId owner) => Empty("NotificationConfiguration");

    public static S3Answer ObjectLock(AccountId owner) => new S3Error(
        S3ErrorCode.ObjectLockConfigurationNotFoundError, "Object Lock configuration does not exist for this bucket.");

    /// <summary>Objects belong to the owner of the bucket, whatever a request says of access control lists.</summary>
    public static S3Answer Ownership(AccountId owner) => new XmlAnswer("OwnershipControls", static xml =>
    {
        xml.WriteStartElement("Rule");
        xml.WriteElementString("ObjectOwnership", "BucketOwnerEnforced");
        xml.WriteEndElement();
    });

    public static S3Answer Policy(AccountId owner) => new S3Error(S3ErrorCode.NoSuchBucketPolicy, "The bucket policy does not exist.");

    public static S3Answer PublicAccessBlock(AccountId owner) => new S3Error(
        S3ErrorCode.NoSuchPublicAccessBlockConfiguration, "The public access block configuration was not found.");

    public static S3Answer Replication(AccountId owner) => new S3Error(
        S3ErrorCode.ReplicationConfigurationNotFoundError, "The replication configuration was not found.");

    public static S3Answer RequestPayment(AccountId owner) =>
        new XmlAnswer("RequestPaymentConfiguration", static xml => xml.WriteElementString("Payer", "BucketOwner"));

    public static S3Answer Tagging(AccountId owner) => new S3Error(S3ErrorCode.NoSuchTagSet, "The TagSet does not exist.");

    public static S3Answer Versioning(AccountId owner) => Empty("VersioningConfiguration");

    public static S3Answer Website(AccountId owner) => new S3Error(
        S3ErrorCode.NoSuchWebsiteConfiguration, "The specified bucket does not have a website configuration.");

    private static XmlAnswer Empty(string root) => new(root, static _ => { });
}
