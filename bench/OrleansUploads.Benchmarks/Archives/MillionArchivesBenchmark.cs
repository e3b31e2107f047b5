using System.Diagnostics;
using OrleansUploads.Benchmarks.Transfers;

namespace OrleansUploads.Benchmarks.Archives;

/// <summary>Compares a vault of a million archives with a vault of few archives on the same real server. The archives of
/// neither are in memory when they are deleted.</summary>
internal sealed class MillionArchivesBenchmark : IBenchmark
{
    private const double MostDescribeMilliseconds = 50;
    private const double MostStartMilliseconds = 100;
    private const double MostReadMilliseconds = 5000;
    private const double MostMebibytes = 300;
    private const double LeastRatio = 0.5;
    private const int WarmUps = 5;
    private const int DeletedArchives = 100;

    public string Name => "million-archives";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var count = session.Pick(1_000_000, 20_000);
        var folder = session.Subfolder("full");
        var samples = await ManyArchives.CreateAsync(
            folder, GatewayServer.VaultId, count, DeletedArchives, cancellationToken);

        var verdicts = new List<Verdict>();
        await using (var server = await GatewayServer.StartAsync(folder, cancellationToken))
        {
            var full = server.VaultNamed(GatewayServer.Vault);
            var small = server.VaultNamed("nearly-empty");
            await small.CreateAsync(cancellationToken);
            var others = await FillAsync(small, cancellationToken);
            var before = server.Process.PeakMebibytes;

            // The inventory evicts everything else from the server's memory, and has the code that reads shards compiled.
            verdicts.AddRange(
            [
                await DescribeAsync(session, full, small, cancellationToken),
                .. await InventoryAsync(server, full, small, cancellationToken),
                await DeleteAsync(session, full, samples, small, others, cancellationToken),
                await AddAsync(session, full, small, cancellationToken),
                Verdict.OfLimit(
                    $"{Name}, server's peak memory",
                    Unit.Mebibytes,
                    new Medians(server.Process.PeakMebibytes, before),
                    MostMebibytes),
            ]);
        }

        verdicts.Add(await StartAsync(session, folder, cancellationToken));
        return verdicts;
    }

    private static async Task<IReadOnlyList<string>> FillAsync(GatewayVault vault, CancellationToken cancellationToken)
    {
        var archives = new List<string>();
        for (var i = 0; i < DeletedArchives; i++)
        {
            archives.Add(await vault.AddAsync(i, cancellationToken));
        }

        return archives;
    }

    private async Task<Verdict> DescribeAsync(
        Session session, GatewayVault full, GatewayVault small, CancellationToken cancellationToken)
    {
        var rounds = new Rounds($"{Name}, describe", Unit.Milliseconds, session.Pick(50, 10), WarmUps);
        var medians = await rounds.AlternateAsync(
            token => Rounds.TimeAsync(() => full.DescribeAsync(token)),
            token => Rounds.TimeAsync(() => small.DescribeAsync(token)),
            cancellationToken);
        return Verdict.OfLimit(rounds.What, rounds.Unit, medians, MostDescribeMilliseconds);
    }

    /// <summary>Each archive goes to a different shard, which the server must read first.</summary>
    private async Task<Verdict> AddAsync(
        Session session, GatewayVault full, GatewayVault small, CancellationToken cancellationToken)
    {
        var next = DeletedArchives;
        var rounds = new Rounds($"{Name}, add", Unit.Milliseconds, session.Pick(75, 15), WarmUps);
        var medians = await rounds.AlternateAsync(
            token => Rounds.TimeAsync(() => full.AddAsync(next++, token)),
            token => Rounds.TimeAsync(() => small.AddAsync(next++, token)),
            cancellationToken);
        return Verdict.OfRatio(rounds.What, rounds.Unit, medians, LeastRatio);
    }

    private async Task<Verdict> DeleteAsync(
        Session session,
        GatewayVault full,
        IReadOnlyList<string> samples,
        GatewayVault small,
        IReadOnlyList<string> others,
        CancellationToken cancellationToken)
    {
        var rounds = new Rounds($"{Name}, delete", Unit.Milliseconds, session.Pick(75, 15), WarmUps);
        var (deleted, deletedOther) = (0, 0);
        var medians = await rounds.AlternateAsync(
            token => Rounds.TimeAsync(() => full.DeleteAsync(samples[deleted++], token)),
            token => Rounds.TimeAsync(() => small.DeleteAsync(others[deletedOther++], token)),
            cancellationToken);
        return Verdict.OfRatio(rounds.What, rounds.Unit, medians, LeastRatio);
    }

    private async Task<IReadOnlyList<Verdict>> InventoryAsync(
        GatewayServer server, GatewayVault full, GatewayVault small, CancellationToken cancellationToken)
    {
        // Read the small one first, so that it is evicted from the server's memory by the end.
        var other = await ReadAsync(small);
        var (started, read) = await ReadAsync(full);
        return
        [
            Verdict.OfLimit($"{Name}, start of inventory", Unit.Milliseconds, new Medians(started, other.Started), MostStartMilliseconds),
            Verdict.OfLimit($"{Name}, inventory", Unit.Milliseconds, new Medians(read, other.Read), MostReadMilliseconds),
        ];

        async Task<(double Started, double Read)> ReadAsync(GatewayVault vault)
        {
            var archives = await vault.DescribeAsync(cancellationToken);
            var watch = Stopwatch.StartNew();
            var job = await vault.StartInventoryAsync(cancellationToken);
            var started = watch.Elapsed.TotalMilliseconds;
            Session.Report($"  inventory job started after {watch.Elapsed.TotalSeconds:N1} s");
            await vault.AwaitJobAsync(job, cancellationToken);
            Session.Report($"  inventory measured after {watch.Elapsed.TotalSeconds:N1} s");
            watch.Restart();
            var listed = await InventoryStream.CountAsync(server.OutputRequest(job, vault.Name), cancellationToken);
            Session.Report($"  inventory of {listed:N0} archives read in {watch.Elapsed.TotalSeconds:N1} s");
            return listed == archives
                ? (started, watch.Elapsed.TotalMilliseconds)
                : throw new InvalidOperationException($"The inventory lists {listed} of {archives} archives.");
        }
    }

    private async Task<Verdict> StartAsync(Session session, string folder, CancellationToken cancellationToken)
    {
        var medians = await ServerStart.CompareAsync(session, $"{Name}, start", folder, cancellationToken);
        return Verdict.OfRatio($"{Name}, start", Unit.Milliseconds, medians, LeastRatio);
    }
}
