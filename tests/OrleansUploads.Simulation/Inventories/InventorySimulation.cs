using OrleansUploads.Core.Settings;
using OrleansUploads.Simulation.Bugs;

namespace OrleansUploads.Simulation.Inventories;

/// <summary>Runs one schedule of clients that take inventories of a vault on the real engine, with crashes, failing writes and
/// measurements, lost messages and leaps of time, and compares the outputs with a model of the vault.</summary>
internal sealed class InventorySimulation
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Longer than an intent that no caller waits for is left alone after a restart.</summary>
    private static readonly TimeSpan Resumption = TimeSpan.FromMinutes(16);

    private readonly SwarmOptions _options;
    private readonly SimulatedWorld _world;
    private readonly Hosts _hosts;
    private readonly InventoryModel _model = new();
    private readonly InventoryJudge _judge;
    private readonly InventoryClients _clients;
    private readonly Housekeeping _housekeeping;
    private readonly SeededRandom _random;

    private InventorySimulation(ulong seed, PlantedBug bug, bool keepsLines)
    {
        _options = Draw(seed);
        _world = new SimulatedWorld(seed, _options, keepsLines, new Coverage());
        _hosts = new Hosts(_world, bug);
        _random = new SeededRandom(seed).Fork(9);
        _judge = new InventoryJudge(_world, _hosts, _model);
        _clients = new InventoryClients(_world, new ProcessCalls(_world, _hosts), _model, _judge, _random);
        _housekeeping = new Housekeeping(_world, _hosts);
    }

    /// <summary>Runs a seed.</summary>
    public static InventoryOutcome Run(ulong seed, Func<PlantedBug>? bug = null, bool keepsLines = false) =>
        SimulatedWorld.Alone(() =>
        {
            var simulation = new InventorySimulation(seed, bug?.Invoke() ?? new PlantedBug(), keepsLines);
            simulation.Play();
            return new InventoryOutcome(simulation._world.Violation, simulation._world.Trace, simulation._judge.Seen);
        });

    /// <summary>The world of a seed. The disk is well, because other worlds have damaged and full ones, and two hosts expect each
    /// other. Records are short-lived, so that shards remember deleted archives only for the jobs that list them.</summary>
    private static SwarmOptions Draw(ulong seed) => SwarmOptions.Draw(seed) with
    {
        HostsExpectOthers = true,
        BytesFlip = 0,
        StoreFailsBefore = 0,
        StoreFailsAfter = 0,
        MaxOpenUploads = 0,
        FrontAheadHours = 0,
        RecordLifeHours = 1,
        RetrievalSeconds = new SeededRandom(seed).Fork(8).Pick(0, 0, 5, 60),
    };

    private void Play()
    {
        if (!_housekeeping.Await(_world.Clients.Start(() => _clients.BeginAsync(_random.Between(2, 10)))))
        {
            return;
        }

        for (var chapters = _random.Between(1, 3); chapters > 0; chapters--)
        {
            _world.StartFaults(_options with { MeterFails = _random.Pick(0, 0, 300, 1000) });
            if (!PlayChapter() || (_random.Chance(500) && !CheckAll()))
            {
                return;
            }

            _world.Clock.Jump(_random.Pick(
                TimeSpan.FromMinutes(30), TimeSpan.FromHours(11), TimeSpan.FromHours(23), TimeSpan.FromHours(25)));
        }

        if (CheckAll())
        {
            _world.Clock.Jump(TimeSpan.FromDays(8));
            CheckTheEnd();
        }
    }

    private bool PlayChapter()
    {
        for (var host = 0; host < _hosts.Count; host++)
        {
            _hosts.Start(host);
        }

        var running = Enumerable.Range(0, _random.Between(2, 4))
            .Select(_ => _world.Clients.Start(() => _clients.RunAsync(_random.Between(6, 15))))
            .ToList();
        running.Add(_world.Clients.Start(
            () => _housekeeping.DisturbAsync(_random, _options.CrashWeight > 0, UploadPolicy.UnannouncedLife * 2)));
        return _housekeeping.Await(Task.WhenAll(running));
    }

    /// <summary>When nothing disturbs the hosts, every job that has not expired has an output, and it is right.</summary>
    private bool CheckAll() => _housekeeping.Settle() && Resume() && _housekeeping.Await(_world.Clients.Start(async () =>
    {
        await _housekeeping.MustAsync(() => _clients.ListAsync(Patience));
        foreach (var job in _model.Jobs.Where(job => job.Id is not null && !job.IsGone).ToList())
        {
            await _housekeeping.MustAsync(() => _clients.ReadAsync(job, Patience, mustBeReady: true));
        }
    }));

    /// <summary>Measurements that no one asks for continue some time after a restart.</summary>
    private bool Resume()
    {
        _world.RunFor(Resumption);
        return _housekeeping.Scan();
    }

    private void CheckTheEnd()
    {
        if (!_housekeeping.Scan()
            || !_housekeeping.Await(_world.Clients.Start(
                () => _housekeeping.MustAsync(() => _clients.ListAsync(Patience)))))
        {
            return;
        }

        if (_model.Jobs.FirstOrDefault(job => job.Id is not null && !job.IsGone) is { } left)
        {
            _world.Fail($"reclaim: {left.Description} is there a week after its output has expired");
        }
    }
}

/// <summary>The outcome of a seed: the promise that was broken, or null, and what occurred.</summary>
internal sealed record InventoryOutcome(string? Violation, Trace Trace, InventorySituations Seen);
