using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Simulation.World;

/// <summary>A real runner whose tells go astray: they are lost and told again, or come a second time, late.</summary>
internal sealed class AstrayTells(SimulatedWorld world, SimulatedProcess process, EntityRunner inner) : EntityRunner(inner.Entity)
{
    private const int LongestLateness = 9;

    public override bool IsIdle => inner.IsIdle;

    public override long HistoryBytes => inner.HistoryBytes;

    public override void Submit(object ticket, ICommand command, DateTimeOffset now)
    {
        process.SawCommand(Entity, command);
        inner.Submit(ticket, command, now);
    }

    public override void Wake(object ticket, DateTimeOffset now) => inner.Wake(ticket, now);

    public override void Loaded(JournalHistory history, DateTimeOffset now) => inner.Loaded(history, now);

    public override void Verified(long version, DateTimeOffset now) => inner.Verified(version, now);

    public override void LoadFailed(Exception fault) => inner.LoadFailed(fault);

    public override void WriteEnded(long write, AppendOutcome outcome, DateTimeOffset now) =>
        inner.WriteEnded(write, outcome, now);

    public override void WriteUnknown(long write, Exception fault, DateTimeOffset now) => inner.WriteUnknown(write, fault, now);

    public override void IntentDone(string key, DateTimeOffset now) => inner.IntentDone(key, now);

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
                // A delivery that has failed before waits first, so the copy comes late.
                world.Fault(process.Number, "tell twice", deliver.Intent.Action.GetType().Name);
                world.Coverage.Saw(Situations.TellTwice);
                changed.Add(deliver with { FailedAttempts = world.Faults.Between(1, LongestLateness) });
            }
        }

        return changed ?? outputs;
    }
}
