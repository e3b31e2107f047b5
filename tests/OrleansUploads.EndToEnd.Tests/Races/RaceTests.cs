using System.Diagnostics;
using OrleansUploads.TestKit.Races;

namespace OrleansUploads.EndToEnd.Tests.Races;

/// <summary>Clients that race for one object, against a server that is killed in some of the rounds.</summary>
[Campaign]
public sealed class RaceTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Seed = 20261121;
    private const int InterruptedClientsOfEachKind = 3;

    private static readonly int Rounds = TestSetting.Read("ORLEANSUPLOADS_RACE_ROUNDS", 200);
    private static readonly int InterruptedRounds = TestSetting.Read("ORLEANSUPLOADS_INTERRUPTED_ROUNDS", 10);

    private readonly TemporaryFolder _folder = new();
    private ServerProcess _server = null!;
    private RaceCampaign _campaign = null!;

    /// <summary>The races with their numbers of rounds, each in a slice.</summary>
    public static IEnumerable<TheoryDataRow<string, int>> Races => Race.All.Keys.Select(static (name, number) =>
        new TheoryDataRow<string, int>(name, name.StartsWith("creations", StringComparison.Ordinal) ? Rounds * 5 / 2 : Rounds)
            .WithTrait(SliceAttribute.Name, $"{number % SliceAttribute.Count}"));

    public async ValueTask InitializeAsync()
    {
        _server = await ServerProcess.StartAsync(_folder.Data);
        _campaign = new RaceCampaign(_server.SignS3(), new Random(Seed));
        await _campaign.BeginAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _campaign.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_answers_of_every_race_are_possible_in_some_order()
    {
        foreach (var race in Race.All.Keys)
        {
            await PlayAsync(race, rounds: 4, killOneIn: 4);
        }
    }

    [Theory]
    [MemberData(nameof(Races))]
    public Task The_answers_of_many_rounds_are_possible_in_some_order(string race, int rounds) => PlayAsync(race, rounds, killOneIn: 20);

    [Fact]
    [Promise("operations.md", "the process is killed")]
    public async Task A_write_that_a_kill_interrupts_never_comes_back_over_a_later_acknowledged_one()
    {
        for (var round = 0; round < InterruptedRounds; round++)
        {
            await _campaign.PlayAsync(
                [.. Enumerable.Repeat(Race.Interrupted, InterruptedClientsOfEachKind).SelectMany(static race => race)], Kill);
        }
    }

    private async Task PlayAsync(string race, int rounds, int killOneIn)
    {
        var watch = Stopwatch.StartNew();
        for (var number = 1; number <= rounds; number++)
        {
            await _campaign.PlayAsync([KeyValuePair.Create(race, Race.All[race])], number % killOneIn == 0 ? Kill : null);
        }

        output.WriteLine($"{race}: {rounds} rounds, {rounds / killOneIn} kills, {watch.Elapsed.TotalSeconds:F0} s");
    }

    private (Task Killed, Task Restarted) Kill()
    {
        return (_server.KillAsync(), RestartAsync());

        async Task RestartAsync()
        {
            var killed = _server;
            _server = await killed.CrashAsync();
            await killed.DisposeAsync();
        }
    }
}
