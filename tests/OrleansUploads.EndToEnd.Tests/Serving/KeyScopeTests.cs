using Amazon.S3;
using Amazon.S3.Model;

namespace OrleansUploads.EndToEnd.Tests.Serving;

/// <summary>Keys with a scope, in the vault API and in S3.</summary>
public sealed class KeyScopeTests
{
    [Fact]
    public async Task A_key_for_uploads_adds_archives_and_destroys_nothing()
    {
        await using var place = await Workplace.OpenAsync();
        using var owner = place.Server.Connect();
        var body = HashedBody.Of(Archives.Bytes(1000, seed: 1));
        var archive = (await owner.UploadArchiveAsync(Workplace.Vault, body)).ArchiveId;
        var upload = await owner.InitiateMultipartUploadAsync(Workplace.Vault, Archives.MiB);
        var (id, secret) = await AddKeyAsync(place, "--role", "upload");
        using var stolen = place.Server.Connect(accessKeyId: id, secret: secret);
        await Eventually.BecomesTrueAsync(() => stolen.IsKnownAsync(), "the added key is known");

        await stolen.UploadArchiveAsync(Workplace.Vault, body);
        await stolen.UploadInPartsAsync(Workplace.Vault, Archives.Bytes(2 * Archives.MiB, seed: 2));
        Assert.Single(await stolen.ListMultipartUploadsAsync(Workplace.Vault).ToListAsync());

        await AssertDeniedAsync(() => stolen.DeleteArchiveAsync(Workplace.Vault, archive));
        await AssertDeniedAsync(() => stolen.AbortMultipartUploadAsync(Workplace.Vault, upload));
        await AssertDeniedAsync(() => stolen.InitiateArchiveRetrievalAsync(Workplace.Vault, archive));
        await AssertDeniedAsync(() => stolen.CreateVaultAsync("other"));
        await AssertDeniedAsync(() => stolen.AddTagsAsync(Workplace.Vault, new Dictionary<string, string> { ["a"] = "b" }));
        await AssertDeniedAsync(() => stolen.SetAccessPolicyAsync(Workplace.Vault, "{}"));
        await AssertDeniedAsync(() => stolen.InitiateVaultLockAsync(Workplace.Vault, "{}"));
    }

    [Fact, Campaign]
    public async Task A_key_for_reading_changes_nothing_and_a_key_for_a_vault_reaches_no_other()
    {
        await using var place = await Workplace.OpenAsync();
        using var owner = place.Server.Connect();
        await owner.CreateVaultAsync("letters");
        var archive = (await owner.UploadArchiveAsync(Workplace.Vault, HashedBody.Of(Archives.Bytes(1000, seed: 1)))).ArchiveId;
        var (readId, readSecret) = await AddKeyAsync(place, "--role", "read");
        var (vaultId, vaultSecret) = await AddKeyAsync(place, "--vault", "letters");
        using var reader = place.Server.Connect(accessKeyId: readId, secret: readSecret);
        using var limited = place.Server.Connect(accessKeyId: vaultId, secret: vaultSecret);
        await Eventually.BecomesTrueAsync(() => reader.IsKnownAsync(), "the added key is known");

        Assert.Equal(1000, (await reader.RetrieveAsync(Workplace.Vault, archive)).Length);
        await AssertDeniedAsync(() => reader.DeleteArchiveAsync(Workplace.Vault, archive));
        await AssertDeniedAsync(() => reader.InitiateMultipartUploadAsync(Workplace.Vault, Archives.MiB));

        Assert.Equal("letters", (await limited.DescribeVaultAsync("letters")).Name);
        await AssertDeniedAsync(() => limited.DescribeVaultAsync(Workplace.Vault));
        await AssertDeniedAsync(() => limited.ListVaultsAsync().ToListAsync().AsTask());
        await limited.DeleteVaultAsync("letters");

        var listed = (await CommandLine.RunAsync("keys", "list", "--data", place.Data)).Expect().Lines;
        Assert.Contains(listed, line => line.StartsWith("read  ", StringComparison.Ordinal) && line.EndsWith($"  {readId}", StringComparison.Ordinal));
        Assert.Contains(listed, line => line.StartsWith("admin of letters  ", StringComparison.Ordinal));
    }

