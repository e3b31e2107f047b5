using System.Diagnostics;
using OrleansUploads.Benchmarks.Harness;
using OrleansUploads.Benchmarks.Transfers;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Benchmarks.Archives;

/// <summary>The real server with a vault of a million archives, against the same with an empty vault.</summary>
internal sealed class MillionArchivesBenchmark : IBenchmark
{
    private const double MostDescribeMilliseconds = 50;
    private const double MostMebibytes = 300;
    private const double LeastRatio = 0.5;
    private const int DeletedArchives = 100;

    public string Name => "million-archives";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var count = session.Pick(1_000_000, 20_000);
        var fullFolder = session.Subfolder("full");
        var emptyFolder = session.Subfolder("empty");
        var samples = await ManyArchives.CreateAsync(
            fullFolder, BenchmarkVault(), count, DeletedArchives, cancellationToken);

        var verdicts = new List<Verdict>();
        await using (var full = await GatewayServer.StartAsync(fullFolder, cancellationToken))
        await using (var empty = await GatewayServer.StartAsync(emptyFolder, cancellationToken))
        {
            // The inventory comes early: after it, whatever reads shards is compiled as in a server that has run for a while.
            verdicts.AddRange(
            [
                await DescribeAsync(session, full, empty, cancellationToken),
                await InventoryAsync(full, empty, cancellationToken),
                await AddAsync(session, full, empty, cancellationToken),
                await DeleteAsync(session, full, empty, samples, cancellationToken),
                Verdict.OfLimit(
                    $"{Name}, server's peak memory",
                    Unit.Mebibytes,
                    new Medians(full.Process.PeakMebibytes, empty.Process.PeakMebibytes),
                    MostMebibytes),
            ]);
        }

        verdicts.Add(await StartAsync(session, fullFolder, cancellationToken));
        return verdicts;
    }

    private static VaultId BenchmarkVault() =>
        AccountId.TryParse(GatewayServer.Account, out var account) && VaultName.TryParse(GatewayServer.Vault, out var name)
            ? new VaultId(account, name)
            : throw new InvalidOperationException("no account or no name");

    private async Task<Verdict> DescribeAsync(
        Session session, GatewayServer full, GatewayServer empty, CancellationToken cancellationToken)
    {
        var rounds = new Rounds($"{Name}, describe", Unit.Milliseconds, session.Pick(50, 10), WarmUps: 2);
        var medians = await rounds.AlternateAsync(
            token => TimeAsync(() => full.DescribeAsync(token)),
            token => TimeAsync(() => empty.DescribeAsync(token)),
            cancellationToken);
        return Verdict.OfLimit(rounds.What, rounds.Unit, medians, MostDescribeMilliseconds);
    }

    /// <summary>Each goes to a shard of its own, which the server has to read first.</summary>
    private async Task<Verdict> AddAsync(
        Session session, GatewayServer full, GatewayServer empty, CancellationToken cancellationToken)
    {
        var next = 0;
        var rounds = new Rounds($"{Name}, add", Unit.Milliseconds, session.Pick(75, 15), WarmUps: 5);
        var medians = await rounds.AlternateAsync(
            token => TimeAsync(() => full.AddAsync(next++, token)),
            token => TimeAsync(() => empty.AddAsync(next++, token)),
            cancellationToken);
        return Verdict.OfRatio(rounds.What, rounds.Unit, medians, LeastRatio);
    }

    private async Task<Verdict> DeleteAsync(
        Session session,
        GatewayServer full,
        GatewayServer empty,
        IReadOnlyList<string> samples,
        CancellationToken cancellationToken)
    {
        var rounds = new Rounds($"{Name}, delete", Unit.Milliseconds, session.Pick(75, 15), WarmUps: 5);
        var others = new List<string>();
        for (var i = 0; i < rounds.Count + rounds.WarmUps; i++)
        {
            others.Add(await empty.AddAsync(1_000_000 + i, cancellationToken));
        }

        var (deleted, deletedOther) = (0, 0);
        var medians = await rounds.AlternateAsync(
            token => TimeAsync(() => full.DeleteAsync(samples[deleted++], token)),
            token => TimeAsync(() => empty.DeleteAsync(others[deletedOther++], token)),
            cancellationToken);
        return Verdict.OfRatio(rounds.What, rounds.Unit, medians, LeastRatio);
    }

    private async Task<Verdict> InventoryAsync(GatewayServer full, GatewayServer empty, CancellationToken cancellationToken)
    {
        var medians = new Medians(await ReadAsync(full), await ReadAsync(empty));
        return Verdict.OfInterest($"{Name}, inventory", Unit.Milliseconds, medians);

        async Task<double> ReadAsync(GatewayServer server)
        {
            var archives = await server.DescribeAsync(cancellationToken);
            var watch = Stopwatch.StartNew();
            var job = await server.StartInventoryAsync(cancellationToken);
            Session.Tell($"  inventory began after {watch.Elapsed.TotalSeconds:N1} s");
            var listed = await InventoryStream.CountAsync(server.OutputRequest(job), cancellationToken);
            Session.Tell($"  inventory of {listed:N0} archives read after {watch.Elapsed.TotalSeconds:N1} s");
            return listed == archives
                ? watch.Elapsed.TotalMilliseconds
                : throw new InvalidOperationException($"The inventory lists {listed} of {archives} archives.");
        }
    }

    private async Task<Verdict> StartAsync(Session session, string fullFolder, CancellationToken cancellationToken)
    {
        var folders = 0;
        var rounds = new Rounds($"{Name}, start", Unit.Milliseconds, session.Pick(9, 3), WarmUps: 1);
        var medians = await rounds.AlternateAsync(
            token => StartAsync(fullFolder, token),
            token => StartAsync(session.Subfolder($"new-{folders++}"), token),
            cancellationToken);
        return Verdict.OfRatio(rounds.What, rounds.Unit, medians, LeastRatio);

        static async Task<double> StartAsync(string folder, CancellationToken token)
        {
            var watch = Stopwatch.StartNew();
            await using var process = await GatewayServer.StartProcessAsync(folder, token);
            return watch.Elapsed.TotalMilliseconds;
        }
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed.TotalMilliseconds;
    }
}
