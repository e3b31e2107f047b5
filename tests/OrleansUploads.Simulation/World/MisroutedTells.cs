namespace OrleansUploads.Simulation.World;

/// <summary>Wraps a real runner. Some of its tells are lost and sent again, or arrive twice, the second time late.</summary>
internal sealed class MisroutedTells(SimulatedWorld world, SimulatedProcess process, EntityRunner inner) : DelegatingRunner(inner)
{
    private const int LongestLateness = 9;

    public override void Submit(object ticket, ICommand command, ServiceTime time)
    {
        process.SawCommand(Entity, command);
        Inner.Submit(ticket, command, time);
    }

    public override IReadOnlyList<RunnerOutput> TakeOutputs()
    {
        var outputs = Inner.TakeOutputs();
        List<RunnerOutput>? changed = null;
        for (var i = 0; i < outputs.Count; i++)
        {
            if (outputs[i] is not RunnerOutput.Deliver deliver)
            {
                changed?.Add(outputs[i]);
                continue;
            }

            process.SawDelivery(deliver.Intent);
            changed ??= [.. outputs.Take(i)];
            if (world.Faults.Chance(world.Options.TellLost))
            {
                world.Fault(process.Number, "tell lost", deliver.Intent.Action.GetType().Name);
                world.Coverage.Saw(Situations.TellLost);
                Inner.IntentFailed(deliver.Intent.Key, new IOException("The simulated network lost a tell."));
                changed.AddRange(Inner.TakeOutputs());
                continue;
            }

            changed.Add(deliver);
            if (world.Faults.Chance(world.Options.TellTwice))
            {
                // A delivery that has failed before is delayed, so the copy arrives late.
                world.Fault(process.Number, "tell twice", deliver.Intent.Action.GetType().Name);
                world.Coverage.Saw(Situations.TellTwice);
                changed.Add(deliver with { FailedAttempts = world.Faults.Between(1, LongestLateness) });
            }
        }

        return changed ?? outputs;
    }
}
