using System.Diagnostics;
using System.Globalization;
using OrleansUploads.Benchmarks.Transfers;

namespace OrleansUploads.Benchmarks.Objects;

/// <summary>Compares buckets of a million objects with a bucket of one page of objects, on the same real server.</summary>
internal sealed class MillionObjectsBenchmark : IBenchmark
{
    private const double MostWarmMilliseconds = 25;
    private const double MostColdMilliseconds = 250;
    private const double MostLeavesForPrefix = 2;
    private const double MostMebibytes = 300;
    private const double LeastPutRatio = 1 / 1.5;
    private const double LeastStartRatio = 0.5;
    private const int WarmUps = 5;
    private const int Page = 1000;
    private const int KeysForPrefix = 1000;
    private const string Flat = "flat";
    private const string Prefixed = "prefixed";
    private const string Small = "one-page";
    private const string ByPrefix = "&delimiter=%2F";

    private static readonly byte[] SmallBody = new byte[100];

    public string Name => "million-objects";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var count = session.Pick(1_000_000, 20_000);
        var folder = session.Subfolder("full");
        await ManyObjects.CreateAsync(
            folder,
            count,
            new Dictionary<string, Func<int, string>>
            {
                [Flat] = number => FlatKey(number),
                [Prefixed] = static number => string.Create(
                    CultureInfo.InvariantCulture, $"folder-{number / KeysForPrefix:0000}/{number % KeysForPrefix:000}.jpg"),
            },
            cancellationToken);

        var verdicts = new List<Verdict>();
        await using (var server = await GatewayServer.StartAsync(folder, cancellationToken, createsVault: false))
        {
            await FillSmallAsync(server, cancellationToken);
            var before = server.Process.PeakMebibytes;
            verdicts.AddRange(
            [
                await ColdAsync(session, server, count, cancellationToken),
                await WarmAsync(session, server, "page", Flat, Middle(count), cancellationToken),
                await WarmAsync(session, server, "page of one prefix", Prefixed, "&prefix=folder-0007%2F", cancellationToken),
                await ListPrefixesAsync(session, server, Math.Min(Page, count / KeysForPrefix), cancellationToken),
                await PutAsync(session, server, count, cancellationToken),
                Verdict.OfLimit(
                    $"{Name}, server's peak memory",
                    Unit.Mebibytes,
                    new Medians(server.Process.PeakMebibytes, before),
                    MostMebibytes),
            ]);
        }

