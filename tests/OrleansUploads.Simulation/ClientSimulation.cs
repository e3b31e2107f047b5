namespace OrleansUploads.Simulation;

/// <summary>One schedule of clients of a kind of their own, on the real engine: they send requests while hosts are disturbed, then
/// all faults end, and from then on every request must be answered.</summary>
internal abstract class ClientSimulation
{
    /// <summary>How long a client waits for an answer after all faults have stopped.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The grace of collections: longer than an attempt may be unknown to the entity that it belongs to.</summary>
    protected static readonly TimeSpan Grace = UploadPolicy.UnannouncedLife * 2;

    /// <summary>Makes the world of a seed.</summary>
    protected ClientSimulation(ulong seed, SwarmOptions options, ulong purpose, ClientRun run)
    {
        Options = options;
        World = new SimulatedWorld(seed, options, run.KeepsLines, new Coverage());
        Hosts = new Hosts(World, run.Bug?.Invoke() ?? new PlantedBug());
        Calls = new ProcessCalls(World, Hosts);
        Random = new SeededRandom(seed).Fork(purpose);
    }

    protected SwarmOptions Options { get; }

    protected SimulatedWorld World { get; }

    protected Hosts Hosts { get; }

    protected ProcessCalls Calls { get; }

    protected SeededRandom Random { get; }

    /// <summary>Plays a schedule in a world of its own.</summary>
    protected static T Play<T>(Func<T> create)
        where T : ClientSimulation => SimulatedWorld.Alone(() =>
        {
            var simulation = create();
            simulation.Play();
            return simulation;
        });

    /// <summary>The world of a seed, without what other worlds have: bytes never rot, disks never fill up, two hosts expect each other,
    /// and short bodies are not announced.</summary>
    protected static SwarmOptions Draw(ulong seed, params ReadOnlySpan<int> retrievalSeconds) => SwarmOptions.Draw(seed) with
    {
        HostsExpectOthers = true,
        BytesFlip = 0,
        AnnouncesAll = false,
        RetrievalSeconds = new SeededRandom(seed).Fork(8).Pick(retrievalSeconds),
    };

    /// <summary>Plays the schedule, until a promise is broken or all are kept.</summary>
    protected abstract void Play();

    protected ClientOutcome Outcome() => new(World.Violation, World.Trace);

    /// <summary>Runs two to four clients while hosts are disturbed.</summary>
    protected bool PlayClients(Func<Task> client)
    {
        var running = Enumerable.Range(0, Random.Between(2, 4)).Select(_ => World.Clients.Start(client)).ToList();
        running.Add(Disturb());
        return Await(Task.WhenAll(running));
    }

    protected Task Disturb() => World.Clients.Start(async () =>
    {
        for (var step = 0; step < 12; step++)
        {
            await World.Delay(TimeSpan.FromMilliseconds(Random.Below(4000)));
            var host = Random.Below(Hosts.Count);
            switch (Random.Below(10))
            {
                case < 3 when Options.CrashWeight > 0 && Hosts[host] is not null:
                    Hosts.Crash(host);
                    World.Clock.After(TimeSpan.FromMilliseconds(Random.Below(5000)), () => Hosts.Start(host));
                    break;
                case < 6:
                    _ = Hosts.Wake(host);
                    break;
                case < 8:
                    _ = Hosts.Collect(host, Grace);
                    break;
            }
        }
    });

    protected bool Await(Func<Task> work) => Await(World.Clients.Start(work));

    protected bool Await(Task work)
    {
        if (!World.RunUntil(() => work.IsCompleted, TimeSpan.FromHours(6)) && World.Violation is null)
        {
            World.Fail("liveness: something never ends");
        }

        if (work.IsFaulted)
        {
            World.Fail($"check: {work.Exception.InnerException}");
        }

        return World.Violation is null;
    }

    /// <summary>Ends all faults and restarts the hosts. Then everything that is unfinished must be finished.</summary>
    protected bool Settle()
    {
        World.StopFaults();
        World.RunFor(TimeSpan.FromMinutes(3));
        for (var host = 0; host < Hosts.Count; host++)
        {
            Hosts.Crash(host);
            Hosts.Start(host);
        }

        return Scan();
    }

    /// <summary>Wakes what is due, and what becomes due by that.</summary>
    protected bool Scan()
    {
        for (var scan = 0; scan < 3; scan++)
        {
            if (!Await(Hosts.Wake(0)))
            {
                return false;
            }

            World.RunFor(TimeSpan.FromMinutes(2));
        }

        return World.Violation is null;
    }

    /// <summary>Sends requests one after the other, and repeats each until it is answered.</summary>
    protected async Task SendAllAsync(IEnumerable<Func<Task<bool>>> requests)
    {
        foreach (var request in requests)
        {
            await MustAsync(request);
        }
    }

    private async Task MustAsync(Func<Task<bool>> request)
    {
        // Two hosts without a cluster's directory notice one outdated entity after the other.
        for (var attempt = 0; attempt < 30; attempt++)
        {
            if (await request())
            {
                return;
            }

            await World.Delay(TimeSpan.FromSeconds(1));
        }

        World.Fail("liveness: a request is not answered after all faults have stopped");
    }
}

internal readonly record struct ClientRun(Func<PlantedBug>? Bug, bool KeepsLines);

/// <summary>The outcome of a schedule of clients: the promise that was broken, or null, and the trace.</summary>
internal record ClientOutcome(string? Violation, Trace Trace);
