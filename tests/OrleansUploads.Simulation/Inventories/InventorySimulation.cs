namespace OrleansUploads.Simulation.Inventories;

/// <summary>Clients that take inventories of a vault, with crashes, failing writes and measurements, lost messages and leaps of time. The
/// outputs are compared with a model of the vault.</summary>
internal sealed class InventorySimulation : ClientSimulation
{
    /// <summary>Longer than an intent that no caller waits for is left alone after a restart.</summary>
    private static readonly TimeSpan Resumption = TimeSpan.FromMinutes(16);

    private readonly InventoryModel _model = new();
    private readonly InventoryJudge _judge;
    private readonly InventoryClients _clients;

    private InventorySimulation(ulong seed, ClientRun run)
        : base(seed, Draw(seed), purpose: 9, run)
    {
        _judge = new InventoryJudge(World, Hosts, _model);
        _clients = new InventoryClients(World, Calls, _model, _judge, Random);
    }

    private IEnumerable<ModelJob> KnownJobs => _model.Jobs.Where(job => job.Id is not null && !job.IsGone);

    public static InventoryOutcome Run(ulong seed, Func<PlantedBug>? bug = null, bool keepsLines = false)
    {
        var played = Play(() => new InventorySimulation(seed, new ClientRun(bug, keepsLines)));
        return new InventoryOutcome(played.Outcome(), played._judge.Seen);
    }

    /// <summary>The world of a seed. The disk is well, because other worlds have damaged and full ones. Records are short-lived, so that
    /// shards remember deleted archives only for the jobs that list them. A vault has so few shards that a page is shorter than a shard, and
    /// that reading a shard costs little.</summary>
    private static SwarmOptions Draw(ulong seed) => Draw(seed, 0, 0, 5, 60) with
    {
        StoreFailsBefore = 0,
        StoreFailsAfter = 0,
        FrontAheadHours = 0,
        RecordLifeHours = 1,
        ArchiveShards = new SeededRandom(seed).Fork(10).Pick(1, 4, 4, 16),
    };

    protected override void Play()
    {
        if (!Await(() => _clients.BeginAsync(Random.Between(2, 10))))
        {
            return;
        }

        for (var chapters = Random.Between(1, 3); chapters > 0; chapters--)
        {
            World.StartFaults(Options with { MeterFails = Random.Pick(0, 0, 300, 1000) });
            if (!PlayChapter() || (Random.Chance(500) && !CheckAll()))
            {
                return;
            }

            World.Clock.Jump(Random.Pick(
                TimeSpan.FromMinutes(30), TimeSpan.FromHours(11), TimeSpan.FromHours(23), TimeSpan.FromHours(25)));
        }

        if (CheckAll())
        {
            World.Clock.Jump(TimeSpan.FromDays(8));
            CheckTheEnd();
        }
    }

    private bool PlayChapter()
    {
        for (var host = 0; host < Hosts.Count; host++)
        {
            Hosts.Start(host);
        }

        return PlayClients(() => _clients.RunAsync(Random.Between(6, 15)));
    }

    /// <summary>When nothing disturbs the hosts, every job that has not expired has an output, and it is right.</summary>
    private bool CheckAll() => Settle() && Resume() && Await(() => SendAllAsync(ListAndReads()));

    private IEnumerable<Func<Task<bool>>> ListAndReads()
    {
        yield return List;
        foreach (var job in KnownJobs.ToList())
        {
            yield return () => _clients.ReadAsync(job, Patience, mustBeReady: true);
        }
    }

    private Task<bool> List() => _clients.ListAsync(Patience);

    /// <summary>Measurements that no one asks for continue some time after a restart.</summary>
    private bool Resume()
    {
        World.RunFor(Resumption);
        return Scan();
    }

    private void CheckTheEnd()
    {
        if (Scan() && Await(() => SendAllAsync([List])) && KnownJobs.FirstOrDefault() is { } left)
        {
            World.Fail($"reclaim: {left.Description} is there a week after its output has expired");
        }
    }
}

internal sealed record InventoryOutcome(ClientOutcome Played, InventorySituations Seen) : ClientOutcome(Played);
