using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;
using Amazon.S3.Util;

namespace OrleansUploads.EndToEnd.Tests.S3Clients;

/// <summary>Amazon's S3 client for .NET, with its default checksums, over HTTP. Its bodies have signed chunks and a signed
/// trailer.</summary>
public sealed class DotNetClientTests : IAsyncLifetime
{
    private static readonly string[] OddKeys =
    [
        "with space", "a+b", "100%", "%2F", "é€😀", "double//inside", "dir/../up", "./dot", "dir/", "q?x=1&y#z",
        new('x', 1024),
    ];

    private readonly string _bucket = $"dotnet-{Guid.NewGuid()}";
    private Workplace _place = null!;
    private AmazonS3Client _s3 = null!;

    public async ValueTask InitializeAsync()
    {
        _place = await Workplace.ShareAsync();
        _s3 = _place.ConnectS3();
        await _s3.PutBucketAsync(_bucket);
    }

    public async ValueTask DisposeAsync()
    {
        _s3.Dispose();
        await _place.DisposeAsync();
    }

    [Fact]
    public async Task Objects_with_odd_keys_are_put_read_listed_and_deleted()
    {
        foreach (var (number, key) in OddKeys.Index())
        {
            await PutAsync(key, Archives.Bytes(number, seed: number));
        }

        foreach (var (number, key) in OddKeys.Index())
        {
            using var read = await _s3.GetObjectAsync(_bucket, key);
            Assert.Equal(Archives.Bytes(number, seed: number), await BytesAsync(read.ResponseStream));
        }

        var listed = await _s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _bucket });
        Assert.Equal(OddKeys.Order(StringComparer.Ordinal), listed.S3Objects.Select(item => item.Key));
        var deleted = await _s3.DeleteObjectsAsync(new DeleteObjectsRequest
        {
            BucketName = _bucket,
            Objects = [.. OddKeys.Select(key => new KeyVersion { Key = key })],
        });
        Assert.Equal(OddKeys.Length, deleted.DeletedObjects.Count);
        await _s3.DeleteBucketAsync(_bucket);
    }

    [Fact, Campaign]
    public async Task A_condition_is_refused_with_the_code_of_S3()
    {
        await PutAsync("k", [1]);
        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() => _s3.PutObjectAsync(
            new PutObjectRequest { BucketName = _bucket, Key = "k", ContentBody = "other", IfNoneMatch = "*" }));
        Assert.Equal("PreconditionFailed", refused.ErrorCode);
    }

    [Fact, Campaign]
    public async Task An_archived_object_is_read_after_it_is_restored()
    {
        await _s3.PutObjectAsync(
            new PutObjectRequest { BucketName = _bucket, Key = "a", ContentBody = "kept", StorageClass = S3StorageClass.Glacier });
        var refused = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => _s3.GetObjectAsync(_bucket, "a"));
        Assert.Equal("InvalidObjectState", refused.ErrorCode);
        await _s3.RestoreObjectAsync(new RestoreObjectRequest { BucketName = _bucket, Key = "a", Days = 1, RetrievalTier = GlacierJobTier.Standard });
        using var read = await _s3.GetObjectAsync(_bucket, "a");
        Assert.False(read.RestoreInProgress);
        Assert.Equal("kept"u8.ToArray(), await BytesAsync(read.ResponseStream));
    }

    [Fact, Campaign]
    public async Task The_transfer_utility_uploads_and_downloads_files_and_folders()
    {
        const int Threshold = 16 * Archives.MiB;
        var (source, target) = (_place.File("source"), _place.File("target"));
        var tree = FileTree.Create(source, Threshold);
        using var transfers = new TransferUtility(_s3);

        await transfers.UploadDirectoryAsync(new TransferUtilityUploadDirectoryRequest
        {
            BucketName = _bucket,
            Directory = source,
            KeyPrefix = "folder",
            SearchOption = SearchOption.AllDirectories,
        });
        await transfers.DownloadDirectoryAsync(_bucket, "folder", target);
        tree.AssertEqual(target);

        await transfers.UploadAsync(Path.Combine(source, "far over"), _bucket, "dir/../single");
        await transfers.DownloadAsync(_place.File("single"), _bucket, "dir/../single");
        Assert.Equal(tree.Bytes("far over"), await File.ReadAllBytesAsync(_place.File("single")));
        Assert.EndsWith("-7\"", (await _s3.GetObjectMetadataAsync(_bucket, "dir/../single")).ETag, StringComparison.Ordinal);

        using var unseekable = new MemoryStream(tree.Bytes("over"));
        await transfers.UploadAsync(unseekable, _bucket, "from a stream");
        using var read = await _s3.GetObjectAsync(_bucket, "from a stream");
        Assert.Equal(tree.Bytes("over"), await BytesAsync(read.ResponseStream));
        var open = await _s3.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = _bucket });
        Assert.Empty(open.MultipartUploads ?? []);
    }

    [Fact]
    [Slice(3)]
    public async Task More_keys_than_a_page_has_are_listed_and_deleted()
    {
        var keys = Enumerable.Range(0, 1_001).Select(number => FormattableString.Invariant($"{number:0000}")).ToList();
        await Parallel.ForEachAsync(
            keys, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (key, _) => await PutAsync(key, [1]));

        var listed = new List<string>();
        var paginator = _s3.Paginators.ListObjectsV2(new ListObjectsV2Request { BucketName = _bucket });
        await foreach (var page in paginator.Responses)
        {
            listed.AddRange(page.S3Objects.Select(item => item.Key));
        }

        Assert.Equal(keys, listed);
        foreach (var some in keys.Chunk(1_000))
        {
            await _s3.DeleteObjectsAsync(new DeleteObjectsRequest
            {
                BucketName = _bucket,
                Objects = [.. some.Select(key => new KeyVersion { Key = key })],
            });
        }

        await _s3.DeleteBucketAsync(_bucket);
    }

    [Fact, Campaign]
    public async Task A_bucket_is_deleted_with_its_objects()
    {
        foreach (var key in OddKeys)
        {
            await PutAsync(key, [1]);
        }

        // Lists versions and deletes them, although no bucket has versioning.
        await AmazonS3Util.DeleteS3BucketWithObjectsAsync(_s3, _bucket);

        Assert.Empty((await _s3.ListBucketsAsync()).Buckets ?? []);
    }

    private Task<PutObjectResponse> PutAsync(string key, byte[] bytes) =>
        _s3.PutObjectAsync(new PutObjectRequest { BucketName = _bucket, Key = key, InputStream = new MemoryStream(bytes) });

    private static async Task<byte[]> BytesAsync(Stream stream)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
