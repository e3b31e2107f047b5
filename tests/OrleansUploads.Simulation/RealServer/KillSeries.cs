namespace OrleansUploads.Simulation.RealServer;

/// <summary>A series on one data folder whose server is killed in each round.</summary>
internal sealed class KillSeries : RealSeries
{
    private const int DiskMebibytes = 160;

    private readonly RealTally _tally;
    private readonly ServerLives _lives;
    private readonly string _dataFolder;
    private readonly SmallDisk? _disk;
    private readonly Action<string>? _betweenLives;

    private KillSeries(ulong seed, string dataFolder, SmallDisk? disk, RealTally tally, Action<string>? betweenLives)
        : base(seed, kind: 7, tally)
    {
        _tally = tally;
        _dataFolder = dataFolder;
        _disk = disk;
        _betweenLives = betweenLives;
        _lives = new ServerLives(new ServerSetup(dataFolder) { Options = Collects ? ServerChecks.CollectsAtOnce : [] });
    }

    /// <summary>Runs a series.</summary>
    /// <param name="seed">The seed of the series.</param>
    /// <param name="rounds">At most <see cref="RealSeries.Rounds"/>.</param>
    /// <param name="fillsDisk">Whether the folder is on a small disk that fills up; needs Linux and root.</param>
    /// <param name="tally">The counts to add to.</param>
    /// <param name="betweenLives">Called with the data folder between two server processes.</param>
    /// <returns>The violation and what led to it, or null if all promises were kept.</returns>
    public static async Task<RealFailure?> RunAsync(
        ulong seed, int rounds, bool fillsDisk, RealTally tally, Action<string>? betweenLives = null)
    {
        using var folder = new TemporaryFolder();
        await using var disk = fillsDisk ? await SmallDisk.MountAsync(folder.Data, DiskMebibytes) : null;
        await using var series = new KillSeries(seed, folder.Data, disk, tally, betweenLives);
        return await series.PlayAsync(series._lives, round => round < rounds);
    }

    public override ValueTask DisposeAsync() => _lives.DisposeAsync();

    protected override Task BeginAsync() => _lives.StartAsync();

    protected override async Task DisturbAsync(int round, int steps, Task clients)
    {
        Clients.MayFail = _disk is not null;
        if (_disk is not null)
        {
            await FillAsync(_disk, steps, clients);
        }

        await EndLifeAsync(steps, clients);
        _disk?.MakeRoom();
        _betweenLives?.Invoke(_dataFolder);
        await _lives.StartAsync();
    }

    protected override async Task EndAsync()
    {
        await Checks.CheckDiskAsync(_lives, _dataFolder, Collects);

        // It was started for the last check, in which no client misbehaved and no disk was full.
        if (_lives.CurrentLog is { Length: > 0 } log)
        {
            Fail($"log: the server logged a problem: {log}");
        }
    }

    private async Task FillAsync(SmallDisk disk, int steps, Task clients)
    {
        await Task.WhenAny(Clients.AskedAsync(Random.Between(1, steps / 3)), clients);
        Clients.Note("the disk is full");
        disk.FillUp(Random.Pick(0, 4096, 600_000));
        _tally.FullDisks++;
        if (Random.Chance(400))
        {
            // It stays full until the server is gone.
            return;
        }

        await Task.WhenAny(Clients.AskedAsync(Random.Between(steps / 3, 2 * steps / 3)), clients);
        disk.MakeRoom();
        Clients.Note("the disk has room");
    }

    private async Task EndLifeAsync(int steps, Task clients)
    {
        await AwaitMomentAsync(steps, clients);
        var isStop = Random.Chance(100);
        Clients.Note(isStop ? "SIGTERM" : "SIGKILL");

        // Requests that clients abandoned before this moment end with this server.
        Clients.MayHangUp = false;
        await (isStop ? _lives.StopAsync() : _lives.KillAsync());
        _tally.Stops += isStop ? 1 : 0;
        _tally.Kills += isStop ? 0 : 1;
    }
}
