using OrleansUploads.Benchmarks.Transfers;

namespace OrleansUploads.Benchmarks.Uploads;

/// <summary>Compares a vault of a hundred thousand open uploads with a vault of few, on the real server.</summary>
internal sealed class OpenUploadsBenchmark : IBenchmark
{
    private const double MostWarmMilliseconds = 50;
    private const double MostColdMilliseconds = 500;
    private const double MostMebibytes = 400;
    private const int WarmUps = 5;
    private const string SmallVault = "nearly-empty";

    public string Name => "open-uploads";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var folder = session.Subfolder("full");
        await ManyUploads.OpenAsync(folder, session.Pick(100_000, 5_000), cancellationToken);
        var verdicts = new List<Verdict>();
        await using (var server = await StartAsync(folder, cancellationToken))
        {
            var full = server.VaultNamed(GatewayServer.Vault);
            var small = server.VaultNamed(SmallVault);
            await small.CreateAsync(cancellationToken);
            for (var i = 0; i < 10; i++)
            {
                await small.BeginAsync(cancellationToken);
            }

            var before = server.Process.PeakMebibytes;
            verdicts.AddRange(
            [
                await WarmAsync(session, "describe", full.DescribeAsync, small.DescribeAsync, cancellationToken),
                await WarmAsync(session, "first page", full.ListUploadsAsync, small.ListUploadsAsync, cancellationToken),
                await BeginAsync(session, full, small, cancellationToken),
                Verdict.OfLimit(
                    $"{Name}, server's peak memory",
                    Unit.Mebibytes,
                    new Medians(server.Process.PeakMebibytes, before),
                    MostMebibytes),
            ]);
        }

        verdicts.Add(await ColdAsync(session, "describe", folder, static (vault, token) => vault.DescribeAsync(token), cancellationToken));
        verdicts.Add(await ColdAsync(session, "first page", folder, static (vault, token) => vault.ListUploadsAsync(token), cancellationToken));
        return verdicts;
    }

    private static Task<GatewayServer> StartAsync(string folder, CancellationToken cancellationToken) =>
        GatewayServer.StartAsync(folder, cancellationToken, createsVault: false);

    private async Task<Verdict> WarmAsync(
        Session session,
        string what,
        Func<CancellationToken, Task<long>> full,
        Func<CancellationToken, Task<long>> small,
        CancellationToken cancellationToken)
    {
        var rounds = new Rounds($"{Name}, {what}", Unit.Milliseconds, session.Pick(50, 10), WarmUps);
        var medians = await rounds.AlternateAsync(
            token => Rounds.TimeAsync(() => full(token)), token => Rounds.TimeAsync(() => small(token)), cancellationToken);
        return Verdict.OfLimit(rounds.What, rounds.Unit, medians, MostWarmMilliseconds);
    }

    private async Task<Verdict> BeginAsync(
        Session session, GatewayVault full, GatewayVault small, CancellationToken cancellationToken)
    {
        var rounds = new Rounds($"{Name}, initiate", Unit.Milliseconds, session.Pick(200, 20), WarmUps);
        var medians = await rounds.AlternateAsync(
            token => Rounds.TimeAsync(() => full.BeginAsync(token)), token => Rounds.TimeAsync(() => small.BeginAsync(token)), cancellationToken);
        return Verdict.OfInterest(rounds.What, rounds.Unit, medians);
    }

    /// <summary>Measures the first request after a start, when nothing is in memory and nothing is compiled. The server is
    /// started again for each request.</summary>
    private async Task<Verdict> ColdAsync(
        Session session,
        string what,
        string folder,
        Func<GatewayVault, CancellationToken, Task<long>> ask,
        CancellationToken cancellationToken)
    {
        var rounds = new Rounds($"{Name}, {what} after a start", Unit.Milliseconds, session.Pick(7, 2));
        var medians = await rounds.AlternateAsync(
            token => FirstAsync(GatewayServer.Vault, token), token => FirstAsync(SmallVault, token), cancellationToken);
        return Verdict.OfLimit(rounds.What, rounds.Unit, medians, MostColdMilliseconds);

        async Task<double> FirstAsync(string vault, CancellationToken token)
        {
            await using var server = await StartAsync(folder, token);
            return await Rounds.TimeAsync(() => ask(server.VaultNamed(vault), token));
        }
    }
}
