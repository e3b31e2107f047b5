using System.Xml;
using OrleansUploads.Core.Policies;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Admission;
using static OrleansUploads.Core.Policies.KeyAccessKind;
using static OrleansUploads.Gateway.S3.S3Level;

namespace OrleansUploads.Gateway.S3;

/// <summary>An operation of S3 that this server has: how a request asks for it, what it needs, and what executes it. One row for each;
/// the router, the scopes of keys, the checks and the metrics all follow from the rows.</summary>
/// <param name="Name">S3's own name, if S3 has it.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Level">What the request addresses.</param>
/// <param name="Query">What selects it in the query, or null for nothing.</param>
/// <param name="Access">What it does, for keys with a scope.</param>
/// <param name="RunAsync">Executes it.</param>
internal sealed record S3Operation(
    string Name, string Method, S3Level Level, string? Query, KeyAccessKind Access, Func<S3Call, ValueTask<FrontAnswer>> RunAsync)
{
    public static readonly S3Operation HeadBucket = new("HeadBucket", "HEAD", Bucket, null, Look, BucketOperations.HeadAsync);

    public static readonly IReadOnlyList<S3Operation> All =
    [
        new("ListBuckets", "GET", Service, null, Look, BucketOperations.ListAsync),
        new("CreateBucket", "PUT", Bucket, null, Change, BucketOperations.CreateAsync)
        {
            Space = SpaceUse.Grows, Body = S3Body.Document,
        },
        HeadBucket,
        new("DeleteBucket", "DELETE", Bucket, null, Change, BucketOperations.DeleteAsync) { Space = SpaceUse.Frees },
        new("GetBucketLocation", "GET", Bucket, "location", Look, BucketOperations.GetLocationAsync),
        Setting("GetBucketAccelerateConfiguration", "accelerate", "AccelerateConfiguration"),
        Setting("GetBucketAcl", "acl", "AccessControlPolicy", static (xml, owner) => xml.WriteAccessControlList(owner)),
        Unset("GetBucketCors", "cors", S3ErrorCode.NoSuchCORSConfiguration, "The CORS configuration does not exist"),
        Unset(
            "GetBucketEncryption", "encryption", S3ErrorCode.ServerSideEncryptionConfigurationNotFoundError,
            "The server side encryption configuration was not found"),
        Unset(
            "GetBucketLifecycleConfiguration", "lifecycle", S3ErrorCode.NoSuchLifecycleConfiguration,
            "The lifecycle configuration does not exist"),
        Setting("GetBucketLogging", "logging", "BucketLoggingStatus"),
        Setting("GetBucketNotificationConfiguration", "notification", "NotificationConfiguration"),

        // Objects belong to the owner of the bucket; no access control list changes that.
        Setting("GetBucketOwnershipControls", "ownershipControls", "OwnershipControls", static (xml, _) =>
        {
            xml.WriteStartElement("Rule");
            xml.WriteElementString("ObjectOwnership", "BucketOwnerEnforced");
            xml.WriteEndElement();
        }),
        Unset("GetBucketPolicy", "policy", S3ErrorCode.NoSuchBucketPolicy, "The bucket policy does not exist"),
        Unset("GetBucketPolicyStatus", "policyStatus", S3ErrorCode.NoSuchBucketPolicy, "The bucket policy does not exist"),
        Unset(
            "GetBucketReplication", "replication", S3ErrorCode.ReplicationConfigurationNotFoundError,
            "The replication configuration was not found"),
        Setting(
            "GetBucketRequestPayment", "requestPayment", "RequestPaymentConfiguration",
            static (xml, _) => xml.WriteElementString("Payer", "BucketOwner")),
        Unset("GetBucketTagging", "tagging", S3ErrorCode.NoSuchTagSet, "The TagSet does not exist"),
        Setting("GetBucketVersioning", "versioning", "VersioningConfiguration"),
        Unset(
            "GetBucketWebsite", "website", S3ErrorCode.NoSuchWebsiteConfiguration,
            "The specified bucket does not have a website configuration"),
        Unset(
            "GetObjectLockConfiguration", "object-lock", S3ErrorCode.ObjectLockConfigurationNotFoundError,
            "Object Lock configuration does not exist for this bucket"),
        Unset(
            "GetPublicAccessBlock", "publicAccessBlock", S3ErrorCode.NoSuchPublicAccessBlockConfiguration,
            "The public access block configuration was not found"),

        new("ListObjects", "GET", Bucket, null, Look, ListOperations.ListAsync),
        new("ListObjectsV2", "GET", Bucket, S3Router.ListVersion2, Look, ListOperations.ListV2Async),
        new("ListObjectVersions", "GET", Bucket, "versions", Look, ListOperations.ListVersionsAsync),
        new("DeleteObjects", "POST", Bucket, "delete", Change, ObjectDeletion.DeleteManyAsync)
        {
            Space = SpaceUse.Frees, Body = S3Body.LongDocument,
        },

        new("PutObject", "PUT", S3Level.Object, null, Change, ObjectUploads.PutAsync)
        {
            Space = SpaceUse.Grows, Body = S3Body.Bytes, MayReplace = true, AllowsVersion2 = true,
        },
        new("CopyObject", "PUT", S3Level.Object, null, Change, ObjectCopies.CopyAsync)
        {
            Space = SpaceUse.Grows, MayReplace = true, Copies = true,
        },
        new("GetObject", "GET", S3Level.Object, null, Read, ObjectReads.ReadAsync) { Sends = true, AllowsVersion2 = true },
        new("HeadObject", "HEAD", S3Level.Object, null, Look, ObjectReads.ReadAsync) { AllowsVersion2 = true },
        new("GetObjectAcl", "GET", S3Level.Object, "acl", Look, ObjectProperties.GetAclAsync),
        new("GetObjectAttributes", "GET", S3Level.Object, "attributes", Look, ObjectProperties.GetAttributesAsync),
        new("GetObjectTagging", "GET", S3Level.Object, "tagging", Look, ObjectProperties.GetTaggingAsync),
        new("PutObjectTagging", "PUT", S3Level.Object, "tagging", Change, ObjectProperties.PutTaggingAsync)
        {
            Space = SpaceUse.Grows, Body = S3Body.Document,
        },
        new("DeleteObjectTagging", "DELETE", S3Level.Object, "tagging", Change, ObjectProperties.DeleteTaggingAsync)
        {
            Space = SpaceUse.Grows,
        },
        new("RestoreObject", "POST", S3Level.Object, "restore", Read, ObjectRestores.RestoreAsync)
        {
            Space = SpaceUse.Retrieves, Body = S3Body.Document,
        },
        new("DeleteObject", "DELETE", S3Level.Object, null, Change, ObjectDeletion.DeleteAsync) { Space = SpaceUse.Frees },

        new("CreateMultipartUpload", "POST", S3Level.Object, "uploads", Add, ObjectUploads.CreateAsync)
        {
            Space = SpaceUse.Grows, ExternalHeader = ExternalHeaders.Storage,
        },
        new("UploadPart", "PUT", S3Level.Object, S3Router.PartOfUpload, Add, ObjectUploads.UploadPartAsync)
        {
            Space = SpaceUse.Grows, Body = S3Body.Bytes, AllowsVersion2 = true, ExternalHeader = ExternalHeaders.Location,
        },
        new("GrantPartWrites", "POST", S3Level.Object, S3Router.GrantsOfUpload, Add, DirectObjectParts.GrantAsync)
        {
            Space = SpaceUse.Grows, Body = S3Body.Document,
        },
        new("ReportWrittenParts", "POST", S3Level.Object, S3Router.WrittenOfUpload, Report, DirectObjectParts.ReportAsync)
        {
            Space = SpaceUse.Grows, Body = S3Body.Document,
        },
        new("UploadPartCopy", "PUT", S3Level.Object, S3Router.PartOfUpload, Add, ObjectCopies.CopyPartAsync)
        {
            Space = SpaceUse.Grows, Copies = true,
        },
        new("ListParts", "GET", S3Level.Object, "uploadId", Look, MultipartLists.ListPartsAsync),
        new("ListMultipartUploads", "GET", Bucket, "uploads", Look, MultipartLists.ListUploadsAsync),
        new("CompleteMultipartUpload", "POST", S3Level.Object, "uploadId", Change, ObjectUploads.CompleteAsync)
        {
            Space = SpaceUse.Grows, Body = S3Body.LongDocument, MayReplace = true,
        },
        new("AbortMultipartUpload", "DELETE", S3Level.Object, "uploadId", Change, ObjectUploads.AbortAsync)
        {
            Space = SpaceUse.Frees,
        },
    ];

    /// <summary>How it uses the disk of the data folder.</summary>
    public SpaceUse Space { get; init; }

    public S3Body Body { get; init; }

    /// <summary>Whether it may replace an object. It does not if the request forbids that, and then it only adds one.</summary>
    public bool MayReplace { get; init; }

    /// <summary>Whether it copies its bytes from another object, which a header names.</summary>
    public bool Copies { get; init; }

    /// <summary>Whether it returns the bytes of an object.</summary>
    public bool Sends { get; init; }

    /// <summary>Whether a URL that is presigned with Signature Version 2 can ask for it. That signature covers neither the host nor every
    /// parameter, so only operations on the bytes of one object are allowed, whose parameters it covers.</summary>
    public bool AllowsVersion2 { get; init; }

    /// <summary>The header with which it is about bytes that the client stores elsewhere, or null if it has none.</summary>
    public string? ExternalHeader { get; init; }

    /// <summary>Whether a request for it is about such bytes.</summary>
    public bool IsExternal(IHeaderDictionary headers) => ExternalHeader is { } header && headers.ContainsKey(header);

    /// <summary>Which bytes it moves.</summary>
    public Transfer Transfer => Sends ? Transfer.Sends : Copies || Body == S3Body.Bytes ? Transfer.Receives : Transfer.None;

    public override string ToString() => Name;

    /// <summary>A question about a setting of a bucket that cannot be changed. Clients ask for some of them routinely.</summary>
    private static S3Operation Setting(string name, string query, string root, Action<XmlWriter, AccountId>? content = null) =>
        About(name, query, call => S3Xml.Answer(root, xml => content?.Invoke(xml, call.Account)));

    /// <summary>A question about a setting that no bucket has.</summary>
    private static S3Operation Unset(string name, string query, S3ErrorCode code, string message) =>
        About(name, query, call => new S3Error(code, message, ("BucketName", call.Address.Bucket ?? "")).ToAnswer(call.Exchange));

    private static S3Operation About(string name, string query, Func<S3Call, FrontAnswer> answer) =>
        new(name, "GET", Bucket, query, Look, async call =>
        {
            await call.RequireBucketAsync();
            return answer(call);
        });
}

/// <summary>What the body of a request is.</summary>
internal enum S3Body
{
    /// <summary>Nothing that the operation reads.</summary>
    None,

    /// <summary>A document, which the operation reads.</summary>
    Document,

    /// <summary>A document that may be a long list.</summary>
    LongDocument,

    /// <summary>The bytes of an object.</summary>
    Bytes,
}
