namespace OrleansUploads.Simulation.World;

internal sealed class Nemesis(SimulatedWorld world, Hosts hosts, Judge judge)
{
    public async Task RunAsync(IEnumerable<Step> steps)
    {
        foreach (var step in steps.Where(step => step.Actor == Step.Nemesis))
        {
            await world.Delay(step.Pause);
            switch (step)
            {
                case Step.Crash crash when hosts[crash.Host] is not null:
                    hosts.Crash(crash.Host);
                    world.Clock.After(crash.Downtime, () => hosts.Start(crash.Host));
                    break;
                case Step.Wake wake:
                    _ = hosts.Wake(wake.Host);
                    break;
                case Step.Collect collect:
                    judge.AnyCollection = true;
                    _ = hosts.Collect(collect.Host, collect.Grace);
                    break;
                case Step.Suspend suspend:
                    world.Fault(Step.Nemesis, "suspend", "");
                    world.Clock.Jump(suspend.For);
                    break;
                case Step.FillDisk full:
                    world.Fault(Step.Nemesis, "disk full", "");
                    hosts.Disk.IsFull = true;
                    world.Clock.After(full.For, () => hosts.Disk.IsFull = false);
                    break;
            }
        }
    }
}
