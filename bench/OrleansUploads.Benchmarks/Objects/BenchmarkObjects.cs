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
        var owner = GatewayServer.VaultId.Account;
        var create = new CreateBucket(owner, SomeObject.BucketNamed(bucket));
        var created = (await engine.Host.AskAsync(owner.Entity, create, cancellationToken)).Answer;
        return (created.Bucket ?? throw new InvalidOperationException($"Another account has {bucket}.")).Bucket;
    }

    /// <summary>A new upload of an object.</summary>
    public static ObjectUploadSpec NewUpload(
        EmbeddedEngine engine, BucketIncarnation bucket, string text, UploadOrigin origin) =>
        new(
            engine.Ids.NewUpload(),
            new ObjectName(bucket, SomeObject.Key(text)),
            origin,
            DateTimeOffset.UtcNow,
            StorageClass.Standard,
            Checksum: null,
            NoMetadata,
            Tags: null);
}
