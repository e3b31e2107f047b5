namespace OrleansUploads.Simulation.PowerCut;

/// <summary>A series on one disk whose power is cut in each round, and that restarts on the surviving data.</summary>
internal sealed class PowerCutSeries : RealSeries
{
    private const int MostOperations = 150;
    private static readonly TimeSpan CheckPatience = TimeSpan.FromMinutes(2);
    private const int MostOperationsOfAStart = 40;

    private readonly ulong _seed;
    private readonly bool _failsDisk;
    private readonly PowerCutTally _tally;
    private readonly PowerCutDisk _disk;
    private readonly ServerSetup _setup;
    private readonly IssuedKeys _keys;
    private readonly ServerLives _lives;
    private readonly DiskTrouble _trouble;

    private PowerCutSeries(ulong seed, PowerCutTally tally, bool failsDisk, IReadOnlyList<string> program)
        : base(seed, kind: 11, tally)
    {
        _seed = seed;
        _failsDisk = failsDisk;
        _tally = tally;
        _disk = new PowerCutDisk(Random.Fork(12));

        // The server creates its folder, and sometimes its parent.
        var folder = Path.Combine(_disk.Path, Random.Chance(500) ? "data" : "srv/archives");
        _keys = new IssuedKeys(folder);
        _setup = new ServerSetup(folder)
        {
            Program = program,
            Environment = new Dictionary<string, string?>(CommandLine.WithoutOperatorKey)
            {
                // This assembly turns quick compilation off for the simulation. A server starts faster with it.
                ["DOTNET_TC_QuickJit"] = "1",
            },
            Options = Collects ? ServerChecks.CollectsAtOnce : [],
        };
        _lives = new ServerLives(_setup, _keys.ReadFirst);
        _trouble = new DiskTrouble(_disk.Content, Clients, Random, Schedule, tally, Fail);
    }

    /// <summary>Runs a series. Needs Linux, root and /dev/fuse.</summary>
    public static async Task<RealFailure?> RunAsync(
        ulong seed, int rounds, PowerCutTally tally, bool failsDisk, IReadOnlyList<string>? program = null)
    {
        await using var series = new PowerCutSeries(seed, tally, failsDisk, program ?? [CommandLine.Program, "serve"]);
        var failure = await series.PlayAsync(series._lives, round => round < rounds);
        tally.FailedOperations += series._disk.Content.Failed;
        return failure;
    }

    public override async ValueTask DisposeAsync()
    {
        _disk.Power.Release();
        await _lives.DisposeAsync();
        _disk.Dispose();
    }

    protected override async Task BeginAsync()
    {
        await CutStartAsync(300);
        await _lives.StartAsync();
    }

    protected override async Task DisturbAsync(int round, int steps, Task clients)
    {
        var keepsSome = (_seed + (ulong)round) % 2 == 1;
        _disk.Content.WritesBack = keepsSome;
        if (_failsDisk && !await _trouble.FailForAWhileAsync(steps, clients) && Random.Chance(600))
        {
            await RestartAsync();
        }

        var key = Random.Chance(300) ? _keys.AddAsync(_disk.Power.Failed) : Task.FromResult(false);
        await EndLifeAsync(steps, clients);
        _tally.KeysCreated += await key ? 1 : 0;
        Cut(keepsSome);
        _tally.Cuts++;
        _tally.CutsKeepingSome += keepsSome ? 1 : 0;
        await CutStartAsync(150);
        await CompareAsync();
        await _lives.StartAsync();
        if (_keys.FindLost() is { } lost)
        {
            Fail(lost);
        }
    }

    protected override Task EndAsync() => Checks.CheckDiskAsync(_lives, _setup.DataFolder, Collects);

    /// <summary>Restarts the server, but not the machine, after a disk fault: the system still shows bytes that it could not
    /// write.</summary>
    private async Task RestartAsync()
    {
        Clients.Note("SIGKILL");
        await _lives.KillAsync();
        await _lives.StartAsync();
        Clients.Note("the server is up; the machine kept running");
        Clients.MayFail = false;
        _tally.Restarts++;
    }

    private async Task EndLifeAsync(int steps, Task clients)
    {
        if (Random.Chance(500))
        {
            _disk.Power.FailAfter(Random.Between(1, MostOperations));
            await Task.WhenAny(_disk.Power.Failed, clients);
        }
        else
        {
            await AwaitMomentAsync(steps, clients);
        }

        Clients.Note("the power fails");
        Clients.MayHangUp = false;
        _disk.Power.Fail();
        var killed = _lives.KillAsync();
        _disk.Power.Release();
        await killed;
    }

    /// <summary>Sometimes cuts the power again while the server is starting.</summary>
    private async Task CutStartAsync(int perMille)
    {
        var operations = Random.Between(1, MostOperationsOfAStart);
        if (!Random.Chance(perMille))
        {
            return;
        }

        Clients.Note($"the power fails at operation {operations} of a start");
        _disk.Power.FailAfter(operations);
        await using (var process = _setup.Start())
        {
            await Task.WhenAny(_disk.Power.Failed, process.WaitForLineAsync("Ready on ", TimeSpan.FromSeconds(60)));
            _disk.Power.Fail();
            var killed = process.KillAsync();
            _disk.Power.Release();
            await killed;
        }

        Cut(Random.Chance(500));
        _tally.StartsCut++;
    }

    private async Task CompareAsync()
    {
        await using var check = CommandLine.Start(["check", "--quiet", "--data", _setup.DataFolder]);
        if (await check.WaitForExitAsync(CheckPatience) != 0)
        {
            Fail($"check: {check.Output}{check.Error}".TrimEnd());
        }
    }

    private void Cut(bool keepsSome) => _disk.CutPower(keepsSome ? Random.Fork(Random.Next()) : null);
}
