using Microsoft.AspNetCore.Http;
using OrleansUploads.Gateway.Http.Exchanges;
using OrleansUploads.Gateway.S3;

namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3RouterTests
{
    /// <summary>Every operation of S3 with its address, and the header that tells it apart, if there is one.</summary>
    private const string KnownOperations = """
        AbortMultipartUpload DELETE /b/k?uploadId=u
        CompleteMultipartUpload POST /b/k?uploadId=u
        CopyObject PUT /b/k x-amz-copy-source
        CreateBucket PUT /b
        CreateMultipartUpload POST /b/k?uploads
        DeleteBucket DELETE /b
        DeleteBucketAnalyticsConfiguration DELETE /b?analytics
        DeleteBucketCors DELETE /b?cors
        DeleteBucketEncryption DELETE /b?encryption
        DeleteBucketIntelligentTieringConfiguration DELETE /b?intelligent-tiering
        DeleteBucketInventoryConfiguration DELETE /b?inventory
        DeleteBucketLifecycle DELETE /b?lifecycle
        DeleteBucketMetricsConfiguration DELETE /b?metrics
        DeleteBucketOwnershipControls DELETE /b?ownershipControls
        DeleteBucketPolicy DELETE /b?policy
        DeleteBucketReplication DELETE /b?replication
        DeleteBucketTagging DELETE /b?tagging
        DeleteBucketWebsite DELETE /b?website
        DeleteObject DELETE /b/k
        DeleteObjectTagging DELETE /b/k?tagging
        DeleteObjects POST /b?delete
        DeletePublicAccessBlock DELETE /b?publicAccessBlock
        GetBucketAccelerateConfiguration GET /b?accelerate
        GetBucketAcl GET /b?acl
        GetBucketAnalyticsConfiguration GET /b?analytics
        GetBucketCors GET /b?cors
        GetBucketEncryption GET /b?encryption
        GetBucketIntelligentTieringConfiguration GET /b?intelligent-tiering
        GetBucketInventoryConfiguration GET /b?inventory
        GetBucketLifecycleConfiguration GET /b?lifecycle
        GetBucketLocation GET /b?location
        GetBucketLogging GET /b?logging
        GetBucketMetricsConfiguration GET /b?metrics
        GetBucketNotificationConfiguration GET /b?notification
        GetBucketOwnershipControls GET /b?ownershipControls
        GetBucketPolicy GET /b?policy
        GetBucketPolicyStatus GET /b?policyStatus
        GetBucketReplication GET /b?replication
        GetBucketRequestPayment GET /b?requestPayment
        GetBucketTagging GET /b?tagging
        GetBucketVersioning GET /b?versioning
        GetBucketWebsite GET /b?website
        GetObject GET /b/k
        GetObjectAcl GET /b/k?acl
        GetObjectAttributes GET /b/k?attributes
        GetObjectLegalHold GET /b/k?legal-hold
        GetObjectLockConfiguration GET /b?object-lock
        GetObjectRetention GET /b/k?retention
        GetObjectTagging GET /b/k?tagging
        GetObjectTorrent GET /b/k?torrent
        GetPublicAccessBlock GET /b?publicAccessBlock
        HeadBucket HEAD /b
        HeadObject HEAD /b/k
        ListBucketAnalyticsConfigurations GET /b?analytics
        ListBucketIntelligentTieringConfigurations GET /b?intelligent-tiering
        ListBucketInventoryConfigurations GET /b?inventory
        ListBucketMetricsConfigurations GET /b?metrics
        ListBuckets GET /
        ListMultipartUploads GET /b?uploads
        ListObjectVersions GET /b?versions
        ListObjects GET /b
        ListObjectsV2 GET /b?list-type=2
        ListParts GET /b/k?uploadId=u
        PutBucketAccelerateConfiguration PUT /b?accelerate
        PutBucketAcl PUT /b?acl
        PutBucketAnalyticsConfiguration PUT /b?analytics
        PutBucketCors PUT /b?cors
        PutBucketEncryption PUT /b?encryption
        PutBucketIntelligentTieringConfiguration PUT /b?intelligent-tiering
        PutBucketInventoryConfiguration PUT /b?inventory
        PutBucketLifecycle PUT /b?lifecycle
        PutBucketLifecycleConfiguration PUT /b?lifecycle
        PutBucketLogging PUT /b?logging
        PutBucketMetricsConfiguration PUT /b?metrics
        PutBucketNotification PUT /b?notification
        PutBucketNotificationConfiguration PUT /b?notification
        PutBucketOwnershipControls PUT /b?ownershipControls
        PutBucketPolicy PUT /b?policy
        PutBucketReplication PUT /b?replication
        PutBucketRequestPayment PUT /b?requestPayment
        PutBucketTagging PUT /b?tagging
        PutBucketVersioning PUT /b?versioning
        PutBucketWebsite PUT /b?website
        PutObject PUT /b/k
        PutObjectAcl PUT /b/k?acl
        PutObjectLegalHold PUT /b/k?legal-hold
        PutObjectLockConfiguration PUT /b?object-lock
        PutObjectRetention PUT /b/k?retention
        PutObjectTagging PUT /b/k?tagging
        PutPublicAccessBlock PUT /b?publicAccessBlock
        RestoreObject POST /b/k?restore
        SelectObjectContent POST /b/k?select&select-type=2
        UploadPart PUT /b/k?partNumber=1&uploadId=u
        UploadPartCopy PUT /b/k?partNumber=1&uploadId=u x-amz-copy-source
        """;

    public static TheoryData<string, string, string, string?> Operations
    {
        get
        {
            var data = new TheoryData<string, string, string, string?>();
            foreach (var line in KnownOperations.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var fields = line.Split(' ');
                data.Add(fields[0], fields[1], fields[2], fields.ElementAtOrDefault(3));
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Each_operation_of_S3_is_itself_or_not_implemented(string name, string method, string target, string? header)
    {
        var operation = S3Operation.All.SingleOrDefault(row => row.Name == name);
        foreach (var ending in (string[])["", "=", "=1", "&x-id=" + name, "&prefix=a"])
        {
            if (ending.StartsWith('=') && (!target.Contains('?', StringComparison.Ordinal) || target.Contains('=', StringComparison.Ordinal)))
            {
                continue;
            }

            var route = Route(method, target + (ending.StartsWith('&') && !target.Contains('?', StringComparison.Ordinal) ? "?" + ending : ending), header);
            if (operation is not null)
            {
                Assert.Equal(new S3Route.To(operation), route);
            }
            else
            {
                Assert.IsType<S3Route.Missing>(route);
            }
        }
    }

    [Fact]
    public void Each_of_our_operations_has_an_address()
    {
        var known = Operations.Select(row => row.Data.Item1).ToHashSet();
        Assert.Empty(S3Operation.All.Select(operation => operation.Name).Except(known));
    }

    [Theory]
    [InlineData("PUT", "/b", "x-amz-copy-source")]
    [InlineData("POST", "/b/k?uploads", "x-amz-copy-source")]
    [InlineData("PUT", "/b/k", "x-amz-copy-source-range")]
    [InlineData("PUT", "/b/k?partNumber=1&uploadId=u", "x-amz-copy-source-range")]
    [InlineData("PUT", "/b/k", "x-amz-write-offset-bytes")]
    [InlineData("PUT", "/b/k", "x-amz-rename-source")]
    public void A_header_that_selects_another_operation_is_never_ignored(string method, string target, string header) =>
        Assert.Equal(new S3Route.Missing(header), Route(method, target, header));

    [Theory]
    [InlineData("PUT", "/b/k?tagging", "x-amz-copy-source")]
    [InlineData("PUT", "/b/k?acl=")]
    [InlineData("PUT", "/b/k?renameObject")]
    [InlineData("PUT", "/b/k?encryption")]
    [InlineData("PUT", "/b?versioning")]
    [InlineData("DELETE", "/b?policy")]
    [InlineData("DELETE", "/b/k?versionId=1")]
    [InlineData("GET", "/b/k?versionId=1")]
    [InlineData("PUT", "/b/k?versionId=null")]
    [InlineData("POST", "/b/k?uploads&versionId=null")]
    [InlineData("PUT", "/b/k?tagging&versionId=1")]
    [InlineData("POST", "/b/k?restore&versionId=1")]
    [InlineData("PUT", "/b/k?acl", "x-amz-copy-source")]
    [InlineData("HEAD", "/b?acl")]
    [InlineData("POST", "/b")]
    [InlineData("GET", "/b?session")]
    [InlineData("POST", "/b?metadataTable")]
    public void An_operation_that_only_Amazon_has_is_not_implemented(string method, string target, string? header = null) =>
        Assert.IsType<S3Route.Missing>(Route(method, target, header));

    [Theory]
    [InlineData("GET", "", "GetObject")]
    [InlineData("HEAD", "", "HeadObject")]
    [InlineData("DELETE", "", "DeleteObject")]
    [InlineData("GET", "acl", "GetObjectAcl")]
    [InlineData("GET", "attributes", "GetObjectAttributes")]
    [InlineData("GET", "tagging", "GetObjectTagging")]
    [InlineData("PUT", "tagging", "PutObjectTagging")]
    [InlineData("DELETE", "tagging", "DeleteObjectTagging")]
    [InlineData("POST", "restore", "RestoreObject")]
    public void The_version_null_is_the_object_in_every_operation_on_a_version(string method, string query, string operation) =>
        Assert.Equal(operation, Assert.IsType<S3Route.To>(Route(method, $"/b/k?{query}&versionId=null")).Operation.Name);

    [Theory]
    [InlineData("PUT", "/b/k?partNumber=1")]
    [InlineData("PUT", "/b/k?uploadId=u")]
    [InlineData("GET", "/b?list-type=3")]
    [InlineData("GET", "/b?acl&policy")]
    [InlineData("POST", "/b/k?uploads&uploadId=u")]
    [InlineData("GET", "/b/k?versionId=")]
    public void A_contradictory_query_is_invalid(string method, string target) =>
        Assert.IsType<S3Route.Invalid>(Route(method, target));

    [Theory]
    [InlineData("POST", "/b/k")]
    [InlineData("PUT", "/")]
    [InlineData("DELETE", "/")]
    [InlineData("PATCH", "/b/k")]
    [InlineData("get", "/b/k")]
    public void Other_methods_are_not_allowed(string method, string target) =>
        Assert.IsType<S3Route.WrongMethod>(Route(method, target));

    [Theory]
    [InlineData("x-amz-server-side-encryption", "aws:kms", true)]
    [InlineData("x-amz-server-side-encryption", "AES256", true)]
    [InlineData("X-Amz-Server-Side-Encryption-Customer-Key", "k", true)]
    [InlineData("x-amz-object-lock-mode", "COMPLIANCE", true)]
    [InlineData("x-amz-object-lock-legal-hold", "ON", true)]
    [InlineData("x-amz-bucket-object-lock-enabled", "true", true)]
    [InlineData("x-amz-bucket-object-lock-enabled", "false", false)]
    [InlineData("x-amz-acl", "public-read", true)]
    [InlineData("x-amz-acl", "private", false)]
    [InlineData("x-amz-grant-read", "id=1", true)]
    [InlineData("x-amz-object-ownership", "ObjectWriter", true)]
    [InlineData("x-amz-bucket-namespace", "account-regional", true)]
    [InlineData("x-amz-bucket-namespace", "global", false)]
    [InlineData("x-amz-meta-object-lock-mode", "COMPLIANCE", false)]
    [InlineData("x-amz-storage-class", "GLACIER", false)]
    public void Headers_that_ask_for_protection_are_found_also_in_presigned_URLs(string name, string value, bool isFound)
    {
        var expected = isFound ? name.ToLowerInvariant() : null;
        Assert.Equal(
            expected, ProtectionHeaders.FindUnsupported(new HeaderDictionary { [name] = value }, QueryParameters.Parse("")));
        Assert.Equal(
            expected,
            ProtectionHeaders.FindUnsupported(
                new HeaderDictionary(), QueryParameters.Parse($"a=1&{name}={Uri.EscapeDataString(value)}")));
    }

    private static S3Route Route(string method, string target, string? header = null)
    {
        var parsed = RequestTarget.Parse(target);
        var address = S3Address.Parse(parsed.Path, "localhost", null)!;
        var headers = new HeaderDictionary();
        if (header is not null)
        {
            headers[header] = "b/k";
        }

        return S3Router.Recognize(method, address.Level, parsed.Query, headers);
    }
}
