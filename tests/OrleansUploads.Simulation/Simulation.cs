namespace OrleansUploads.Simulation;

internal static class Simulation
{
    public static Outcome Run(ulong seed, Coverage coverage, Func<PlantedBug>? bug = null, bool keepsLines = false)
    {
        var options = SwarmOptions.Draw(seed);
        return Run(seed, options, ScheduleGenerator.Generate(seed, options), coverage, bug, keepsLines);
    }

    public static Outcome Run(
        ulong seed, SwarmOptions options, Schedule schedule, Coverage coverage, Func<PlantedBug>? bug = null, bool keepsLines = false) =>
        SimulatedWorld.Alone(() =>
        {
            var world = new SimulatedWorld(seed, options, keepsLines, coverage);
            Play(world, options, schedule, bug?.Invoke() ?? new PlantedBug());
            coverage.Schedules++;
            coverage.Turns += world.Turns;
            return new Outcome(seed, options, schedule, world.Violation, world.Trace);
        });

    private static void Play(SimulatedWorld world, SwarmOptions options, Schedule schedule, PlantedBug bug)
    {
        var hosts = new Hosts(world, bug);
        var judge = new Judge(() => world.Now, world.Coverage, world.Fail)
        {
            ClockError = TimeSpan.FromMilliseconds(2 * options.SkewMilliseconds) + TimeSpan.FromSeconds(1),
            GrantLife = options.ToMaintenance().AttemptGrace / 2,
        };
        hosts.Journal.Appended += new DeletionWatch(
            (life, archive) => judge.Deleted(EngineServer.NumberOf(life.Id), life.Epoch, archive)).Saw;
        var clients = new ClientFleet(world, hosts, judge, schedule);
        var quiet = new QuietCheck(world, hosts, judge, clients, hasNodes: options.Nodes > 0);
        foreach (var chapter in schedule.Chapters)
        {
            judge.MayBeStale = hosts.Count > 1 && !options.HostsExpectOthers;
            judge.AdviceMayBeStale = hosts.Count > 1 && options.HostsExpectOthers;
            world.StartFaults(options);
            for (var host = 0; host < hosts.Count; host++)
            {
                hosts.Start(host);
            }

            PlayChapter(world, hosts, judge, clients, chapter);
            if (world.Violation is null)
            {
                quiet.Run();
            }

            if (world.Violation is not null)
            {
                return;
            }

            world.Clock.Jump(chapter.LeapAfter);
        }

        quiet.RunAtTheEnd();
    }

    private static void PlayChapter(SimulatedWorld world, Hosts hosts, Judge judge, ClientFleet clients, Chapter chapter)
    {
        var running = chapter.Steps.OfType<Step.Ask>()
            .GroupBy(step => step.Actor)
            .Select(steps => world.Clients.Start(() => clients.RunAsync(steps)))
            .ToList();
        running.Add(world.Clients.Start(() => new Nemesis(world, hosts, judge).RunAsync(chapter.Steps)));
        if (!world.RunUntil(() => running.TrueForAll(client => client.IsCompleted), TimeSpan.FromHours(12)))
        {
            world.Fail("liveness: a client never gets an answer");
        }

        if (running.Find(client => client.IsFaulted) is { } broken)
        {
            world.Fail($"check: {broken.Exception!.InnerException}");
        }
    }
}

/// <summary>The outcome of one schedule: the violated promise, if any. The word before the colon names its kind.</summary>
internal sealed record Outcome(ulong Seed, SwarmOptions Options, Schedule Schedule, string? Violation, Trace Trace)
{
    public string? Kind => Violation?[..Violation.IndexOf(':', StringComparison.Ordinal)];
}
