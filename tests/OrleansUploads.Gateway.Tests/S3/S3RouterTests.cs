using Microsoft.AspNetCore.Http;
using OrleansUploads.TestKit.Documents;

namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3RouterTests
{
    /// <summary>The operations of this server, each with its address and, if needed, the header that selects it.</summary>
    private const string KnownOperations = """
        AbortMultipartUpload DELETE /b/k?uploadId=u
        CompleteMultipartUpload POST /b/k?uploadId=u
        CopyObject PUT /b/k x-amz-copy-source
        CreateBucket PUT /b
        CreateMultipartUpload POST /b/k?uploads
        DeleteBucket DELETE /b
        DeleteObject DELETE /b/k
        DeleteObjectTagging DELETE /b/k?tagging
        DeleteObjects POST /b?delete
        GetBucketAccelerateConfiguration GET /b?accelerate
        GetBucketAcl GET /b?acl
        GetBucketCors GET /b?cors
        GetBucketEncryption GET /b?encryption
        GetBucketLifecycleConfiguration GET /b?lifecycle
        GetBucketLocation GET /b?location
        GetBucketLogging GET /b?logging
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
        GetObjectLockConfiguration GET /b?object-lock
        GetObjectTagging GET /b/k?tagging
        GetPublicAccessBlock GET /b?publicAccessBlock
        HeadBucket HEAD /b
        HeadObject HEAD /b/k
        GrantPartWrites POST /b/k?uploadId=u&grants
        ListBuckets GET /
        ListMultipartUploads GET /b?uploads
        ListObjectVersions GET /b?versions
        ListObjects GET /b
        ListObjectsV2 GET /b?list-type=2
        ListParts GET /b/k?uploadId=u
        PutObject PUT /b/k
        PutObjectTagging PUT /b/k?tagging
        ReportWrittenParts POST /b/k?uploadId=u&written
        RestoreObject POST /b/k?restore
        UploadPart PUT /b/k?partNumber=1&uploadId=u
        UploadPartCopy PUT /b/k?partNumber=1&uploadId=u x-amz-copy-source
        """;

    /// <summary>The query parameters that select S3 operations on buckets and objects, including operations that this server does not
    /// have.</summary>
    private const string SubResources =
        "accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory legal-hold lifecycle location logging "
        + "metadataTable metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock renameObject replication "
        + "requestPayment restore retention select session tagging torrent uploads versioning versions website";

    private static readonly HashSet<string> Clients = ["boto3", "awscli", "AWSSDK.S3", "JS", "rclone", "s3cmd", "restic", ""];

    private static readonly string[][] Known =
        [.. KnownOperations.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    [Fact]
    public void Each_operation_has_its_address()
    {
        Assert.Equal(S3Operation.All.Select(operation => operation.Name).Order(), Known.Select(row => row[0]).Order());
        foreach (var row in Known)
        {
            var operation = S3Operation.All.Single(operation => operation.Name == row[0]);
            Assert.All(Variants(row[2]), target => Assert.Equal(new S3Route.To(operation), Route(row[1], target, row.ElementAtOrDefault(3))));
        }
    }

    [Fact]
    public void Each_operation_has_a_correct_row_in_the_documentation()
    {
        var rows = Documentation.Rows("s3.md").Where(row => row.Length == 5 && row[0].StartsWith('`')).ToDictionary(row => row[0].Trim('`'));
        Assert.Equal(S3Operation.All.Select(operation => operation.Name).Order(), rows.Keys.Order());
        foreach (var (operation, row) in rows)
        {
            Assert.Equal("yes", row[1]);
            Assert.Subset(Clients, row[4].Split(", ").ToHashSet());
            foreach (var tests in row[3].Split(',', StringSplitOptions.TrimEntries))
            {
                var name = $"{typeof(S3RouterTests).Namespace}.{tests.Trim('`')}";
                Assert.True(
                    typeof(S3RouterTests).Assembly.GetType(name) is not null,
                    $"docs/s3.md names the test class {name}, which does not exist. Correct the row of {operation}.");
            }
        }
    }

    [Fact]
    public void Every_other_use_of_a_sub_resource_is_not_implemented()
    {
        var known = Known.Select(row => (row[1], row[2])).ToHashSet();
        var others =
            from path in (string[])["/b", "/b/k"]
            from subResource in SubResources.Split(' ')
            from method in (string[])["GET", "HEAD", "PUT", "POST", "DELETE"]
            where !known.Contains((method, $"{path}?{subResource}"))
            from target in Variants($"{path}?{subResource}")
            select (method, target);
        Assert.All(others, other => Assert.IsType<S3Route.Missing>(Route(other.method, other.target)));
    }

    /// <summary>A target and other ways to write it.</summary>
    private static IEnumerable<string> Variants(string target) =>
        !target.Contains('?', StringComparison.Ordinal) ? [target, target + "?x-id=a", target + "?prefix=a"]
        : target.Contains('=', StringComparison.Ordinal) ? [target, target + "&x-id=a", target + "&prefix=a"]
        : [target, target + "=", target + "=1", target + "&x-id=a", target + "&prefix=a"];

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
    [InlineData("DELETE", "/b/k?versionId=1")]
    [InlineData("GET", "/b/k?versionId=1")]
    [InlineData("PUT", "/b/k?versionId=null")]
    [InlineData("POST", "/b/k?uploads&versionId=null")]
    [InlineData("PUT", "/b/k?tagging&versionId=1")]
    [InlineData("POST", "/b/k?restore&versionId=1")]
    [InlineData("PUT", "/b/k?acl", "x-amz-copy-source")]
    [InlineData("POST", "/b")]
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
