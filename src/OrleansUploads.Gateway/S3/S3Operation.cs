using System.Runtime.CompilerServices;
using System.Xml;
using OrleansUploads.Core.Policies;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Gateway.S3.Buckets;
using OrleansUploads.Gateway.S3.Objects;
using OrleansUploads.Gateway.S3.Protocol;
using static OrleansUploads.Core.Policies.KeyAccessKind;
using static OrleansUploads.Gateway.S3.Protocol.S3Level;

namespace OrleansUploads.Gateway.S3;

/// <summary>An operation of S3 that this server has: how a request asks for it, what it needs, and what executes it. One row for each;
/// the router, the scopes of keys, the checks and the metrics all follow from the rows. The names are S3's own.</summary>
internal sealed class S3Operation
{
    private static readonly List<S3Operation> Rows = [];

    private S3Operation(string name, string method, S3Level level, string? query, KeyAccessKind access, Handler<S3Call> handler)
    {
        (Name, Method, Level, Query, Access, Handler) = (name, method, level, query, access, handler);
        Rows.Add(this);
    }

    public static S3Operation ListBuckets { get; } =
        Of<BucketOperations>("GET", Service, null, Look, static (s, call) => s.ListAsync(call));

    public static S3Operation CreateBucket { get; } =
        Of<BucketOperations>("PUT", Bucket, null, Change, static (s, call) => s.CreateAsync(call), SpaceUse.Grows, S3Body.Document);

    public static S3Operation HeadBucket { get; } = Of<BucketOperations>("HEAD", Bucket, null, Look, static (s, call) => s.HeadAsync(call));

    public static S3Operation DeleteBucket { get; } =
        Of<BucketOperations>("DELETE", Bucket, null, Change, static (s, call) => s.DeleteAsync(call), SpaceUse.Frees);

    public static S3Operation GetBucketLocation { get; } =
        Of<BucketOperations>("GET", Bucket, "location", Look, static (s, call) => s.GetLocationAsync(call));

    public static S3Operation GetBucketAccelerateConfiguration { get; } = Setting("accelerate", "AccelerateConfiguration");

    public static S3Operation GetBucketAcl { get; } =
        Setting("acl", "AccessControlPolicy", static (xml, owner) => xml.WriteAccessControlList(owner));

    public static S3Operation GetBucketCors { get; } =
        Unset("cors", S3ErrorCode.NoSuchCORSConfiguration, "The CORS configuration does not exist.");

    public static S3Operation GetBucketEncryption { get; } = Unset(
        "encryption", S3ErrorCode.ServerSideEncryptionConfigurationNotFoundError,
        "The server side encryption configuration was not found.");

    public static S3Operation GetBucketLifecycleConfiguration { get; } =
        Unset("lifecycle", S3ErrorCode.NoSuchLifecycleConfiguration, "The lifecycle configuration does not exist.");

    public static S3Operation GetBucketLogging { get; } = Setting("logging", "BucketLoggingStatus");

    public static S3Operation GetBucketNotificationConfiguration { get; } =
        Setting("notification", "NotificationConfiguration");

    /// <summary>Objects belong to the owner of the bucket, whatever a request says of access control lists.</summary>
    public static S3Operation GetBucketOwnershipControls { get; } = Setting("ownershipControls", "OwnershipControls", static (xml, _) =>
    {
        xml.WriteStartElement("Rule");
        xml.WriteElementString("ObjectOwnership", "BucketOwnerEnforced");
        xml.WriteEndElement();
    });

    public static S3Operation GetBucketPolicy { get; } =
        Unset("policy", S3ErrorCode.NoSuchBucketPolicy, "The bucket policy does not exist.");

    public static S3Operation GetBucketReplication { get; } =
        Unset("replication", S3ErrorCode.ReplicationConfigurationNotFoundError, "The replication configuration was not found.");

    public static S3Operation GetBucketRequestPayment { get; } =
        Setting("requestPayment", "RequestPaymentConfiguration", static (xml, _) => xml.WriteElementString("Payer", "BucketOwner"));

