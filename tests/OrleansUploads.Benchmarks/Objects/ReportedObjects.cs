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
        await using var opened = FolderEngine.Open(folder);
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
    public static byte[] CompletionOf(int parts)
    {
        var body = new StringBuilder("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        for (var number = 1; number <= parts; number++)
        {
            body.Append(
                CultureInfo.InvariantCulture, $"<Part><PartNumber>{number}</PartNumber><ETag>&quot;{Md5Of(number)}&quot;</ETag></Part>");
        }

        return Encoding.UTF8.GetBytes(body.Append("</CompleteMultipartUpload>").ToString());
    }

    private static Md5Digest Md5Of(int number) => Md5Digest.Compute(BitConverter.GetBytes(number));

    private static async Task<ObjectUploadSpec> BeginAsync(
        EmbeddedEngine engine, BucketIncarnation bucket, string text, CancellationToken cancellationToken)
    {
        var spec = BenchmarkObjects.NewUpload(engine, bucket, text, UploadOrigin.Multipart);
        _ = (await engine.Host.AskAsync(spec.Upload.Entity, new InitiateObjectUpload(spec), cancellationToken)).Answer;
        return spec;
    }

    private static async Task<AttemptId[]> ReportAsync(
        EmbeddedEngine engine, ObjectUploadSpec upload, int parts, CancellationToken cancellationToken)
    {
        var attempts = new AttemptId[parts];
        var next = 0;

        async Task ReportInTurnAsync()
        {
            for (var i = Interlocked.Increment(ref next); i <= parts; i = Interlocked.Increment(ref next))
            {
                attempts[i - 1] = engine.Ids.NewAttempt();
                var part = new NumberedPart(
                    i, PartBytes, Md5Of(i), TreeHasher.Compute(BitConverter.GetBytes(i)), attempts[i - 1], Checksum: null);
                _ = (await engine.Host.AskAsync(upload.Upload.Entity, new StoreNumberedPart(upload.Name, part), cancellationToken)).Answer;
            }
        }

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => ReportInTurnAsync()));
        return attempts;
    }
}
