using OrleansUploads.Simulation.Judging;
using OrleansUploads.Simulation.RealServer;

namespace OrleansUploads.Simulation.PowerCut;

/// <summary>Several rounds on one disk. A round consists of a few dozen operations of concurrent clients, a power cut at a
/// random moment, a restart on the surviving data, the remaining operations, and a check of everything.</summary>
internal sealed class PowerCutSeries : IAsyncDisposable
{
    public const int Rounds = RealSeries.Rounds;
    private const int MostOperations = 150;
    private static readonly TimeSpan CheckPatience = TimeSpan.FromMinutes(2);
    private const int MostOperationsOfAStart = 40;

    private readonly SeededRandom _random;
    private readonly ulong _seed;
    private readonly PowerCutPlan _plan;
    private readonly PowerCutTally _tally;
    private readonly Schedule _schedule;
    private readonly bool _collects;
    private readonly PowerCutDisk _disk;
    private readonly ServerSetup _setup;
    private readonly IssuedKeys _keys;
    private readonly Judge _judge;
    private readonly ServerLives _lives;
    private readonly RealClients _clients;
    private readonly ServerChecks _checks;
    private readonly DiskTrouble _trouble;
    private string? _violation;

    private PowerCutSeries(ulong seed, PowerCutPlan plan, PowerCutTally tally)
    {
        _seed = seed;
        _plan = plan;
        _tally = tally;
        _random = new SeededRandom(seed).Fork(11);
        _collects = _random.Chance(400);
        _schedule = ScheduleGenerator.Generate(seed, RealSeries.Draw(_random));
        _disk = new PowerCutDisk(_random.Fork(12));

        // The server creates its folder, and sometimes its parent.
        var folder = Path.Combine(_disk.Path, _random.Chance(500) ? "data" : "srv/archives");
        _keys = new IssuedKeys(folder);
        _setup = new ServerSetup(folder)
        {
            Program = plan.Program,
            Environment = CommandLine.WithoutOperatorKey,
            Options = _collects ? ServerChecks.CollectsAtOnce : [],
        };
        var coverage = new Coverage();
        _judge = new Judge(() => TimeProvider.System.GetUtcNow(), coverage, Fail)
        {
            ClockError = TimeSpan.FromMinutes(1),
            AnyCollection = _collects,
            AsksVaultFirst = true,
        };
        _lives = new ServerLives(_setup, _keys.ReadFirst);
        _clients = new RealClients(_lives, _judge, new ClientMemory(_judge, _schedule), tally.Real, Fail);
        _checks = new ServerChecks(_lives, _clients, _judge, coverage, folder, () => _violation is not null, Fail);
        _trouble = new DiskTrouble(_disk.Content, _clients, _random, _schedule, tally, Fail);
    }

    /// <summary>Runs a series. Needs Linux, root and /dev/fuse.</summary>
    /// <param name="seed">The seed of the series.</param>
    /// <param name="rounds">At most <see cref="Rounds"/>.</param>
    /// <param name="plan">The faults of the disk, and the server.</param>
    /// <param name="tally">The counts to add to.</param>
    /// <returns>The violation and what led to it, or null if all promises were kept.</returns>
    public static async Task<RealFailure?> RunAsync(ulong seed, int rounds, PowerCutPlan plan, PowerCutTally tally)
    {
        await using var series = new PowerCutSeries(seed, plan, tally);
        try
        {
            await series.PlayAsync(rounds);
        }
        catch (InvalidOperationException refused)
        {
            series.Fail($"start: {refused.Message}");
        }
        catch (Exception fault) when (fault is TimeoutException or Xunit.Sdk.XunitException)
        {
            series.Fail($"process: {fault.Message}");
        }

        return series._violation is { } violation
            ? new RealFailure(seed, violation, series._clients.Lines, series._lives.Log)
            : null;
    }

    public async ValueTask DisposeAsync()
    {
        _disk.Power.Release();
        await _lives.DisposeAsync();
        _disk.Dispose();
    }

