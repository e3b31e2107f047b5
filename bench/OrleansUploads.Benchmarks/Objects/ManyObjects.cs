using System.Diagnostics;
using System.Globalization;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Benchmarks.Objects;

/// <summary>Fills buckets with empty objects through the real engine. Every entity decides and stores what it does for PutObject, but
/// there are no bytes.</summary>
internal static class ManyObjects
{
    private const int Callers = 512;
    private const int ProgressEvery = 100_000;

    /// <summary>Enough for all leaves, because keys are added in random order.</summary>
    private const long IdleBytes = 1L << 30;

    /// <summary>A prime number. Its multiples visit all keys of a bucket in an order that is neither ascending nor clustered.</summary>
    private const long Stride = 15_485_863;

    /// <summary>Creates buckets in a new data folder and fills them.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="count">Number of objects in each bucket.</param>
    /// <param name="buckets">The buckets, and the key of each number up to the count.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static async Task CreateAsync(
        string folder,
        int count,
        IReadOnlyDictionary<string, Func<int, string>> buckets,
        CancellationToken cancellationToken)
    {
        await using var opened = FolderEngine.Open(
            folder, TimeProvider.System, host: new EmbeddedHostOptions { MaxIdleBytes = IdleBytes });
        foreach (var (bucket, keyOf) in buckets)
        {
            var incarnation = await BenchmarkObjects.CreateBucketAsync(opened.Engine, bucket, cancellationToken);
            await FillAsync(opened.Engine, incarnation, count, keyOf, cancellationToken);
        }
    }

    private static async Task FillAsync(
        EmbeddedEngine engine, BucketIncarnation bucket, int count, Func<int, string> keyOf, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (i, _) =>
        {
            await PutAsync(engine, bucket, keyOf((int)(i * Stride % count)), cancellationToken);
            if ((i + 1) % ProgressEvery == 0)
            {
                var seconds = watch.Elapsed.TotalSeconds;
                Session.Report(string.Create(
                    CultureInfo.InvariantCulture, $"  {bucket.Name}: {i + 1:N0} objects after {seconds:N0} s"));
            }
        });
    }

    private static async Task PutAsync(
        EmbeddedEngine engine, BucketIncarnation bucket, string text, CancellationToken cancellationToken)
    {
        var spec = BenchmarkObjects.NewUpload(engine, bucket, text, UploadOrigin.SingleRequest);
        var part = new NumberedPart(
            1, 0, Md5Digest.Compute([]), TreeHasher.Compute([]), Attempt: null, ChecksumHasher.Compute(ChecksumAlgorithm.Crc64Nvme, []));
        _ = (await engine.Host.AskAsync(spec.Upload.Entity, new PutObject(spec, part, Condition: null), cancellationToken)).Answer;
    }
}
