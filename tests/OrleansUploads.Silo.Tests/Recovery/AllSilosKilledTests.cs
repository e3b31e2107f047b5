using OrleansUploads.Client.Models;

namespace OrleansUploads.Silo.Tests.Recovery;

/// <summary>After all silos were killed at once under load, a silo that says that it is ready answers for every entity.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class AllSilosKilledTests(PostgresServer postgres, AzuriteServer azurite, ITestOutputHelper output) : IDisposable
{
    private const int Silos = 3;
    private const int Workers = 8;
    private const int Reported = 5;

    private static readonly int Rounds = TestSetting.Read("ORLEANSUPLOADS_ALL_KILLED_ROUNDS", 20);

    private static readonly TimeSpan MaxStartDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Load = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxWait =
        TimeSpan.FromSeconds(TestSetting.Read("ORLEANSUPLOADS_ALL_KILLED_SECONDS", 5));
    private static readonly TimeSpan MaxOutage = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UsualOutage = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(15);

    // Shorter than the time after which the other silos declare it dead: a silo that was declared dead ends, and never answers.
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(4);

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(1);
    private readonly List<RunningSilo> _silos = [];

    /// <summary>The times from the last start of a silo until all of them had answered for every entity.</summary>
    private readonly List<TimeSpan> _outages = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("PostgreSQL")]
    [InlineData("Azurite")]
    public async Task Every_entity_answers_within_five_seconds_of_the_first_ready_silo(string database)
    {
        var slowest = new List<EntityAnswer>();
        try
        {
            var entities = await StartAsync(DatabaseServers.Named(database, postgres, azurite));
            for (var round = 1; round <= Rounds; round++)
            {
                await KillUnderLoadAsync(entities);
                var answers = await RecoverAsync(entities, Silos);
                slowest.Add(answers[0]);
                output.WriteLine($"{database}, round {round}, {answers.Count} answers, the slowest: {answers[0]}");
                if (answers[0].Waited > MaxWait)
                {
                    Report(answers);
                }
            }
        }
        finally
        {
            await EndAsync();
        }

        Assert.All(slowest, static answer => Assert.True(answer.Waited <= MaxWait, $"{answer}"));
        Assert.All(_outages, static outage => Assert.InRange(outage, TimeSpan.Zero, MaxOutage));

        // One round in twenty may take longer.
        Assert.InRange(_outages.Count(static outage => outage > UsualOutage), 0, Math.Max(1, Rounds / 20));
    }

    [Fact]
    public async Task Silos_that_start_again_serve_within_thirty_seconds_although_one_is_missing_for_good()
    {
        try
        {
            var entities = await StartAsync(postgres);
            await KillUnderLoadAsync(entities);

            await RecoverAsync(entities, Silos - 1);

            Assert.InRange(Assert.Single(_outages), TimeSpan.Zero, MaxOutage);
        }
        finally
        {
            await EndAsync();
        }
    }

    [Fact]
    public async Task The_watch_names_an_entity_whose_silo_is_ready_and_does_not_answer()
    {
        try
        {
            var entities = await StartAsync(postgres);
            await KillUnderLoadAsync(entities);
            var (starting, _) = StartAgain(Silos);
            var watching = new RecoveryWatch(entities.All, Watch).RunAsync(starting);
            var hanging = await starting[0];
            hanging.Process.Pause();
            await Task.Delay(Hang);
            hanging.Process.Resume();

            var slowest = (await watching)[0];

            output.WriteLine($"{slowest}");
            Assert.True(slowest.Waited >= Hang / 2, $"{slowest}");
        }
        finally
        {
            await EndAsync();
        }
    }

    private async Task<WatchedEntities> StartAsync(IDatabaseServer server)
    {
        var database = await server.CreateAsync();
        _silos.AddRange(await RunningSilo.StartAllAsync(
            [.. Enumerable.Range(0, Silos).Select(_ => new SiloStart(database.NewSilo(_folder.Data)))]));
        using var client = new SiloClient(_silos[0]);
        return await WatchedEntities.CreateAsync(client);
    }

    /// <summary>Kills all silos while clients change the entities, so that the silos leave work undone.</summary>
    private async Task KillUnderLoadAsync(WatchedEntities entities)
    {
        using var stopping = new CancellationTokenSource();
        var load = Enumerable.Range(0, Workers).Select(worker => RunLoadAsync(entities, worker, stopping.Token)).ToList();
        await Task.Delay(Load);
        await Task.WhenAll(_silos.Select(static silo => silo.KillAsync()));
        await stopping.CancelAsync();
        await Task.WhenAll(load);
    }

    private async Task RunLoadAsync(WatchedEntities entities, int worker, CancellationToken stopping)
    {
        var random = new Random(worker);
        using var silo = new SiloClient(_silos[worker % Silos]);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await entities.All[random.Next(entities.All.Count)].AskAsync(silo, stopping);
            }
            catch (Exception fault) when (
                fault is GlacierException or HttpRequestException or IOException or OperationCanceledException)
            {
                // The silo was killed.
            }
        }
    }

    /// <summary>Starts silos again and watches them.</summary>
    /// <returns>Every answer, the slowest first.</returns>
    private async Task<IReadOnlyList<EntityAnswer>> RecoverAsync(WatchedEntities entities, int count)
    {
        var watch = new RecoveryWatch(entities.All, Watch);
        var (starting, lastStart) = StartAgain(count);
        var answers = await watch.RunAsync(starting);
        _outages.Add(watch.ServedAfter - lastStart);
        output.WriteLine($"All silos served {_outages[^1].TotalSeconds:F1} s after the last start.");
        return answers;
    }

    /// <summary>Starts some of the silos again at random times, as after a power cut.</summary>
    /// <returns>The silos, and the time until the last one is started.</returns>
    private (List<Task<RunningSilo>> Starting, TimeSpan LastStart) StartAgain(int count)
    {
        var delays = Enumerable.Range(0, count).Select(_ => MaxStartDelay * _random.NextDouble()).ToList();
        var starting = _silos.Zip(delays, static async (silo, delay) =>
        {
            await silo.DisposeAsync();
            await Task.Delay(delay);
            return await silo.StartAgainAsync();
        }).ToList();
        for (var number = 0; number < count; number++)
        {
            _ = RememberAsync(starting[number], number);
        }

        return (starting, delays.Max());
    }

    private async Task RememberAsync(Task<RunningSilo> starting, int number) => _silos[number] = await starting;

    private void Report(IReadOnlyList<EntityAnswer> answers)
    {
        foreach (var answer in answers.Take(Reported))
        {
            output.WriteLine($"{answer}");
        }

        output.WriteLine(string.Join('\n', _silos));
    }

    private async Task EndAsync()
    {
        foreach (var silo in _silos)
        {
            await silo.DisposeAsync();
        }
    }
}
