using OrleansUploads.Gateway.Http.Exchanges;
using static OrleansUploads.Gateway.S3.Protocol.S3Operation;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>Recognizes operations by method, level and query. What S3 knows and this server does not is never taken for another
/// operation.</summary>
internal static class S3Router
{
    /// <summary>What a POST to a bucket asks for.</summary>
    public const string Form = "POST of a form";

    /// <summary>Every query parameter that selects an operation of S3. Others are ignored.</summary>
    private static readonly HashSet<string> SubResources = new(StringComparer.Ordinal)
    {
        "abac", "accelerate", "acl", "analytics", "annotation", "append", "attributes", "cors", "delete", "encryption",
        "intelligent-tiering", "inventory", "legal-hold", "lifecycle", "location", "logging", "metadataAnnotationTable",
        "metadataConfiguration", "metadataInventoryTable", "metadataJournalTable", "metadataTable", "metrics", "notification",
        "object-lock", "ownershipControls", "policy", "policyStatus", "publicAccessBlock", "renameObject", "replication",
        "requestPayment", "restore", "retention", "select", "session", "tagging", "torrent", "uploadId", "uploads", "versioning",
        "versions", "website",
    };

    /// <summary>Headers that make a request another operation of S3, or change what it does in a way that this server does not
    /// have.</summary>
    private static readonly string[] OperationHeaders =
        ["x-amz-rename-source", "x-amz-write-offset-bytes", S3Headers.CopySource, S3Headers.CopySourceRange];

    /// <summary>Recognizes the operation of a request.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="level">What the request addresses.</param>
    /// <param name="query">The query's parameters.</param>
    /// <param name="headers">The request's headers.</param>
    public static S3Route Recognize(string method, S3Level level, QueryParameters query, IHeaderDictionary headers)
    {
        if (method is "PUT" or "POST")
        {
            foreach (var header in OperationHeaders)
            {
                if (headers.ContainsKey(header) && !IsOfCopy(method, level, query, headers, header))
                {
                    return new S3Route.Missing(header);
                }
            }
        }

        string? selected = null;
        foreach (var name in query.Names)
        {
            if (!SubResources.Contains(name) || name == selected)
            {
                continue;
            }

            if (selected is not null)
            {
                return new S3Route.Invalid(name, query.FirstValue(name) ?? "", $"It cannot be combined with '{selected}'.");
            }

            selected = name;
        }

        return level switch
        {
            S3Level.Service => OfService(method, selected),
            S3Level.Bucket => OfBucket(method, selected, query),
            _ => OfObject(method, selected, query, headers.ContainsKey(S3Headers.CopySource)),
        };
    }

    /// <summary>Whether a header belongs to CopyObject or UploadPartCopy. Only the latter copies a range.</summary>
    private static bool IsOfCopy(
        string method, S3Level level, QueryParameters query, IHeaderDictionary headers, string header) =>
        method == "PUT"
        && level == S3Level.Object
        && (header == S3Headers.CopySource
            || (header == S3Headers.CopySourceRange
                && headers.ContainsKey(S3Headers.CopySource)
                && query.FirstValue("partNumber") is not null));

    private static S3Route OfService(string method, string? selected) => (method, selected) switch
    {
        ("GET", null) => new S3Route.To(ListBuckets),
        (_, not null) => new S3Route.Missing(selected),
        _ => new S3Route.WrongMethod(),
    };

    private static S3Route OfBucket(string method, string? selected, QueryParameters query) => (method, selected) switch
    {
        ("GET", null) => query.FirstValue("list-type") switch
        {
            null or "1" => new S3Route.To(ListObjects),
            "2" => new S3Route.To(ListObjectsV2),
            var other => new S3Route.Invalid("list-type", other, "It must be 2."),
        },
        ("GET", "accelerate") => new S3Route.To(GetBucketAccelerateConfiguration),
        ("GET", "acl") => new S3Route.To(GetBucketAcl),
        ("GET", "cors") => new S3Route.To(GetBucketCors),
        ("GET", "encryption") => new S3Route.To(GetBucketEncryption),
        ("GET", "lifecycle") => new S3Route.To(GetBucketLifecycleConfiguration),
        ("GET", "location") => new S3Route.To(GetBucketLocation),
        ("GET", "logging") => new S3Route.To(GetBucketLogging),
        ("GET", "notification") => new S3Route.To(GetBucketNotificationConfiguration),
        ("GET", "object-lock") => new S3Route.To(GetObjectLockConfiguration),
        ("GET", "policy") => new S3Route.To(GetBucketPolicy),
        ("GET", "publicAccessBlock") => new S3Route.To(GetPublicAccessBlock),
        ("GET", "replication") => new S3Route.To(GetBucketReplication),
        ("GET", "requestPayment") => new S3Route.To(GetBucketRequestPayment),
        ("GET", "tagging") => new S3Route.To(GetBucketTagging),
        ("GET", "uploads") => new S3Route.To(ListMultipartUploads),
        ("GET", "versioning") => new S3Route.To(GetBucketVersioning),
        ("GET", "versions") => new S3Route.To(ListObjectVersions),
        ("GET", "website") => new S3Route.To(GetBucketWebsite),
        ("HEAD", null) => new S3Route.To(HeadBucket),
        ("PUT", null) => new S3Route.To(CreateBucket),
        ("DELETE", null) => new S3Route.To(DeleteBucket),
        ("POST", "delete") => new S3Route.To(DeleteObjects),
        ("POST", null) => new S3Route.Missing(Form),
        (_, not null) => new S3Route.Missing(selected),
        _ => new S3Route.WrongMethod(),
    };

    private static S3Route OfObject(string method, string? selected, QueryParameters query, bool hasSource)
    {
        if (query.FirstValue("versionId") is { } version && (version != ObjectVersion.Only || method is not ("GET" or "HEAD" or "DELETE")))
        {
            return new S3Route.Missing("versionId");
        }

        var hasPartNumber = query.FirstValue("partNumber") is not null;
        return (method, selected) switch
        {
            ("GET", null) => new S3Route.To(GetObject),
            ("GET", "acl") => new S3Route.To(GetObjectAcl),
            ("GET", "attributes") => new S3Route.To(GetObjectAttributes),
            ("GET", "tagging") => new S3Route.To(GetObjectTagging),
            ("PUT", "tagging") when !hasSource => new S3Route.To(PutObjectTagging),
            ("DELETE", "tagging") => new S3Route.To(DeleteObjectTagging),
            ("GET", "uploadId") when !hasPartNumber => new S3Route.To(ListParts),
            ("HEAD", null) => new S3Route.To(HeadObject),
            ("PUT", null) when !hasPartNumber => new S3Route.To(hasSource ? CopyObject : PutObject),
            ("PUT", null) => new S3Route.Invalid("uploadId", "", "A part number needs an upload ID."),
            ("PUT", "uploadId") when hasPartNumber => new S3Route.To(hasSource ? UploadPartCopy : UploadPart),
            ("PUT", "uploadId") => new S3Route.Invalid("partNumber", "", "An upload ID needs a part number."),
            ("POST", "restore") => new S3Route.To(RestoreObject),
            ("POST", "uploads") => new S3Route.To(CreateMultipartUpload),
            ("POST", "uploadId") => new S3Route.To(CompleteMultipartUpload),
            ("DELETE", null) => new S3Route.To(DeleteObject),
            ("DELETE", "uploadId") => new S3Route.To(AbortMultipartUpload),
            (_, not null) => new S3Route.Missing(selected),
            _ => new S3Route.WrongMethod(),
        };
    }
}
