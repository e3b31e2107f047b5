using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Simulation.World;

/// <summary>Wraps a real runner. Some of its tells are lost and sent again, or arrive twice, the second time late.</summary>
internal sealed class MisroutedTells(SimulatedWorld world, SimulatedProcess process, EntityRunner inner) : EntityRunner(inner.Entity)
{
    private const int LongestLateness = 9;

    public override bool IsIdle => inner.IsIdle;

    public override long HistoryBytes => inner.HistoryBytes;

    public override void Submit(object ticket, ICommand command, ServiceTime time)
    {
        process.SawCommand(Entity, command);
        inner.Submit(ticket, command, time);
    }

    public override void Wake(object ticket, ServiceTime time) => inner.Wake(ticket, time);

    public override void Loaded(JournalHistory history, ServiceTime time) => inner.Loaded(history, time);

    public override void Verified(long version, ServiceTime time) => inner.Verified(version, time);

    public override void LoadFailed(Exception fault) => inner.LoadFailed(fault);

    public override void WriteEnded(long write, AppendOutcome outcome, ServiceTime time) =>
        inner.WriteEnded(write, outcome, time);

    public override void WriteUnknown(long write, Exception fault, ServiceTime time) => inner.WriteUnknown(write, fault, time);

    public override void IntentDone(string key, object verdict, ServiceTime time) => inner.IntentDone(key, verdict, time);

    public override void IntentFailed(string key, Exception fault) => inner.IntentFailed(key, fault);

    public override IReadOnlyList<RunnerOutput> TakeOutputs()
    {
        var outputs = inner.TakeOutputs();
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
                inner.IntentFailed(deliver.Intent.Key, new IOException("The simulated network lost a tell."));
                changed.AddRange(inner.TakeOutputs());
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
