using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace OrleansUploads.Benchmarks.Nodes;

/// <summary>A bucket of an S3 store.</summary>
internal sealed class S3Store(string endpoint, string keyId, string secret) : BareStore
{
    public const string Endpoint = "NODE_S3_ENDPOINT";
    public const string KeyId = "NODE_S3_KEY_ID";
    public const string Secret = "NODE_S3_SECRET";

    private const int MaxDeletions = 1000;

    private readonly AmazonS3Client _client = new(
        new BasicAWSCredentials(keyId, secret),
        new AmazonS3Config { ServiceURL = endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });

    /// <remarks>Amazon's client then computes a checksum of the bytes, and over plain HTTP their hash for the signature.</remarks>
    public override Task PutAsync(string key, byte[] content, CancellationToken cancellationToken) => _client.PutObjectAsync(
        new PutObjectRequest { BucketName = Container, Key = key, InputStream = new MemoryStream(content) }, cancellationToken);

    /// <remarks>Amazon's client signs the address and not the body, which it refuses over plain HTTP in other ways. So nothing hashes the
    /// bytes.</remarks>
    public override async Task<HttpRequestMessage> SignPutAsync(string key) => new(
        HttpMethod.Put,
        await _client.GetPreSignedURLAsync(new GetPreSignedUrlRequest
        {
            BucketName = Container,
            Key = key,
            Verb = HttpVerb.PUT,
            Protocol = Protocol.HTTP,
            Expires = DateTime.UtcNow + Life,
        }));

    public override async Task<List<string>> ListAsync(string prefix, CancellationToken cancellationToken) => await _client
        .Paginators.ListObjectsV2(new ListObjectsV2Request { BucketName = Container, Prefix = prefix }).S3Objects
        .Select(static found => found.Key).ToListAsync(cancellationToken);

    public override async Task DeleteAsync(IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        foreach (var some in keys.Chunk(MaxDeletions))
        {
            await _client.DeleteObjectsAsync(
                new DeleteObjectsRequest { BucketName = Container, Objects = [.. some.Select(static key => new KeyVersion { Key = key })] },
                cancellationToken);
        }
    }

    public override void Dispose() => _client.Dispose();
}
