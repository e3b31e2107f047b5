namespace OrleansUploads.Simulation;

/// <summary>What schedules of a kind of their own have in common: disturbing the hosts, ending all faults, and requiring answers from
/// then on.</summary>
internal sealed class Housekeeping(SimulatedWorld world, Hosts hosts)
{
    /// <summary>Runs until work has ended.</summary>
    /// <returns>Whether no promise was broken.</returns>
    public bool Await(Task work)
    {
        if (!world.RunUntil(() => work.IsCompleted, TimeSpan.FromHours(6)) && world.Violation is null)
        {
            world.Fail("liveness: something never ends");
        }

        if (work.IsFaulted)
        {
            world.Fail($"check: {work.Exception.InnerException}");
        }

        return world.Violation is null;
    }

    /// <summary>Crashes and restarts hosts, and runs scans and collections.</summary>
    /// <param name="random">Draws what happens.</param>
    /// <param name="crashes">Whether hosts crash.</param>
    /// <param name="grace">The grace of collections.</param>
    public async Task DisturbAsync(SeededRandom random, bool crashes, TimeSpan grace)
    {
        for (var step = 0; step < 12; step++)
        {
            await world.Delay(TimeSpan.FromMilliseconds(random.Below(4000)));
            var host = random.Below(hosts.Count);
            switch (random.Below(10))
            {
                case < 3 when crashes && hosts[host] is not null:
                    hosts.Crash(host);
                    world.Clock.After(TimeSpan.FromMilliseconds(random.Below(5000)), () => hosts.Start(host));
                    break;
                case < 6:
                    _ = hosts.Wake(host);
                    break;
                case < 8:
                    _ = hosts.Collect(host, grace);
                    break;
            }
        }
    }

    /// <summary>Ends all faults and restarts the hosts. Then everything that is unfinished must be finished.</summary>
    public bool Settle()
    {
        world.StopFaults();
        world.RunFor(TimeSpan.FromMinutes(3));
        for (var host = 0; host < hosts.Count; host++)
        {
            hosts.Crash(host);
            hosts.Start(host);
        }

        return Scan();
    }

    /// <summary>Wakes what is due, and what becomes due by that.</summary>
    public bool Scan()
    {
        for (var scan = 0; scan < 3; scan++)
        {
            if (!Await(hosts.Wake(0)))
            {
                return false;
            }

            world.RunFor(TimeSpan.FromMinutes(2));
        }

        return world.Violation is null;
    }

    /// <summary>Repeats a request until it is answered.</summary>
    /// <param name="request">Sends the request and returns whether there was an answer.</param>
    public async Task MustAsync(Func<Task<bool>> request)
    {
        // Two hosts without a cluster's directory notice one outdated entity after the other.
        for (var attempt = 0; attempt < 30; attempt++)
        {
            if (await request())
            {
                return;
            }

            await world.Delay(TimeSpan.FromSeconds(1));
        }

        world.Fail("liveness: a request is not answered after all faults have stopped");
    }
}
