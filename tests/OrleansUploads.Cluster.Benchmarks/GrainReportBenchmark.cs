using System.Diagnostics;
using OrleansUploads.Benchmarks.Harness;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Cluster.Tests.Harness;
using OrleansUploads.Cluster.Tests.Storage;
using OrleansUploads.Core.Settings;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Memory;

namespace OrleansUploads.Cluster.Benchmarks;

/// <summary>Part reports through the grains of one silo, from a client of it, over grain storage that is a millisecond away and serializes as the
/// providers do. Against a grain that does nothing, and against the embedded host over a journal in memory.</summary>
internal sealed class GrainReportBenchmark : IBenchmark
{
    private const int Callers = 256;

    public string Name => "grain-reports";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var cluster = await ClusterBench.StartAsync(new DurableWorld(
            rows => new NearbyGrainStorage(rows), serializer: DefaultSerializer.Instance));
        await using var embedded = new EmbeddedHost(
            new EntityCatalog(new UploadPolicy(), new RetrievalPolicy()), new MemoryJournal(), new MemoryPartStore(), TimeProvider.System);
        var grains = await ReportedParts.InAsync(cluster.Client, cancellationToken);
        var process = await ReportedParts.InAsync(embedded, cancellationToken);
        var message = Messages.Pack(grains.Prepare(1)[0]);
        var verdicts = new List<Verdict>();
        foreach (var (what, uploads, parts) in ((string, int, int)[])[
            ("one grain", 1, session.Pick(10_000, 1_000)), ("1,000 grains", 1_000, session.Pick(16, 2))])
        {
            verdicts.Add(await RunAsync($"{what} / a grain that does nothing", uploads, parts, _ => TimeAsync(() => ReportedParts.CallAsync(
                uploads * parts,
                Callers,
                async call => await cluster.Grains.GetGrain<INothingGrain>($"{call % uploads}").AskAsync(message)))));
            verdicts.Add(await RunAsync(
                $"{what} / the embedded host", uploads, parts, token => ReportAsync(process, uploads, parts, token)));
        }

        return verdicts;

        async Task<Verdict> RunAsync(string what, int uploads, int parts, Func<CancellationToken, Task<double>> seconds)
        {
            var rounds = new Rounds($"{Name}, {what}", Unit.ReportsPerSecond, session.Pick(7, 1), WarmUps: 2);
            var medians = await rounds.AlternateAsync(
                async token => uploads * parts / await ReportAsync(grains, uploads, parts, token),
                async token => uploads * parts / await seconds(token),
                cancellationToken);
            return Verdict.OfInterest(rounds.What, rounds.Unit, medians);
        }
    }

    /// <summary>Elapsed seconds, without the time to open the uploads.</summary>
    private static async Task<double> ReportAsync(
        ReportedParts side, int uploads, int parts, CancellationToken cancellationToken)
    {
        var targets = await side.OpenAsync(uploads, cancellationToken);
        var reports = side.Prepare(parts);
        return await TimeAsync(() => side.ReportAsync(targets, reports, Callers, cancellationToken));
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed.TotalSeconds;
    }
}
