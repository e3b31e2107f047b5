using System.Globalization;
using System.Text;
using OrleansUploads.Benchmarks.Transfers;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Benchmarks.Objects;

/// <summary>Multipart uploads of a bucket whose parts are reported and listed, but have no bytes.</summary>
internal static class ReportedObjects
{
    private const int PartBytes = (int)ObjectLimits.MinPartBytes;
    private const int Callers = 256;

    /// <summary>Creates uploads in a bucket of a new data folder, each for a key of its own.</summary>
    /// <returns>The address that completes each of them.</returns>
    public static async Task<IReadOnlyList<string>> CreateAsync(
        string folder, string bucket, int uploads, int parts, CancellationToken cancellationToken)
    {
        await using var opened = FolderEngine.Open(folder, TimeProvider.System);
        return await CreateAsync(
            opened.Engine,
            bucket,
            uploads,
            parts,
            (upload, attempts) => SparseAttempts.StoreAsync(opened.Engine, folder, upload, attempts, PartBytes, cancellationToken),
            cancellationToken);
    }

    /// <summary>Creates uploads in a bucket of an engine, each for a key of its own.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="bucket">The bucket, which is created.</param>
    /// <param name="uploads">The number of uploads.</param>
    /// <param name="parts">The number of parts of each.</param>
    /// <param name="storeAsync">Stores the attempts of an upload, as far as a completion needs them.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The address that completes each of them.</returns>
    public static async Task<IReadOnlyList<string>> CreateAsync(
        EmbeddedEngine engine,
        string bucket,
        int uploads,
        int parts,
        Func<UploadId, AttemptId[], Task> storeAsync,
        CancellationToken cancellationToken)
    {
        var incarnation = await BenchmarkObjects.CreateBucketAsync(engine, bucket, cancellationToken);
        var targets = new string[uploads];
        for (var i = 0; i < uploads; i++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"object-{i}");
            var upload = await BeginAsync(engine, incarnation, key, cancellationToken);
            var attempts = await ReportAsync(engine, upload, parts, cancellationToken);
            await storeAsync(upload.Upload, attempts);
            targets[i] = $"/{bucket}/{key}?uploadId={upload.Upload}";
        }

        return targets;
    }

    /// <summary>The body of a completion that names all parts.</summary>
    public static byte[] CompletionOf(int parts) => Encoding.UTF8.GetBytes(
        CompletionDocument.Of(Enumerable.Range(1, parts).Select(number => (number, $"&quot;{Md5Of(number)}&quot;"))));

    private static Md5Digest Md5Of(int number) => Md5Digest.Compute(BitConverter.GetBytes(number));

    private static async Task<ObjectUploadSpec> BeginAsync(
        EmbeddedEngine engine, BucketIncarnation bucket, string text, CancellationToken cancellationToken)
    {
        var spec = BenchmarkObjects.NewUpload(engine, bucket, text, UploadOrigin.Multipart);
        _ = (await engine.Host.AskAsync(spec.Upload.Entity, new InitiateUpload(spec), cancellationToken)).Answer;
        return spec;
    }

    private static async Task<AttemptId[]> ReportAsync(
        EmbeddedEngine engine, ObjectUploadSpec upload, int parts, CancellationToken cancellationToken)
    {
        var attempts = new AttemptId[parts];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Callers, CancellationToken = cancellationToken };
        await Parallel.ForAsync(1, parts + 1, options, async (number, stop) =>
        {
            attempts[number - 1] = engine.Ids.NewAttempt();
            var hash = TreeHasher.Compute(BitConverter.GetBytes(number));
            var part = new NumberedPart(number, PartBytes, Md5Of(number), hash, attempts[number - 1], Checksum: null);
            var store = new StoreNumberedPart(upload.Name, part);
            _ = (await engine.Host.AskAsync(upload.Upload.Entity, store, stop)).Answer;
        });
        return attempts;
    }
}
