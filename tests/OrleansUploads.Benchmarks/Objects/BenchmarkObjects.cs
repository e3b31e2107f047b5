using OrleansUploads.Benchmarks.Transfers;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Benchmarks.Objects;

/// <summary>Buckets and uploads of the account of <see cref="GatewayServer"/>, created through the real engine.</summary>
internal static class BenchmarkObjects
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    /// <summary>Creates a bucket.</summary>
    public static async Task<BucketIncarnation> CreateBucketAsync(
        EmbeddedEngine engine, string bucket, CancellationToken cancellationToken)
    {
        if (!BucketName.TryParse(bucket, out var name))
        {
            throw new InvalidOperationException($"'{bucket}' is not the name of a bucket.");
        }

        if (!AccountId.TryParse(GatewayServer.Account, out var owner))
        {
            throw new InvalidOperationException($"'{GatewayServer.Account}' is not an account.");
        }

        var created = (await engine.Host.AskAsync(owner.Entity, new CreateBucket(owner, name), cancellationToken)).Answer;
        return (created.Bucket ?? throw new InvalidOperationException($"Another account has {bucket}.")).Bucket;
    }

    /// <summary>A new upload of an object.</summary>
    public static ObjectUploadSpec NewUpload(EmbeddedEngine engine, BucketIncarnation bucket, string text, UploadOrigin origin)
    {
        if (!ObjectKey.TryParse(text, out var key))
        {
            throw new InvalidOperationException($"'{text}' is not a key.");
        }

        return new ObjectUploadSpec(
            engine.Ids.NewUpload(),
            new ObjectName(bucket, key),
            origin,
            DateTimeOffset.UtcNow,
            StorageClass.Standard,
            Checksum: null,
            NoMetadata,
            Tags: null);
    }
}