    private async Task PlayAsync(int rounds)
    {
        await CutStartAsync(300);
        await _lives.StartAsync();
        for (var round = 0; round < rounds && _violation is null; round++)
        {
            _clients.Note($"round {round}");
            await PlayAsync(_schedule.Chapters[round], keepsSome: (_seed + (ulong)round) % 2 == 1);
            _tally.Real.Rounds++;
        }

        if (_violation is null)
        {
            await _checks.CheckDiskAsync(_collects);
        }

        _tally.Real.Unjudged += _judge.Uploads.Count(_judge.IsLost);
        _tally.FailedOperations += _disk.Content.Failed;
    }

    private async Task PlayAsync(Chapter chapter, bool keepsSome)
    {
        var asks = chapter.Steps.OfType<Step.Ask>().ToList();
        _clients.BeginRound();
        _disk.Content.WritesBack = keepsSome;
        var clients = Task.WhenAll(asks.GroupBy(step => step.Actor).Select(_clients.RunAsync).ToList());
        if (_plan.FailsDisk && !await _trouble.FailForAWhileAsync(asks.Count, clients) && _random.Chance(600))
        {
            await RestartAsync();
        }

        var key = _random.Chance(300) ? _keys.AddAsync(_disk.Power.Failed) : Task.FromResult(false);
        await EndLifeAsync(asks.Count, clients);
        _tally.KeysCreated += await key ? 1 : 0;
        Cut(keepsSome);
        _tally.Cuts++;
        _tally.CutsKeepingSome += keepsSome ? 1 : 0;
        await CutStartAsync(150);
        await CompareAsync();
        await _lives.StartAsync();
        _clients.Note("the server is up");
        if (_keys.FindLost() is { } lost)
        {
            Fail(lost);
        }

        await clients;
        _clients.MayFail = false;
        if (_violation is null)
        {
            await _checks.CheckAsync();
        }
    }

    /// <summary>Restarts the server, but not the machine, after a disk fault: the system still shows bytes that it could not
    /// write.</summary>
    private async Task RestartAsync()
    {
        _clients.Note("SIGKILL");
        await _lives.KillAsync();
        await _lives.StartAsync();
        _clients.Note("the server is up; the machine kept running");
        _clients.MayFail = false;
        _tally.Restarts++;
    }

    /// <summary>Waits for the moment of the cut, and kills the server while the disk ignores all operations.</summary>
    private async Task EndLifeAsync(int steps, Task clients)
    {
        if (_random.Chance(500))
        {
            _disk.Power.FailAfter(_random.Between(1, MostOperations));
            await Task.WhenAny(_disk.Power.Failed, clients);
        }
        else
        {
            await Task.WhenAny(_clients.AskedAsync(_random.Between(1, steps)), clients);
            await Task.Delay(_random.Milliseconds(0, 3));
        }

        _clients.Note("the power fails");
        _clients.MayHangUp = false;
        _disk.Power.Fail();
        var killed = _lives.KillAsync();
        _disk.Power.Release();
        await killed;
    }

    /// <summary>Sometimes cuts the power again while the server is starting.</summary>
    private async Task CutStartAsync(int perMille)
    {
        var operations = _random.Between(1, MostOperationsOfAStart);
        if (!_random.Chance(perMille))
        {
            return;
        }

        _clients.Note($"the power fails at operation {operations} of a start");
        _disk.Power.FailAfter(operations);
        await using (var process = _setup.Start())
        {
            await Task.WhenAny(_disk.Power.Failed, process.WaitForLineAsync("Ready on ", TimeSpan.FromSeconds(60)));
            _disk.Power.Fail();
            var killed = process.KillAsync();
            _disk.Power.Release();
            await killed;
        }

        Cut(_random.Chance(500));
        _tally.StartsCut++;
    }

    /// <summary>Runs <c>check</c>, which compares the disk with the journal.</summary>
    private async Task CompareAsync()
    {
        await using var check = CommandLine.Start(["check", "--quiet", "--data", _setup.DataFolder]);
        if (await check.WaitForExitAsync(CheckPatience) != 0)
        {
            Fail($"check: {check.Output}{check.Error}".TrimEnd());
        }
    }

    private void Cut(bool keepsSome) => _disk.CutPower(keepsSome ? _random.Fork(_random.Next()) : null);

    private void Fail(string violation)
    {
        _clients.Note($"VIOLATION {violation}");
        _violation ??= violation;
    }
}