    public static S3Operation GetBucketTagging { get; } =
        Unset("tagging", S3ErrorCode.NoSuchTagSet, "The TagSet does not exist.");

    public static S3Operation GetBucketVersioning { get; } = Setting("versioning", "VersioningConfiguration");

    public static S3Operation GetBucketWebsite { get; } =
        Unset("website", S3ErrorCode.NoSuchWebsiteConfiguration, "The specified bucket does not have a website configuration.");

    public static S3Operation GetObjectLockConfiguration { get; } =
        Unset("object-lock", S3ErrorCode.ObjectLockConfigurationNotFoundError, "Object Lock configuration does not exist for this bucket.");

    public static S3Operation GetPublicAccessBlock { get; } =
        Unset("publicAccessBlock", S3ErrorCode.NoSuchPublicAccessBlockConfiguration,
            "The public access block configuration was not found.");

    public static S3Operation ListObjects { get; } = Of<ListOperations>("GET", Bucket, null, Look, static (s, call) => s.ListAsync(call));

    public static S3Operation ListObjectsV2 { get; } =
        Of<ListOperations>("GET", Bucket, S3Router.ListVersion2, Look, static (s, call) => s.ListV2Async(call));

    public static S3Operation ListObjectVersions { get; } =
        Of<ListOperations>("GET", Bucket, "versions", Look, static (s, call) => s.ListVersionsAsync(call));

    public static S3Operation DeleteObjects { get; } =
        Of<ObjectDeletion>("POST", Bucket, "delete", Change,
            static (s, call) => s.DeleteManyAsync(call), SpaceUse.Frees, S3Body.LongDocument);

    public static S3Operation PutObject { get; } =
        Of<ObjectUploads>("PUT", S3Level.Object, null, Change,
            static (s, call) => s.PutAsync(call), SpaceUse.Grows, S3Body.Bytes, mayReplace: true);

    public static S3Operation CopyObject { get; } =
        Of<ObjectCopies>("PUT", S3Level.Object, null, Change,
            static (s, call) => s.CopyAsync(call), SpaceUse.Grows, mayReplace: true, copies: true);

    public static S3Operation GetObject { get; } =
        Of<ObjectReads>("GET", S3Level.Object, null, Read, static (s, call) => s.ReadAsync(call), sends: true);

    public static S3Operation HeadObject { get; } =
        Of<ObjectReads>("HEAD", S3Level.Object, null, Look, static (s, call) => s.ReadAsync(call));

    public static S3Operation GetObjectAcl { get; } =
        Of<ObjectProperties>("GET", S3Level.Object, "acl", Look, static (s, call) => s.GetAclAsync(call));

    public static S3Operation GetObjectAttributes { get; } =
        Of<ObjectProperties>("GET", S3Level.Object, "attributes", Look, static (s, call) => s.GetAttributesAsync(call));

    public static S3Operation GetObjectTagging { get; } =
        Of<ObjectProperties>("GET", S3Level.Object, "tagging", Look, static (s, call) => s.GetTaggingAsync(call));

    public static S3Operation PutObjectTagging { get; } =
        Of<ObjectProperties>("PUT", S3Level.Object, "tagging", Change,
            static (s, call) => s.PutTaggingAsync(call), SpaceUse.Grows, S3Body.Document);

    public static S3Operation DeleteObjectTagging { get; } =
        Of<ObjectProperties>("DELETE", S3Level.Object, "tagging", Change, static (s, call) => s.DeleteTaggingAsync(call), SpaceUse.Grows);

    public static S3Operation RestoreObject { get; } =
        Of<ObjectRestores>("POST", S3Level.Object, "restore", Read,
            static (s, call) => s.RestoreAsync(call), SpaceUse.Retrieves, S3Body.Document);

    public static S3Operation DeleteObject { get; } =
        Of<ObjectDeletion>("DELETE", S3Level.Object, null, Change, static (s, call) => s.DeleteAsync(call), SpaceUse.Frees);

    public static S3Operation CreateMultipartUpload { get; } =
        Of<ObjectUploads>("POST", S3Level.Object, "uploads", Add, static (s, call) => s.CreateAsync(call), SpaceUse.Grows);

