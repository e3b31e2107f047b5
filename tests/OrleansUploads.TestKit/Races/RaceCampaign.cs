using System.Globalization;
using OrleansUploads.TestKit.Processes;

namespace OrleansUploads.TestKit.Races;

/// <summary>Plays races, each for a key of its own, and kills the server in some of them.</summary>
public sealed class RaceCampaign(SignedRequests requests, Random random) : IDisposable
{
    /// <summary>When keys are read again after a kill, for what the server does some seconds after its start.</summary>
    private static readonly TimeSpan[] ReadAgainAfter = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)];

    private readonly HttpClient _pooled = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    private readonly HttpClient _single = new(UnrepeatedRequests.CreateHandler());
    private int _rounds;

    public void Dispose()
    {
        _pooled.Dispose();
        _single.Dispose();
    }

    public async Task BeginAsync()
    {
        using var answer = await _pooled.SendAsync(requests.Create(HttpMethod.Put, RaceClient.Bucket, []));
        Assert.True(answer.IsSuccessStatusCode, $"The bucket was not created: {answer.StatusCode}.");
    }

    /// <summary>Plays races at the same time, and fails with what no order of the requests explains.</summary>
    public async Task PlayAsync(
        IReadOnlyList<KeyValuePair<string, Func<RaceClient, Round, Task<Race>>>> races,
        Func<(Task Killed, Task Restarted)>? kill = null)
    {
        var moment = new Moment();
        var played = await Task.WhenAll(races.Select(async race =>
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"round/{Interlocked.Increment(ref _rounds)}");
            var round = new Round(key, kill is not null);
            var client = new RaceClient(kill is null ? _pooled : _single, requests, round, moment.OnAnswer);
            return (race.Key, Round: round, Client: client, Race: await race.Value(client, round));
        }));
        var all = played.SelectMany(static race => race.Race.Requests).ToArray();
        random.Shuffle(all);

        // A kill that shall interrupt writes comes early.
        var reached = moment.AfterAnswers(random.Next(played.All(static race => race.Race.SettlesAtOnce) ? all.Length / 2 : all.Length));
        var racing = Task.WhenAll(all.Select(Task.Run));
        var restarted = Task.CompletedTask;
        if (kill is not null)
        {
            await Task.WhenAny(reached, racing);
            (var killed, restarted) = kill();
            await killed;
        }

        await racing;
        await Task.WhenAll(played.Select(race => SettleAsync(race.Race, race.Client, restarted)));
        Assert.All(played, static race =>
        {
            var flaw = race.Round.FindFlaw(race.Race.Original);
            Assert.True(flaw is null, $"{race.Key}, {race.Round.Key}{(race.Round.IsKilled ? ", killed" : "")}: {flaw}");
        });
    }

    private static async Task SettleAsync(Race race, RaceClient client, Task restarted)
    {
        if (!race.SettlesAtOnce)
        {
            await restarted;
        }

        await race.Settle();
        var settled = TimeProvider.System.GetTimestamp();
        await client.ReadAsync();
        await restarted;
        foreach (var after in race.SettlesAtOnce ? ReadAgainAfter : [])
        {
            var left = after - TimeProvider.System.GetElapsedTime(settled);
            await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            await client.ReadAsync();
        }
    }

    /// <summary>The moment at which a number of requests was answered.</summary>
    private sealed class Moment
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = int.MaxValue;

        public void OnAnswer()
        {
            if (Interlocked.Decrement(ref _left) <= 0)
            {
                _reached.TrySetResult();
            }
        }

        public Task AfterAnswers(int count)
        {
            Volatile.Write(ref _left, count);
            if (count == 0)
            {
                _reached.TrySetResult();
            }

            return _reached.Task;
        }
    }
}
