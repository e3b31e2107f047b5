using System.Runtime.CompilerServices;
using OrleansUploads.Core.Policies;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.S3.Buckets;
using OrleansUploads.Gateway.S3.Protocol;
using static OrleansUploads.Core.Policies.KeyAccessKind;
using static OrleansUploads.Gateway.S3.Protocol.S3Level;

namespace OrleansUploads.Gateway.S3;

/// <summary>An operation of S3 that this server has: how a request asks for it, what it needs, and what executes it. One row for each;
/// the router, the scopes of keys, the checks and the metrics all follow from the rows. The names are S3's own.</summary>
internal sealed class S3Operation
{
    private static readonly List<S3Operation> Rows = [];

    private S3Operation(string name, string method, S3Level level, string? query, KeyAccessKind access, S3Handler run)
    {
        (Name, Method, Level, Query, Access, Run) = (name, method, level, query, access, run);
        Rows.Add(this);
    }

    public static S3Operation ListBuckets { get; } = Of("GET", Service, null, Look, static (s, call) => s.Buckets.ListAsync(call));

    public static S3Operation CreateBucket { get; } =
        Of("PUT", Bucket, null, Change, static (s, call) => s.Buckets.CreateAsync(call), SpaceUse.Grows, S3Body.Document);

    public static S3Operation HeadBucket { get; } = Of("HEAD", Bucket, null, Look, static (s, call) => s.Buckets.HeadAsync(call));

    public static S3Operation DeleteBucket { get; } =
        Of("DELETE", Bucket, null, Change, static (s, call) => s.Buckets.DeleteAsync(call), SpaceUse.Frees);

    public static S3Operation GetBucketLocation { get; } =
        Of("GET", Bucket, "location", Look, static (s, call) => s.Buckets.GetLocationAsync(call));

    public static S3Operation GetBucketAccelerateConfiguration { get; } = Setting("accelerate", BucketSettings.Acceleration);

    public static S3Operation GetBucketAcl { get; } = Setting("acl", BucketSettings.Acl);

    public static S3Operation GetBucketCors { get; } = Setting("cors", BucketSettings.Cors);

    public static S3Operation GetBucketEncryption { get; } = Setting("encryption", BucketSettings.Encryption);

    public static S3Operation GetBucketLifecycleConfiguration { get; } = Setting("lifecycle", BucketSettings.Lifecycle);

    public static S3Operation GetBucketLogging { get; } = Setting("logging", BucketSettings.Logging);

    public static S3Operation GetBucketNotificationConfiguration { get; } = Setting("notification", BucketSettings.Notification);

    public static S3Operation GetBucketOwnershipControls { get; } = Setting("ownershipControls", BucketSettings.Ownership);

    public static S3Operation GetBucketPolicy { get; } = Setting("policy", BucketSettings.Policy);

    public static S3Operation GetBucketReplication { get; } = Setting("replication", BucketSettings.Replication);

    public static S3Operation GetBucketRequestPayment { get; } = Setting("requestPayment", BucketSettings.RequestPayment);

    public static S3Operation GetBucketTagging { get; } = Setting("tagging", BucketSettings.Tagging);

    public static S3Operation GetBucketVersioning { get; } = Setting("versioning", BucketSettings.Versioning);

    public static S3Operation GetBucketWebsite { get; } = Setting("website", BucketSettings.Website);

    public static S3Operation GetObjectLockConfiguration { get; } = Setting("object-lock", BucketSettings.ObjectLock);

    public static S3Operation GetPublicAccessBlock { get; } = Setting("publicAccessBlock", BucketSettings.PublicAccessBlock);

    public static S3Operation ListObjects { get; } = Of("GET", Bucket, null, Look, static (s, call) => s.Lists.ListAsync(call));

    public static S3Operation ListObjectsV2 { get; } =
        Of("GET", Bucket, S3Router.ListVersion2, Look, static (s, call) => s.Lists.ListV2Async(call));

    public static S3Operation ListObjectVersions { get; } =
        Of("GET", Bucket, "versions", Look, static (s, call) => s.Lists.ListVersionsAsync(call));

    public static S3Operation DeleteObjects { get; } =
        Of("POST", Bucket, "delete", Change, static (s, call) => s.Deletion.DeleteManyAsync(call), SpaceUse.Frees, S3Body.LongDocument);

    public static S3Operation PutObject { get; } =
        Of("PUT", S3Level.Object, null, Change, static (s, call) => s.ReceiveAsync(call, s.Uploads.PutAsync), SpaceUse.Grows, S3Body.Bytes, mayReplace: true);

    public static S3Operation CopyObject { get; } =
        Of("PUT", S3Level.Object, null, Change, static (s, call) => s.ReceiveAsync(call, s.Copies.CopyAsync), SpaceUse.Grows, mayReplace: true, copies: true);