        verdicts.Add(await CountLeavesAsync(folder, cancellationToken));
        verdicts.Add(await FirstAsync(session, folder, Middle(count), cancellationToken));
        verdicts.Add(await StartAsync(session, folder, cancellationToken));
        return verdicts;
    }

    /// <summary>Keys of one length whose order has nothing to do with the order in which they are added.</summary>
    private static string FlatKey(int number) => string.Create(CultureInfo.InvariantCulture, $"photo-{number:0000000}.jpg");

    private static string Middle(int count) => $"&start-after={FlatKey(count / 2)}";

    private static async Task FillSmallAsync(GatewayServer server, CancellationToken cancellationToken)
    {
        var small = server.BucketNamed(Small);
        await small.CreateAsync(cancellationToken);
        for (var i = 0; i < Page; i++)
        {
            await small.PutAsync(FlatKey(i), SmallBody, cancellationToken);
        }
    }

    private async Task<Verdict> WarmAsync(
        Session session, GatewayServer server, string what, string bucket, string query, CancellationToken cancellationToken)
    {
        var rounds = new Rounds($"{Name}, {what}", Unit.Milliseconds, session.Pick(50, 10), WarmUps);
        var medians = await rounds.AlternateAsync(
            token => ListAsync(server, bucket, query, Page, token),
            token => ListAsync(server, Small, "", Page, token),
            cancellationToken);
        return Verdict.OfLimit(rounds.What, rounds.Unit, medians, MostWarmMilliseconds);
    }

    /// <summary>Each page is another one, so none of its leaves is in memory.</summary>
    private async Task<Verdict> ColdAsync(Session session, GatewayServer server, int count, CancellationToken cancellationToken)
    {
        var rounds = new Rounds($"{Name}, page from disk", Unit.Milliseconds, session.Pick(50, 10), WarmUps: 2);
        var (next, step) = (0, (count - Page - 1) / (rounds.Count + rounds.WarmUps));
        var medians = await rounds.AlternateAsync(
            token => ListAsync(server, Flat, $"&start-after={FlatKey(next++ * step)}", Page, token),
            token => ListAsync(server, Small, "", Page, token),
            cancellationToken);
        return Verdict.OfLimit(rounds.What, rounds.Unit, medians, MostColdMilliseconds);
    }

    private static async Task<double> ListAsync(
        GatewayServer server, string bucket, string query, int expected, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var listed = await server.BucketNamed(bucket).ListAsync(query, cancellationToken);
        return listed == expected
            ? watch.Elapsed.TotalMilliseconds
            : throw new InvalidOperationException($"The page of {bucket} with '{query}' has {listed} lines instead of {expected}.");
    }

    /// <summary>A page that reads up to two leaves for each line.</summary>
    private async Task<Verdict> ListPrefixesAsync(
        Session session, GatewayServer server, int expected, CancellationToken cancellationToken)
    {
        var rounds = new Rounds($"{Name}, page of prefixes", Unit.Milliseconds, session.Pick(15, 3), WarmUps: 2);
        var medians = await rounds.AlternateAsync(
            token => ListAsync(server, Prefixed, ByPrefix, expected, token),
            token => ListAsync(server, Small, "", Page, token),
            cancellationToken);
        return Verdict.OfInterest(rounds.What, rounds.Unit, medians);
    }

    /// <summary>Each object goes to a leaf that is not in memory.</summary>
    private async Task<Verdict> PutAsync(Session session, GatewayServer server, int count, CancellationToken cancellationToken)
    {
        const string empty = "empty";
        await server.BucketNamed(empty).CreateAsync(cancellationToken);
        var rounds = new Rounds($"{Name}, put", Unit.Milliseconds, session.Pick(100, 15), WarmUps);
        var (next, step) = (0, count / (session.Pick(100, 15) + WarmUps));
        var medians = await rounds.AlternateAsync(
            token => PutAsync(server, Flat, next++ * step, token),
            token => PutAsync(server, empty, next * step, token),
            cancellationToken);
        return Verdict.OfRatio(rounds.What, rounds.Unit, medians, LeastPutRatio);
    }

    private static async Task<double> PutAsync(GatewayServer server, string bucket, int number, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await server.BucketNamed(bucket).PutAsync(FlatKey(number) + ".new", SmallBody, cancellationToken);
        return watch.Elapsed.TotalMilliseconds;
    }

    private async Task<Verdict> CountLeavesAsync(string folder, CancellationToken cancellationToken)
    {
        var bucket = new BucketIncarnation(SomeObject.BucketNamed(Prefixed), 1);
        var leaves = await LeafCount.OfPageAsync(folder, bucket, Page, cancellationToken);
        return Verdict.OfLimit($"{Name}, leaves for each prefix", Unit.Leaves, new Medians(leaves, MostLeavesForPrefix), MostLeavesForPrefix);
    }

    /// <summary>The first request after a start, when nothing is in memory and nothing is compiled. The server is started again for each
    /// request.</summary>
    private async Task<Verdict> FirstAsync(Session session, string folder, string query, CancellationToken cancellationToken)
    {
        var rounds = new Rounds($"{Name}, page after a start", Unit.Milliseconds, session.Pick(7, 2));
        var medians = await rounds.AlternateAsync(
            token => FirstAsync(Flat, query, token), token => FirstAsync(Small, "", token), cancellationToken);
        return Verdict.OfInterest(rounds.What, rounds.Unit, medians);

        async Task<double> FirstAsync(string bucket, string ask, CancellationToken token)
        {
            await using var server = await GatewayServer.StartAsync(folder, token, createsVault: false);
            return await ListAsync(server, bucket, ask, Page, token);
        }
    }

    private async Task<Verdict> StartAsync(Session session, string folder, CancellationToken cancellationToken)
    {
        var medians = await ServerStart.CompareAsync(session, $"{Name}, start", folder, cancellationToken);
        return Verdict.OfRatio($"{Name}, start", Unit.Milliseconds, medians, LeastStartRatio);
    }
}
