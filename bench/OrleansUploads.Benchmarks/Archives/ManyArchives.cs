using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using OrleansUploads.Benchmarks.Entities;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Benchmarks.Archives;

/// <summary>Fills a vault with archives through the real engine: each is an upload that is opened, gets its part and is
/// completed. The bytes are external, so this fills the index but not the disk.</summary>
internal static class ManyArchives
{
    private const int Callers = 512;
    private const int ProgressEvery = 50_000;

    // Enough for all shards, because archives are added to them in random order.
    private const long IdleBytes = 1L << 30;

    /// <summary>Fills a vault in a new data folder.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="vault">The vault, which is created.</param>
    /// <param name="count">Number of archives.</param>
    /// <param name="samples">Number of archive IDs to return.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>IDs of some archives, spread evenly over all.</returns>
    public static async Task<IReadOnlyList<string>> CreateAsync(
        string folder, VaultId vault, int count, int samples, CancellationToken cancellationToken)
    {
        await using var opened = FolderEngine.Open(
            folder, TimeProvider.System, host: new EmbeddedHostOptions { MaxIdleBytes = IdleBytes });
        var engine = opened.Engine;
        var incarnation = await EngineVault.CreateAsync(engine.Host, vault, cancellationToken);

        var sampled = new string[samples];
        var watch = Stopwatch.StartNew();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (i, _) =>
        {
            var archive = await CreateOneAsync(engine, incarnation, i, cancellationToken);
            if (i % (count / samples) == 0 && i / (count / samples) < samples)
            {
                sampled[i / (count / samples)] = archive;
            }

            if ((i + 1) % ProgressEvery == 0)
            {
                Session.Report(string.Create(
                    CultureInfo.InvariantCulture, $"  {i + 1:N0} archives after {watch.Elapsed.TotalSeconds:N0} s"));
            }
        });
        Session.Report(string.Create(
            CultureInfo.InvariantCulture, $"  {count:N0} archives in {watch.Elapsed.TotalSeconds:N0} s"));
        return sampled;
    }

    private static async Task<string> CreateOneAsync(
        EmbeddedEngine engine, VaultIncarnation vault, int number, CancellationToken cancellationToken)
    {
        var hash = new TreeHash(new Sha256Digest(SHA256.HashData(BitConverter.GetBytes(number))));
        var sizeBytes = 1 + (number % Limits.MinPartSizeBytes);
        var description = Some.Described($"archive number {number}");
        var upload = (await engine.Paths.ArchiveIntake.InitiateAsync(
            vault, Some.Size(1), description, ByteStorage.External, totalBytes: null, createKey: null, cancellationToken)).Answer.Upload;
        var location = Some.Location($"elsewhere/{number}");
        var report = new ReportExternalPart(vault, new PartRange(0, sizeBytes - 1), hash, location);
        _ = (await engine.Host.AskAsync(upload.Entity, report, cancellationToken)).Answer;
        var complete = new CompleteUpload(vault, sizeBytes, hash);
        return (await engine.Host.AskAsync(upload.Entity, complete, cancellationToken)).Answer.Archive.ToString();
    }
}