    public static S3Operation GetObject { get; } =
        Of("GET", S3Level.Object, null, Read, static (s, call) => s.SendAsync(call, s.Reads.ReadAsync));

    public static S3Operation HeadObject { get; } = Of("HEAD", S3Level.Object, null, Look, static (s, call) => s.Reads.ReadAsync(call));

    public static S3Operation GetObjectAcl { get; } = Of("GET", S3Level.Object, "acl", Look, static (s, call) => s.Acls.GetAsync(call));

    public static S3Operation GetObjectAttributes { get; } =
        Of("GET", S3Level.Object, "attributes", Look, static (s, call) => s.Attributes.GetAsync(call));

    public static S3Operation GetObjectTagging { get; } =
        Of("GET", S3Level.Object, "tagging", Look, static (s, call) => s.Tagging.GetAsync(call));

    public static S3Operation PutObjectTagging { get; } =
        Of("PUT", S3Level.Object, "tagging", Change, static (s, call) => s.Tagging.PutAsync(call), SpaceUse.Grows, S3Body.Document);

    public static S3Operation DeleteObjectTagging { get; } =
        Of("DELETE", S3Level.Object, "tagging", Change, static (s, call) => s.Tagging.DeleteAsync(call), SpaceUse.Grows);

    public static S3Operation RestoreObject { get; } =
        Of("POST", S3Level.Object, "restore", Read, static (s, call) => s.Restores.RestoreAsync(call), SpaceUse.Retrieves, S3Body.Document);

    public static S3Operation DeleteObject { get; } =
        Of("DELETE", S3Level.Object, null, Change, static (s, call) => s.Deletion.DeleteAsync(call), SpaceUse.Frees);

    public static S3Operation CreateMultipartUpload { get; } =
        Of("POST", S3Level.Object, "uploads", Add, static (s, call) => s.Multipart.CreateAsync(call), SpaceUse.Grows);

    public static S3Operation UploadPart { get; } =
        Of("PUT", S3Level.Object, S3Router.PartOfUpload, Add, static (s, call) => s.ReceiveAsync(call, s.Multipart.UploadPartAsync), SpaceUse.Grows, S3Body.Bytes);

    public static S3Operation UploadPartCopy { get; } =
        Of("PUT", S3Level.Object, S3Router.PartOfUpload, Add, static (s, call) => s.ReceiveAsync(call, s.Copies.CopyPartAsync), SpaceUse.Grows, copies: true);

    public static S3Operation ListParts { get; } =
        Of("GET", S3Level.Object, "uploadId", Look, static (s, call) => s.MultipartLists.ListPartsAsync(call));

    public static S3Operation ListMultipartUploads { get; } =
        Of("GET", Bucket, "uploads", Look, static (s, call) => s.MultipartLists.ListUploadsAsync(call));

    public static S3Operation CompleteMultipartUpload { get; } =
        Of("POST", S3Level.Object, "uploadId", Change, static (s, call) => s.Multipart.CompleteAsync(call), SpaceUse.Grows, S3Body.LongDocument, mayReplace: true);

    public static S3Operation AbortMultipartUpload { get; } =
        Of("DELETE", S3Level.Object, "uploadId", Change, static (s, call) => s.Multipart.AbortAsync(call), SpaceUse.Frees);

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
    public S3Handler Run { get; }

    /// <summary>How it uses the disk of the data folder.</summary>
    public SpaceUse Space { get; private init; }

    /// <summary>What its body is.</summary>
    public S3Body Body { get; private init; }

    /// <summary>Whether it may replace an object. It does not if the request forbids that, and then it only adds one.</summary>
    public bool MayReplace { get; private init; }

    /// <summary>Whether its bytes are those of another object, which a header names.</summary>
    public bool Copies { get; private init; }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static S3Operation Of(
        string method,
        S3Level level,
        string? query,
        KeyAccessKind access,
        S3Handler run,
        SpaceUse space = SpaceUse.None,
        S3Body body = S3Body.None,
        bool mayReplace = false,
        bool copies = false,
        [CallerMemberName] string name = "") =>
        new(name, method, level, query, access, run) { Space = space, Body = body, MayReplace = mayReplace, Copies = copies };

    /// <summary>A question about a setting of a bucket that cannot be changed.</summary>
    private static S3Operation Setting(string query, Func<AccountId, S3Answer> answer, [CallerMemberName] string name = "") =>
        Of("GET", Bucket, query, Look, (s, call) => s.Buckets.GetSettingAsync(call, answer), name: name);
}

/// <summary>Executes an operation.</summary>
internal delegate ValueTask<S3Answer> S3Handler(S3Operations operations, S3Call call);

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
