using System.Diagnostics;
using OrleansUploads.Benchmarks.Harness;
using OrleansUploads.Core;
using OrleansUploads.Core.Hashing;

namespace OrleansUploads.Benchmarks.Entities;

/// <summary>Completing the largest upload there can be, against the cost of one durable transaction.</summary>
internal sealed class CompleteBenchmark : IBenchmark
{
    private const double MostMilliseconds = 20;
    private const int Parts = Limits.MaxParts;
    private const int Callers = 256;

    public string Name => "complete-10000";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var uploads = await ReportedUploads.OpenAsync(session.Subfolder("engine"), cancellationToken);
        using var sqlite = new BareSqlite(Path.Combine(session.Folder, "bare.db"));
        var treeHash = TreeHasher.Combine(uploads.Hashes);
        var row = new byte[256];

        var medians = await new Rounds(Name, Unit.Milliseconds, session.Pick(15, 5), WarmUps: 3).AlternateAsync(
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
        return [Verdict.OfLimit(Name, Unit.Milliseconds, medians, MostMilliseconds)];
    }
}
