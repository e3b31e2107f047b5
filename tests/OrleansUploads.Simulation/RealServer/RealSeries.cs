namespace OrleansUploads.Simulation.RealServer;

/// <summary>Several rounds against a real service. A round consists of a few dozen operations of concurrent clients, a disturbance at a
/// random moment, the remaining operations, and a check of everything. The kinds of series differ in the disturbance.</summary>
internal abstract class RealSeries : IAsyncDisposable
{
    /// <summary>The rounds of a series, unless it says otherwise.</summary>
    public const int Rounds = 5;

    private const int StepsPerRound = 36;

    private readonly ulong _seed;
    private readonly RealTally _tally;
    private string? _violation;

    protected RealSeries(ulong seed, ulong kind, RealTally tally, int rounds = Rounds)
    {
        _seed = seed;
        _tally = tally;
        Random = new SeededRandom(seed).Fork(kind);
        Collects = Random.Chance(400);

        // Only archives of several parts have a manifest, so every second series has no others.
        Schedule = ScheduleGenerator.Generate(seed, Draw(Random, rounds) with { FewestParts = 1 + (int)(seed % 2) });
        Judge = new Judge(() => TimeProvider.System.GetUtcNow(), new Coverage(), Fail)
        {
            ClockError = TimeSpan.FromMinutes(1),
            AnyCollection = Collects,
        };
        Clients = new RealClients(Judge, new ClientMemory(Judge, Schedule) { TakesAnyArchive = true }, tally, Fail);
        Checks = new ServerChecks(Clients, Judge, () => HasFailed, Fail);
    }

    protected SeededRandom Random { get; }

    /// <summary>Whether bytes without an owner are collected at once.</summary>
    protected bool Collects { get; }

    protected Schedule Schedule { get; }

    protected Judge Judge { get; }

    protected RealClients Clients { get; }

    protected ServerChecks Checks { get; }

    protected bool HasFailed => _violation is not null;

    protected async Task<RealFailure?> PlayAsync(Service service, Func<int, bool> hasRound)
    {
        Clients.Service = service;
        try
        {
            await BeginAsync();
            for (var round = 0; hasRound(round) && !HasFailed; round++)
            {
                Clients.Note($"round {round}");
                await PlayAsync(round, [.. Schedule.Chapters[round].Steps.OfType<Step.Ask>()]);
                _tally.Rounds++;
            }

            if (!HasFailed)
            {
                await EndAsync();
            }
        }
        catch (InvalidOperationException refused)
        {
            Fail($"start: {refused.Message}");
        }
        catch (Exception fault) when (fault is TimeoutException or Xunit.Sdk.XunitException)
        {
            Fail($"process: {fault.Message}");
        }

        _tally.Unjudged += Judge.Uploads.Count(Judge.IsLost);
        return _violation is { } violation ? new RealFailure(_seed, violation, Clients.Lines, service.Log) : null;
    }

    /// <summary>Plays series of at most <see cref="Rounds"/> rounds, each with the next seed, and prints their progress.</summary>
    public static async Task<IReadOnlyList<RealFailure>> PlayAllAsync<TTally>(
        int rounds, ulong seed, TTally tally, Action<string> print, Func<ulong, int, TTally, Task<RealFailure?>> playAsync)
    {
        var failures = new List<RealFailure>();
        for (var left = rounds; left > 0; left -= Rounds, seed++)
        {
            if (await playAsync(seed, Math.Min(left, Rounds), tally) is { } failure)
            {
                failures.Add(failure);
                print(failure.ToString());
            }

            print($"seed {seed}: {tally}");
        }

        return failures;
    }

    public abstract ValueTask DisposeAsync();

    protected abstract Task BeginAsync();

    /// <summary>Disturbs the service. Returns when it serves again.</summary>
    protected abstract Task DisturbAsync(int round, int steps, Task clients);

    /// <summary>Waits until what has no answer will take no effect any more.</summary>
    protected virtual Task SettleAsync() => Task.CompletedTask;

    protected abstract Task EndAsync();

    protected async Task AwaitMomentAsync(int steps, Task clients)
    {
        await Task.WhenAny(Clients.AskedAsync(Random.Between(1, steps)), clients);
        await Task.Delay(Random.Milliseconds(0, 3));
    }

    protected void Fail(string violation)
    {
        Clients.Note($"VIOLATION {violation}");
        _violation ??= violation;
    }

    private async Task PlayAsync(int round, IReadOnlyList<Step.Ask> asks)
    {
        Clients.BeginRound();
        var clients = Task.WhenAll(asks.GroupBy(step => step.Actor).Select(Clients.RunAsync).ToList());
        await DisturbAsync(round, asks.Count, clients);
        Clients.Note("the server is up");
        await clients;
        Clients.MayFail = Clients.MayFailUnrepeated = false;
        if (!HasFailed)
        {
            await SettleAsync();
            await Checks.CheckAsync();
        }
    }

    /// <summary>The options for a single real server over HTTP; its faults are real ones.</summary>
    private static SwarmOptions Draw(SeededRandom random, int rounds) => new()
    {
        Chapters = rounds,
        Steps = rounds * StepsPerRound,
        Clients = random.Between(2, 6),
        Uploads = random.Between(2, 4),
        Vaults = random.Between(1, 2),
        SlowMilliseconds = random.Pick(0, 0, 1, 4),
        WakeWeight = 0,
        CollectWeight = 0,
        MinOperationWeight = 4,
    };
}

/// <summary>A promise that a real server broke.</summary>
internal sealed record RealFailure(ulong Seed, string Violation, IReadOnlyList<string> Lines, string Log)
{
    public override string ToString() => string.Join('\n',
        [$"seed {Seed} violates a promise of the real server: {Violation}", .. Lines, "--- the server's log", Log]);
}
