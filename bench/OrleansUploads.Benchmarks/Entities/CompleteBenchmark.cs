using System.Diagnostics;

namespace OrleansUploads.Benchmarks.Entities;

/// <summary>Compares the completion of the largest possible upload with one durable transaction, and the listing that checks
/// whether every part exists with a bare listing of the same folder.</summary>
internal sealed class CompleteBenchmark : IBenchmark
{
    private const double MostMilliseconds = 20;
    private const double MostListingMilliseconds = 60;
    private const int Parts = Limits.MaxParts;
    private const int Callers = 256;

    public string Name => "complete-10000";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var uploads = await ReportedUploads.OpenAsync(session.Subfolder("engine"), cancellationToken);
        using var sqlite = new BareSqlite(Path.Combine(session.Folder, "bare.db"));
        var treeHash = TreeHasher.Combine(uploads.Hashes);
        var row = new byte[256];

        var medians = await new Rounds(Name, Unit.Milliseconds, session.Pick(15, 5), WarmUps: 15).AlternateAsync(
            async token =>
            {
                var upload = await uploads.BeginAsync(token);
                await uploads.StoreAttemptAsync(upload, token);
                await uploads.ReportAllAsync(upload, uploads.PrepareReports(Parts), Callers, token);
                var watch = Stopwatch.StartNew();
                await uploads.CompleteAsync(upload, Parts, treeHash, token);
                return watch.Elapsed.TotalMilliseconds;
            },
            _ =>
            {
                var watch = Stopwatch.StartNew();
                sqlite.Insert(rows: 1, batchRows: 1, row);
                return Task.FromResult(watch.Elapsed.TotalMilliseconds);
            },
            cancellationToken);
        return
        [
            Verdict.OfLimit(Name, Unit.Milliseconds, medians, MostMilliseconds),
            await RunListingAsync(uploads, session, cancellationToken),
        ];
    }

    private static async Task<Verdict> RunListingAsync(
        ReportedUploads uploads, Session session, CancellationToken cancellationToken)
    {
        var upload = await uploads.BeginAsync(cancellationToken);
        var reports = uploads.PrepareReports(Parts);
        var folder = await uploads.StoreSparseAttemptsAsync(upload, reports, cancellationToken);
        const string name = "complete-10000-listing";
        var medians = await new Rounds(name, Unit.Milliseconds, session.Pick(15, 5), WarmUps: 15).AlternateAsync(
            async token =>
            {
                var watch = Stopwatch.StartNew();
                var listed = await uploads.ListStoredAsync(upload, token);
                return listed?.Count == Parts
                    ? watch.Elapsed.TotalMilliseconds
                    : throw new InvalidOperationException("The listing does not contain all parts.");
            },
            _ =>
            {
                var watch = Stopwatch.StartNew();
                var bytes = new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length);
                return Task.FromResult(bytes > 0
                    ? watch.Elapsed.TotalMilliseconds
                    : throw new InvalidOperationException("The folder contains no parts."));
            },
            cancellationToken);
        return Verdict.OfLimit(name, Unit.Milliseconds, medians, MostListingMilliseconds);
    }
}
