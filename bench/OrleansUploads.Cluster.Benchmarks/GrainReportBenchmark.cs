using System.Diagnostics;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Cluster.Benchmarks;

/// <summary>Part reports through the grains of one silo, from a cluster client, against a grain that does nothing.</summary>
/// <param name="storage">The storage of the grains.</param>
internal sealed class GrainReportBenchmark(GrainStorageUnderTest storage) : IBenchmark
{
    private const int Callers = 256;
    private const int WarmUps = 10;

    public string Name => $"grain-reports over {storage.Name}";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var silo = await LoneSilo.StartAsync(storage.Add, cancellationToken);
        var message = Messages.Pack((await ReportedParts.InAsync(silo.Entities, cancellationToken)).Prepare(1)[0]);
        var verdicts = new List<Verdict>();
        foreach (var load in (Load[])[
            new("one grain", 1, session.Pick(10_000, 1_000), session.Pick(5, 1), storage.OneGrain),
            new("1,000 grains", 1_000, session.Pick(16, 2), 1, storage.ThousandGrains)])
        {
            var rounds = new Rounds(
                $"{Name}, {load.Name} / a grain that does nothing",
                Unit.ReportsPerSecond,
                session.Pick(5, 1),
                session.Pick(WarmUps, 1));
            var medians = await rounds.AlternateAsync(
                async token => load.Reports / await ReportAsync(silo.Entities, load, token),
                async _ => load.Reports / await TimeAsync(() => ReportedParts.CallAsync(
                    load.Reports,
                    Callers,
                    async call => await silo.Grains.GetGrain<INothingGrain>($"{call % load.Uploads}").AskAsync(message))),
                cancellationToken);
            verdicts.Add(Verdict.OfRatio(rounds.What, rounds.Unit, medians, load.AtLeast));
        }

        return verdicts;
    }

    /// <summary>Elapsed seconds, without the time to open the uploads.</summary>
    private static async Task<double> ReportAsync(IEntityHost host, Load load, CancellationToken cancellationToken)
    {
        var side = await ReportedParts.InAsync(host, cancellationToken);
        var seconds = 0.0;
        for (var i = 0; i < load.Times; i++)
        {
            var targets = await side.OpenAsync(load.Uploads, cancellationToken);
            var reports = side.Prepare(load.Parts);
            seconds += await TimeAsync(() => side.ReportAsync(targets, reports, Callers, cancellationToken));
        }

        return seconds;
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed.TotalSeconds;
    }

    /// <param name="Name">What it is called.</param>
    /// <param name="Uploads">The number of uploads that get reports at the same time.</param>
    /// <param name="Parts">The number of parts of each.</param>
    /// <param name="Times">How often this is done in each round, with other uploads.</param>
    /// <param name="AtLeast">The share of the reports of a grain that does nothing.</param>
    private sealed record Load(string Name, int Uploads, int Parts, int Times, double AtLeast)
    {
        public int Reports => Uploads * Parts * Times;
    }
}
