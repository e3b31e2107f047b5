using System.Diagnostics;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Benchmarks.Entities;

/// <summary>Compares durable part reports from many concurrent callers with bare inserts of the same rows.</summary>
internal sealed class PartReportBenchmark : IBenchmark
{
    private const double LeastRatio = 1.0 / 3;
    private const int Callers = 256;
    private const int BatchRows = 256;

    public string Name => "part-reports";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var row = await ReadOneReportAsync(session.Subfolder("sample"), cancellationToken);
        await using var uploads = await ReportedUploads.OpenAsync(session.Subfolder("engine"), cancellationToken);
        using var sqlite = new BareSqlite(Path.Combine(session.Folder, "bare.db"));
        return
        [
            .. await RunAsync("one upload", session.Pick(4, 1), Limits.MaxParts, ReportIntoOneAsync),
            .. await RunAsync("256 uploads", Callers, session.Pick(128, 32), ReportIntoManyAsync),
        ];

        async Task<Verdict[]> RunAsync(
            string what, int targets, int partsEach, Func<ReportedUploads, Target[], CancellationToken, Task> report)
        {
            var reports = targets * partsEach;
            var ours = new HeapRounds(reports);
            var theirs = new HeapRounds(reports);

            // A round takes a quarter of a second, and the runtime compiles the code for several seconds.
            var rounds = new Rounds($"{Name}, {what}", Unit.ReportsPerSecond, session.Pick(15, 3), WarmUps: 12);
            var medians = await rounds.AlternateAsync(
                async token =>
                {
                    var prepared = new Target[targets];
                    for (var i = 0; i < targets; i++)
                    {
                        prepared[i] = new Target(await uploads.BeginAsync(token), uploads.PrepareReports(partsEach));
                    }

                    return await ours.MeasureAsync(async () =>
                    {
                        var watch = Stopwatch.StartNew();
                        await report(uploads, prepared, token);
                        return reports / watch.Elapsed.TotalSeconds;
                    });
                },
                _ => theirs.MeasureAsync(() =>
                {
                    var watch = Stopwatch.StartNew();
                    sqlite.Insert(reports, BatchRows, row);
                    return Task.FromResult(reports / watch.Elapsed.TotalSeconds);
                }),
                cancellationToken);
            return
            [
                Verdict.OfRatio(rounds.What, rounds.Unit, medians, LeastRatio),
                Verdict.OfInterest(
                    $"{rounds.What}, allocated",
                    Unit.AllocatedBytesPerReport,
                    new Medians(ours.AllocatedBytes, theirs.AllocatedBytes)),
                Verdict.OfInterest(
                    $"{rounds.What}, full collections",
                    Unit.FullCollectionsPerMillionReports,
                    new Medians(ours.FullCollectionsPerMillion, theirs.FullCollectionsPerMillion)),
            ];
        }
    }

    /// <summary>All callers report to the same upload, and then to the next one, because an upload has at most 10,000
    /// parts.</summary>
    private static async Task ReportIntoOneAsync(
        ReportedUploads uploads, Target[] targets, CancellationToken cancellationToken)
    {
        foreach (var (upload, reports) in targets)
        {
            await uploads.ReportAllAsync(upload, reports, Callers, cancellationToken);
        }
    }

    /// <summary>Every caller has its own upload.</summary>
    private static Task ReportIntoManyAsync(
        ReportedUploads uploads, Target[] targets, CancellationToken cancellationToken) =>
        Task.WhenAll(targets.Select(
            target => uploads.ReportAllAsync(target.Upload, target.Reports, callers: 1, cancellationToken)));

    /// <summary>The journal record of one report.</summary>
    private static async Task<byte[]> ReadOneReportAsync(string folder, CancellationToken cancellationToken)
    {
        UploadId upload;
        await using (var uploads = await ReportedUploads.OpenAsync(folder, cancellationToken))
        {
            upload = await uploads.BeginAsync(cancellationToken);
            await uploads.ReportAllAsync(upload, [uploads.PrepareReports(5_000)[^1]], callers: 1, cancellationToken);
        }

        await using var journal = SqliteJournal.Open(folder);
        var history = await journal.ReadAsync(upload.Entity, cancellationToken);
        return history.Records[^1].ToArray();
    }

    /// <summary>What each report uses of the managed heap of this process.</summary>
    private sealed class HeapRounds(int reports)
    {
        private readonly List<double> _allocated = [];
        private readonly List<double> _collections = [];

        public double AllocatedBytes => Rounds.Median(_allocated);

        public double FullCollectionsPerMillion => _collections.Average();

        public async Task<T> MeasureAsync<T>(Func<Task<T>> round)
        {
            var before = HeapUse.Read();
            var result = await round();
            var after = HeapUse.Read();
            _allocated.Add((after.AllocatedBytes - before.AllocatedBytes) / (double)reports);
            _collections.Add((after.FullCollections - before.FullCollections) * 1e6 / reports);
            return result;
        }
    }

    private readonly record struct Target(UploadId Upload, StorePart[] Reports);
}
