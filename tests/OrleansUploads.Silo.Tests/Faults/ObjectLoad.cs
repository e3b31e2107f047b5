using System.Collections.Concurrent;
using OrleansUploads.Signing;
using OrleansUploads.TestKit.Races;

namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>Clients of S3 that race for keys. After each race they write or delete the object and insist on an answer: what a fault has
/// interrupted must not come back over that. They keep some objects and read them again later.</summary>
/// <param name="http">Sends requests. It repeats nothing.</param>
/// <param name="seed">Decides which races are run.</param>
internal sealed class ObjectLoad(HttpClient http, int seed)
{
    private const int Workers = 3;

    /// <summary>The objects that each worker keeps.</summary>
    private const int Kept = 8;

    /// <summary>More than a part store keeps in memory until it is stored.</summary>
    private const int LongBytes = Archives.MiB * 3 / 2;

    /// <summary>Leaves processor time for the silos that restart in the meantime.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private static readonly KeyValuePair<string, Func<RaceClient, Round, Task<Race>>>[] Races = [.. Race.All, .. Race.Interrupted];

    private readonly SignedRequests _requests = new(
        MeasuredRequests.Endpoint,
        new RequestSigner(SigningRules.S3, "us-east-1", CommandLine.AccessKeyId, CommandLine.SecretAccessKey));

    private readonly ConcurrentQueue<string> _flaws = new();
    private readonly ConcurrentQueue<PlayedRace>[] _kept = [.. Enumerable.Range(0, Workers).Select(static _ => new ConcurrentQueue<PlayedRace>())];
    private int _played;

    private sealed record PlayedRace(string Name, Race Race, Round Round, RaceClient Client);

    /// <summary>The races so far.</summary>
    public int Played => Volatile.Read(ref _played);

    /// <summary>What no order of the requests explains.</summary>
    public IReadOnlyCollection<string> Flaws => _flaws;

    public async Task BeginAsync()
    {
        using var answer = await http.SendAsync(_requests.Create(HttpMethod.Put, RaceClient.Bucket, []));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Runs races until cancelled.</summary>
    public Task RunAsync(CancellationToken stopping) =>
        Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => RunAsync(worker, stopping)));

    /// <summary>Reads everything that is kept.</summary>
    public Task ReadKeptAsync() => Task.WhenAll(_kept.SelectMany(static kept => kept).Select(static race => race.Client.ReadAsync()));

    /// <summary>Reads and judges everything that is kept.</summary>
    public async Task EndAsync()
    {
        await ReadKeptAsync();
        foreach (var race in _kept.SelectMany(static kept => kept))
        {
            Judge(race);
        }
    }

    private async Task RunAsync(int worker, CancellationToken stopping)
    {
        var random = new Random(unchecked((seed * Workers) + worker));
        for (var number = 0; !stopping.IsCancellationRequested && _flaws.IsEmpty; number++)
        {
            var (name, prepareAsync) = Races[random.Next(Races.Length)];
            var round = new Round(
                string.Create(CultureInfo.InvariantCulture, $"{worker}/{number}"), isKilled: true, number % 5 == 0 ? LongBytes : 0);
            var client = new RaceClient(http, _requests, round, static () => { });
            var race = await prepareAsync(client, round);
            await Task.WhenAll(race.Requests.Select(static request => request()));
            await race.Settle();
            await client.ReadAsync();
            Interlocked.Increment(ref _played);
            _kept[worker].Enqueue(new PlayedRace(name, race, round, client));
            if (_kept[worker].Count > Kept && _kept[worker].TryDequeue(out var oldest))
            {
                await oldest.Client.ReadAsync();
                Judge(oldest);
                await oldest.Client.OverwriteAsync(null);
            }

            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private void Judge(PlayedRace race)
    {
        if (race.Round.FindFlaw(race.Race.Original) is { } flaw)
        {
            _flaws.Enqueue($"{race.Name}, {race.Round.Key}: {flaw}");
        }
    }
}
