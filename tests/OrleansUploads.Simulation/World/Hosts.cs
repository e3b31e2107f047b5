namespace OrleansUploads.Simulation.World;

/// <summary>The processes of a world, and the journal and the disk that they share.</summary>
internal sealed class Hosts
{
    private readonly SimulatedWorld _world;
    private readonly PlantedBug _bug;
    private readonly HashSet<string> _deliveries = new(StringComparer.Ordinal);
    private readonly SimulatedProcess?[] _processes;
    private readonly int[] _lives;

    public Hosts(SimulatedWorld world, PlantedBug bug)
    {
        _world = world;
        _bug = bug;
        Ends = new EndWatch(world);
        Disk = new SimulatedPartStore { Replaces = bug.StoreReplaces };
        if (world.Options.TellsEnds)
        {
            Journal.Appended += Ends.Saw;
        }

        _processes = new SimulatedProcess?[world.Options.Hosts];
        _lives = new int[world.Options.Hosts];
        for (var host = 0; host < _processes.Length; host++)
        {
            Start(host);
        }
    }

    public SimulatedJournal Journal { get; } = new();

    public SimulatedPartStore Disk { get; }

    public EndWatch Ends { get; }

    public int Count => _processes.Length;

    public int Lives => _lives.Sum();

    public SimulatedProcess? this[int host] => _processes[host % Count];

    public void Start(int host)
    {
        host %= Count;
        if (_processes[host] is null)
        {
            _world.Note(host, "start");
            _processes[host] = new SimulatedProcess(_world, host, ++_lives[host], Journal, Disk, Ends, _deliveries, _bug);
        }
    }

    public void Crash(int host)
    {
        host %= Count;
        _processes[host]?.Crash();
        _processes[host] = null;
    }

    /// <summary>Runs a wake scan. A failed scan is not repeated; a later one finds the same work.</summary>
    public Task Wake(int host) => Run(host, "wake scan", async process => await process.Engine.Wakes.RunAsync(CancellationToken.None));

    public Task Collect(int host, TimeSpan grace) => Run(host, "collection", async process =>
    {
        var before = Disk.Uploads.Values.Sum(stored => stored.Attempts.Count);
        var report = await _bug.CollectAsync(process, grace);
        if (report.UploadsSkipped > 0)
        {
            _world.Coverage.Saw(Situations.CollectionSkipped);
        }

        if (Disk.Uploads.Values.Sum(stored => stored.Attempts.Count) < before)
        {
            _world.Coverage.Saw(Situations.CollectionDeleted);
        }
    });

    private Task Run(int host, string what, Func<SimulatedProcess, Task> work)
    {
        if (this[host] is not { } process)
        {
            return Task.CompletedTask;
        }

        _world.Note(process.Number, what);
        return process.Scheduler.Start(async () =>
        {
            try
            {
                await work(process);
            }
            catch (Exception fault) when (fault is IOException or Engine.Ports.JournalUnavailableException
                or Engine.Ports.JournalDamagedException)
            {
                _world.Note(process.Number, what + " failed");
            }
            catch (Exception fault)
            {
                _world.Fail($"robustness: a {what} threw {fault.GetType().Name}: {fault.Message}");
            }
        });
    }
}
