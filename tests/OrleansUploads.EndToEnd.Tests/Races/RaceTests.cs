using System.Diagnostics;
using Amazon.S3;

namespace OrleansUploads.EndToEnd.Tests.Races;

/// <summary>Clients that race for one object, against a server that is killed in some of the rounds.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class RaceTests(ITestOutputHelper output) : IDisposable
{
    private const int Seed = 20261121;

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(Seed);
    private int _rounds;

    public static TheoryData<string, int> Races => new(
        Race.All.Keys.Select(name => (name, name.StartsWith("creations", StringComparison.Ordinal) ? 500 : 200)));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_answers_of_every_race_are_possible_in_some_order()
    {
        var server = await StartAsync();
        foreach (var race in Race.All.Keys)
        {
            server = await RunAsync(server, race, rounds: 4, killOneIn: 4);
        }

        await server.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Races))]
    public async Task The_answers_of_many_rounds_are_possible_in_some_order(string race, int rounds)
    {
        var watch = Stopwatch.StartNew();
        var server = await RunAsync(await StartAsync(), race, rounds, killOneIn: 20);
        await server.DisposeAsync();
        output.WriteLine($"{race}: {rounds} rounds, {rounds / 20} kills, {watch.Elapsed.TotalSeconds:F0} s");
    }

    private async Task<ServerProcess> StartAsync()
    {
        var server = await ServerProcess.StartAsync(_folder.Data);
        using var s3 = server.ConnectS3();
        await s3.PutBucketAsync(RaceClient.Bucket);
        return server;
    }

    /// <summary>Runs some rounds of a race and kills the server in some of them. Returns the server that runs afterwards.</summary>
    private async Task<ServerProcess> RunAsync(ServerProcess server, string race, int rounds, int killOneIn)
    {
        using var s3 = server.ConnectS3();
        for (var number = 1; number <= rounds; number++)
        {
            server = await RunAsync(server, s3, race, isKilled: number % killOneIn == 0);
        }

        return server;
    }

    private async Task<ServerProcess> RunAsync(ServerProcess server, AmazonS3Client s3, string name, bool isKilled)
    {
        var round = new Round($"round/{++_rounds}");
        var client = new RaceClient(s3, round);
        var race = await Race.All[name](client, round);
        var requests = race.Requests.ToArray();
        _random.Shuffle(requests);
        var answered = client.AnsweredAsync(_random.Next(requests.Length));
        var racing = Task.WhenAll(requests.Select(request => Task.Run(request)));
        if (isKilled)
        {
            await answered;
            var killed = server;
            server = await killed.CrashAsync();
            await killed.DisposeAsync();
        }

        await racing;
        await race.Settle();
        Assert.True(await client.ReadAsync(), "The server does not answer after the race.");
        var flaw = round.FindFlaw(race.Original);
        Assert.True(flaw is null, $"{name}, {round.Key}{(isKilled ? ", killed" : "")}: {flaw}\n{server}");
        return server;
    }
}