    [Fact, Campaign]
    public async Task In_S3_a_key_for_uploads_creates_objects_and_replaces_none()
    {
        await using var place = await Workplace.OpenAsync();
        var (id, secret) = await AddKeyAsync(place, "--role", "upload", "--vault", "backups");
        using var key = place.Server.Connect(accessKeyId: id, secret: secret);
        await Eventually.BecomesTrueAsync(() => key.IsKnownAsync(), "the added key is known");
        using var owner = place.ConnectS3();
        using var s3 = place.Server.ConnectS3(id, secret);
        await owner.PutBucketAsync("backups");
        await owner.PutObjectAsync(new PutObjectRequest { BucketName = "backups", Key = "old", ContentBody = "text" });

        await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "backups" });
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = "backups", Key = "new", ContentBody = "text" });
        await CompleteAsync("large");
        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(
            () => s3.PutObjectAsync(new PutObjectRequest { BucketName = "backups", Key = "old", ContentBody = "other" }));
        Assert.Equal(
            ("AccessDenied", $"Access Denied: there is an object with the key 'old', and the access key {id} is for upload of backups only, "
                + "which does not replace objects."),
            (refused.ErrorCode, refused.Message));
        await AssertDeniedInS3Async(CompleteAsync("old"));
        await AssertDeniedInS3Async(s3.PutObjectAsync(new PutObjectRequest { BucketName = "backups", Key = "new", ContentBody = "text", IfMatch = "*" }));
        await AssertDeniedInS3Async(s3.PutObjectAsync(new PutObjectRequest { BucketName = "others", Key = "new", ContentBody = "text" }));
        Assert.Equal(4, (await owner.GetObjectMetadataAsync("backups", "old")).ContentLength);
        await AssertDeniedInS3Async(s3.DeleteObjectAsync("backups", "old"));
        await AssertDeniedInS3Async(s3.GetObjectAsync("backups", "old"));
        await AssertDeniedInS3Async(s3.DeleteBucketAsync("backups"));
        await AssertDeniedInS3Async(s3.ListBucketsAsync());
        await AssertDeniedInS3Async(s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "others" }));
        await AssertDeniedInS3Async(s3.CopyObjectAsync("others", "old", "backups", "copy"));

        async Task CompleteAsync(string key)
        {
            var upload = (await s3.InitiateMultipartUploadAsync("backups", key)).UploadId;
            var part = await s3.UploadPartAsync(new UploadPartRequest
            {
                BucketName = "backups",
                Key = key,
                UploadId = upload,
                PartNumber = 1,
                InputStream = new MemoryStream([1]),
            });
            await s3.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
            {
                BucketName = "backups",
                Key = key,
                UploadId = upload,
                PartETags = [new PartETag(part)],
            });
        }

        static async Task AssertDeniedInS3Async(Task request) =>
            Assert.Equal("AccessDenied", (await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => request)).ErrorCode);
    }

    private static async Task<(string Id, string Secret)> AddKeyAsync(Workplace place, params string[] options)
    {
        var added = (await CommandLine.RunAsync(["keys", "add", "--data", place.Data, .. options])).Expect();
        return (added.Value("AWS_ACCESS_KEY_ID"), added.Value("AWS_SECRET_ACCESS_KEY"));
    }

    private static async Task AssertDeniedAsync(Func<Task> request)
    {
        var denied = await Assert.ThrowsAsync<GlacierException>(request);
        Assert.Equal(GlacierErrorCodes.AccessDenied, denied.Code);
        Assert.Contains("is for", denied.Message, StringComparison.Ordinal);
    }
}
