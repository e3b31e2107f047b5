using OrleansUploads.Simulation.Judging;

namespace OrleansUploads.Simulation.RealServer;

/// <summary>Several rounds on one data folder. A round consists of a few dozen operations of concurrent clients, a SIGKILL
/// at a random moment, a restart, the remaining operations, and a check of everything.</summary>
internal sealed class RealSeries : IAsyncDisposable
{
    public const int Rounds = 5;
    private const int StepsPerRound = 36;
    private const int DiskMebibytes = 160;

    private readonly SeededRandom _random;
    private readonly Schedule _schedule;
    private readonly int _rounds;
    private readonly bool _collects;
    private readonly RealTally _tally;
    private readonly Judge _judge;
    private readonly TemporaryFolder _folder;
    private readonly ServerLives _lives;
    private readonly RealClients _clients;
    private readonly ServerChecks _checks;
    private readonly Action<string>? _betweenLives;
    private string? _violation;

    private RealSeries(ulong seed, int rounds, TemporaryFolder folder, RealTally tally, Action<string>? betweenLives)
    {
        var coverage = new Coverage();
        _betweenLives = betweenLives;
        _random = new SeededRandom(seed).Fork(7);
        _rounds = rounds;
        _tally = tally;
        _folder = folder;
        _collects = _random.Chance(400);
        _schedule = ScheduleGenerator.Generate(seed, Draw(_random));
        _judge = new Judge(() => TimeProvider.System.GetUtcNow(), coverage, Fail)
        {
            ClockError = TimeSpan.FromMinutes(1),
            AnyCollection = _collects,
            AsksVaultFirst = true,
        };
        _lives = new ServerLives(new ServerSetup(folder.Data) { Options = _collects ? ServerChecks.CollectsAtOnce : [] });
        _clients = new RealClients(_lives, _judge, new ClientMemory(_judge, _schedule), tally, Fail);
        _checks = new ServerChecks(_lives, _clients, _judge, coverage, folder.Data, () => _violation is not null, Fail);
    }

    /// <summary>Runs a series.</summary>
    /// <param name="seed">The seed of the series.</param>
    /// <param name="rounds">At most <see cref="Rounds"/>.</param>
    /// <param name="fillsDisk">Whether the folder is on a small disk that fills up; needs Linux and root.</param>
    /// <param name="tally">The counts to add to.</param>
    /// <param name="betweenLives">Called with the data folder between two server processes.</param>
    /// <returns>The violation and what led to it, or null if all promises were kept.</returns>
    public static async Task<RealFailure?> RunAsync(
        ulong seed, int rounds, bool fillsDisk, RealTally tally, Action<string>? betweenLives = null)
    {
        using var folder = new TemporaryFolder();
        await using var disk = fillsDisk ? await SmallDisk.MountAsync(folder.Data, DiskMebibytes) : null;
        await using var series = new RealSeries(seed, rounds, folder, tally, betweenLives);
        await series.PlayAsync(disk);
        return series._violation is { } violation
            ? new RealFailure(seed, violation, series._clients.Lines, series._lives.Log)
            : null;
    }

    public ValueTask DisposeAsync() => _lives.DisposeAsync();

    /// <summary>The options for a single real server over HTTP; its faults are real ones.</summary>
    public static SwarmOptions Draw(SeededRandom random) => new()
    {
        Chapters = Rounds,
        Steps = Rounds * StepsPerRound,
        Clients = random.Between(2, 6),
        Uploads = random.Between(2, 4),
        Vaults = random.Between(1, 2),
        SlowMilliseconds = random.Pick(0, 0, 1, 4),
        WakeWeight = 0,
        CollectWeight = 0,
    };

    private async Task PlayAsync(SmallDisk? disk)
    {
        await _lives.StartAsync();
        for (var round = 0; round < _rounds && _violation is null; round++)
        {
            _clients.Note($"round {round}");
            await PlayAsync(_schedule.Chapters[round], disk);
            _tally.Rounds++;
        }

        if (_violation is null)
        {
            await _checks.CheckDiskAsync(_collects);
        }

        _tally.Unjudged += _judge.Uploads.Count(_judge.IsLost);
    }

    private async Task PlayAsync(Chapter chapter, SmallDisk? disk)
    {
        var asks = chapter.Steps.OfType<Step.Ask>().ToList();
        _clients.BeginRound();
        _clients.MayFail = disk is not null;
        var clients = Task.WhenAll(asks.GroupBy(step => step.Actor).Select(_clients.RunAsync).ToList());
        if (disk is not null)
        {
            await FillAsync(disk, asks.Count, clients);
        }

        await EndLifeAsync(asks.Count, clients);
        disk?.MakeRoom();
        _betweenLives?.Invoke(_folder.Data);
        await _lives.StartAsync();
        _clients.Note("the server is up");
        await clients;
        _clients.MayFail = false;
        if (_violation is null)
        {
            await _checks.CheckAsync();
        }
    }

    private async Task FillAsync(SmallDisk disk, int steps, Task clients)
    {
        await Task.WhenAny(_clients.AskedAsync(_random.Between(1, steps / 3)), clients);
        _clients.Note("the disk is full");
        disk.FillUp(_random.Pick(0, 4096, 600_000));
        _tally.FullDisks++;
        if (_random.Chance(400))
        {
            // It stays full until the server is gone.
            return;
        }

        await Task.WhenAny(_clients.AskedAsync(_random.Between(steps / 3, 2 * steps / 3)), clients);
        disk.MakeRoom();
        _clients.Note("the disk has room");
    }

    private async Task EndLifeAsync(int steps, Task clients)
    {
        await Task.WhenAny(_clients.AskedAsync(_random.Between(1, steps)), clients);
        await Task.Delay(_random.Milliseconds(0, 3));
        var isStop = _random.Chance(100);
        _clients.Note(isStop ? "SIGTERM" : "SIGKILL");

        // Requests that clients abandoned before this moment end with this server.
        _clients.MayHangUp = false;
        await (isStop ? _lives.StopAsync() : _lives.KillAsync());
        _tally.Stops += isStop ? 1 : 0;
        _tally.Kills += isStop ? 0 : 1;
    }

    private void Fail(string violation)
    {
        _clients.Note($"VIOLATION {violation}");
        _violation ??= violation;
    }
}

/// <summary>A promise that a real server broke.</summary>
/// <param name="Seed">The seed of the series. Real timing is not part of it, so a failure may need a few attempts to
/// reproduce.</param>
/// <param name="Violation">The violated promise.</param>
/// <param name="Lines">The requests and answers until then.</param>
/// <param name="Log">The log of the last server process.</param>
internal sealed record RealFailure(ulong Seed, string Violation, IReadOnlyList<string> Lines, string Log)
{
    public override string ToString() => string.Join('\n',
        [$"seed {Seed} violates a promise of the real server: {Violation}", .. Lines, "--- the server's log", Log]);
}
