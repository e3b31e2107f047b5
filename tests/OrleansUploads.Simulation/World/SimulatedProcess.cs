using OrleansUploads.Simulation.Inventories;

namespace OrleansUploads.Simulation.World;

/// <summary>One run of a process: the real engine over the simulated ports.</summary>
internal sealed class SimulatedProcess
{
    private readonly SimulatedWorld _world;
    private readonly PlantedBug _bug;
    private readonly JournalPort _journal;
    private readonly PartStorePort _parts;
    private readonly HashSet<string> _sharedDeliveries;
    private readonly HashSet<EntityId> _loaded = [];
    private readonly HashSet<string> _delivered = new(StringComparer.Ordinal);

    public SimulatedProcess(
        SimulatedWorld world,
        int number,
        int life,
        SimulatedJournal journal,
        SimulatedPartStore disk,
        EndWatch ends,
        HashSet<string> sharedDeliveries,
        PlantedBug bug)
    {
        _world = world;
        _bug = bug;
        _sharedDeliveries = sharedDeliveries;
        Number = number;
        Disk = disk;
        Scheduler = new ProcessScheduler(world);
        var skew = number == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(world.Options.SkewMilliseconds);
        var clock = new ProcessClock(world.Clock, Scheduler, skew);
        _journal = new JournalPort(world, this, journal);
        _parts = new PartStorePort(world, this, disk);
        var altered = bug.Alter(_journal, world);
        var parts = bug.Alter(_parts);
        var uploads = new UploadPolicy
        {
            RecordLife = TimeSpan.FromHours(world.Options.RecordLifeHours),
            TellsEnds = world.Options.TellsEnds,
        };
        var options = new EngineOptions { Uploads = uploads, Maintenance = world.Options.ToMaintenance() };
        Engine = new EmbeddedEngine(new EngineSetup(new EnginePorts(altered, _journal, parts), options, clock)
        {
            Catalog = new SimulatedCatalog(
                world, this, uploads, RetrievalPolicy.After(TimeSpan.FromSeconds(world.Options.RetrievalSeconds)), bug),
            Host = new EmbeddedHostOptions { IdleLife = TimeSpan.FromSeconds(world.Options.IdleSeconds) },
            Meter = new SlowMeter(world, number, clock),
            Events = world.Options.TellsEnds ? new SimulatedReceiver(world, number, clock, ends) : null,
            Clock = new ContinuousClock(clock),
            Ids = new WorldIds(clock, new SeededRandom(world.Seed).Fork((ulong)(1000 + (number * 100) + life))),

            // Hashing in groups would depend on other threads.
            Lanes = null,
            RunsMaintenance = false,
        });
        Scheduler.Start(() =>
        {
            Engine.Start();
            return Task.CompletedTask;
        });
        Clock = clock;
    }

    public int Number { get; }

    public ProcessScheduler Scheduler { get; }

    public bool IsDead => Scheduler.IsDead;

    public TimeProvider Clock { get; }

    /// <summary>The content of the disk, regardless of whether the process can read it now.</summary>
    public SimulatedPartStore Disk { get; }

    /// <summary>The engine as it is served, with the adapters of the world.</summary>
    public EmbeddedEngine Engine { get; }

    public EmbeddedHost Host => Engine.Host;

    public IPartStore Parts => Engine.Parts;

    public IdSource Ids => Engine.Ids;

    public BytePaths Paths => Engine.Paths;

    public PlantedBug Bug => _bug;

    /// <summary>A short name for traces: the kind, and enough of the key to be unique.</summary>
    public static string Named(EntityId entity) =>
        entity.Key is { } key ? string.Concat(entity.Kind.ToString(), " ", key.Length > 20 && entity.Kind == EntityKind.Upload ? key[..6] : key) : "";

    public static string Named(UploadId upload) => upload == default ? "" : upload.ToString()[..6];

    public event Action? Crashed;

    public void Crash()
    {
        _world.Note(Number, "crash");
        _world.Coverage.Faults++;
        Scheduler.Kill();
        _journal.Crash();
        _parts.Crash();
        Crashed?.Invoke();
    }

    public void SawLoaded(EntityId entity, JournalHistory history)
    {
        if (!_loaded.Add(entity))
        {
            _world.Coverage.Saw(Situations.EntityEvicted);
        }

        if (history.Snapshot is not null)
        {
            _world.Coverage.Saw(Situations.SnapshotRead);
        }
    }

    /// <summary>Detects messages for an earlier incarnation of a vault that arrive in a later one.</summary>
    public void SawCommand(EntityId entity, ICommand command)
    {
        var epoch = command switch
        {
            BeginVault begin => begin.Incarnation.Epoch,
            RecordArchives record => -record.Epoch,
            _ => 0,
        };
        if (epoch > 0)
        {
            _world.NewestEpochs[entity] = epoch;
        }
        else if (epoch < 0 && -epoch < _world.NewestEpochs.GetValueOrDefault(entity))
        {
            _world.Coverage.Saw(Situations.FormerLifeMessage);
        }
    }

    public void SawDelivery(Intent intent)
    {
        // The same intent from two runs of a process: the first run never learned that it was done.
        var key = intent.Action switch
        {
            TellEntity tell => string.Concat(tell.Receiver.Key, intent.Key),
            StoreManifest store => store.Manifest.Upload.ToString(),
            TellEnd tell => tell.Notice.Id,
            _ => intent.Key,
        };
        if (_delivered.Add(key) && !_sharedDeliveries.Add(key))
        {
            _world.Coverage.Saw(Situations.IntentRedelivered);
        }
    }

    /// <summary>A front may be delayed between two requests for longer than every timeout.</summary>
    public Task PauseFrontAsync(CancellationToken cancellationToken) => _world.Faults.Chance(_world.Options.FrontPauses)
        ? Task.Delay(_world.Faults.Milliseconds(0, _world.Faults.Pick(500, 5000, 20_000, 70_000)), Clock, cancellationToken)
        : Task.CompletedTask;

    public void TornTail(EntityId entity) => _bug.TornTail(entity);

    private sealed class WorldIds(TimeProvider time, SeededRandom random) : IdSource(time)
    {
        protected override void Fill(Span<byte> bytes) => random.Fill(bytes);
    }
}
