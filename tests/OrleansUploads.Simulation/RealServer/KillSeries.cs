namespace OrleansUploads.Simulation.RealServer;

internal sealed class KillSeries : RealSeries
{
    private readonly RealTally _tally;
    private readonly ServerLives _lives;
    private readonly string _dataFolder;
    private readonly Action<string>? _betweenLives;

    private KillSeries(ulong seed, string dataFolder, RealTally tally, Action<string>? betweenLives)
        : base(seed, kind: 7, tally)
    {
        _tally = tally;
        _dataFolder = dataFolder;
        _betweenLives = betweenLives;
        _lives = new ServerLives(new ServerSetup(dataFolder) { Options = Collects ? ServerChecks.CollectsAtOnce : [] });
    }

    public static Task<RealFailure?> RunAsync(ulong seed, int rounds, RealTally tally) => RunAsync(seed, rounds, tally, betweenLives: null);

    /// <summary>Runs a series.</summary>
    public static async Task<RealFailure?> RunAsync(ulong seed, int rounds, RealTally tally, Action<string>? betweenLives)
    {
        using var folder = new TemporaryFolder();
        await using var series = new KillSeries(seed, folder.Data, tally, betweenLives);
        return await series.PlayAsync(series._lives, round => round < rounds);
    }

    public override ValueTask DisposeAsync() => _lives.DisposeAsync();

    protected override Task BeginAsync() => _lives.StartAsync();

    protected override async Task DisturbAsync(int round, int steps, Task clients)
    {
        await AwaitMomentAsync(steps, clients);
        var isStop = Random.Chance(100);
        Clients.Note(isStop ? "SIGTERM" : "SIGKILL");

        // Requests that clients abandoned before this moment end with this server.
        Clients.MayHangUp = false;
        await (isStop ? _lives.StopAsync() : _lives.KillAsync());
        _tally.Stops += isStop ? 1 : 0;
        _tally.Kills += isStop ? 0 : 1;
        _betweenLives?.Invoke(_dataFolder);
        await _lives.StartAsync();
    }

    protected override async Task EndAsync()
    {
        await Checks.CheckDiskAsync(_lives, _dataFolder, Collects);

        // It was started for the last check, in which no client misbehaved.
        if (_lives.CurrentLog is { Length: > 0 } log)
        {
            Fail($"log: the server logged a problem: {log}");
        }
    }
}