    public static S3Operation UploadPart { get; } =
        Of<ObjectUploads>("PUT", S3Level.Object, S3Router.PartOfUpload, Add,
            static (s, call) => s.UploadPartAsync(call), SpaceUse.Grows, S3Body.Bytes);

    public static S3Operation UploadPartCopy { get; } =
        Of<ObjectCopies>("PUT", S3Level.Object, S3Router.PartOfUpload, Add,
            static (s, call) => s.CopyPartAsync(call), SpaceUse.Grows, copies: true);

    public static S3Operation ListParts { get; } =
        Of<MultipartLists>("GET", S3Level.Object, "uploadId", Look, static (s, call) => s.ListPartsAsync(call));

    public static S3Operation ListMultipartUploads { get; } =
        Of<MultipartLists>("GET", Bucket, "uploads", Look, static (s, call) => s.ListUploadsAsync(call));

    public static S3Operation CompleteMultipartUpload { get; } =
        Of<ObjectUploads>("POST", S3Level.Object, "uploadId", Change,
            static (s, call) => s.CompleteAsync(call), SpaceUse.Grows, S3Body.LongDocument, mayReplace: true);

    public static S3Operation AbortMultipartUpload { get; } =
        Of<ObjectUploads>("DELETE", S3Level.Object, "uploadId", Change, static (s, call) => s.AbortAsync(call), SpaceUse.Frees);

    /// <summary>All operations.</summary>
    public static IReadOnlyList<S3Operation> All => Rows;

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The HTTP method.</summary>
    public string Method { get; }

    /// <summary>What the request addresses.</summary>
    public S3Level Level { get; }

    /// <summary>What selects it in the query, or null for nothing.</summary>
    public string? Query { get; }

    /// <summary>What it does, for keys with a scope.</summary>
    public KeyAccessKind Access { get; }

    /// <summary>Executes it.</summary>
    public Handler<S3Call> Handler { get; }

    /// <summary>How it uses the disk of the data folder.</summary>
    public SpaceUse Space { get; private init; }

    /// <summary>What its body is.</summary>
    public S3Body Body { get; private init; }

    /// <summary>Which bytes it moves.</summary>
    public Transfer Transfer { get; private init; }

    /// <summary>Whether it may replace an object. It does not if the request forbids that, and then it only adds one.</summary>
    public bool MayReplace { get; private init; }

    /// <summary>Whether its bytes are those of another object, which a header names.</summary>
    public bool Copies { get; private init; }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static S3Operation Of<TService>(
        string method,
        S3Level level,
        string? query,
        KeyAccessKind access,
        Func<TService, S3Call, ValueTask<FrontAnswer>> run,
        SpaceUse space = SpaceUse.None,
        S3Body body = S3Body.None,
        bool mayReplace = false,
        bool copies = false,
        bool sends = false,
        [CallerMemberName] string name = "")
        where TService : notnull =>
        new(name, method, level, query, access, Handler<S3Call>.Of(run))
        {
            Space = space,
            Body = body,
            MayReplace = mayReplace,
            Copies = copies,
            Transfer = sends ? Transfer.Sends : copies || body == S3Body.Bytes ? Transfer.Receives : Transfer.None,
        };

    /// <summary>A question about a setting of a bucket that cannot be changed. Clients ask for some of them routinely.</summary>
    private static S3Operation Setting(
        string query, string root, Action<XmlWriter, AccountId>? content = null, [CallerMemberName] string name = "") =>
        About(query, call => new XmlAnswer(root, xml => content?.Invoke(xml, call.Account)), name);

    /// <summary>A question about a setting that no bucket has.</summary>
    private static S3Operation Unset(string query, S3ErrorCode code, string message, [CallerMemberName] string name = "") =>
        About(query, _ => new ErrorAnswer(new S3Error(code, message)), name);

    private static S3Operation About(string query, Func<S3Call, FrontAnswer> answer, string name) =>
        Of<BucketFinder>("GET", Bucket, query, Look, async (buckets, call) =>
        {
            await buckets.RequireAsync(call);
            return answer(call);
        }, name: name);
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
