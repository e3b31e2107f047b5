using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Messages.Archives;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Simulation.Bugs;

/// <summary>Passes every call to the real runner. A bug overrides the members that it gets wrong.</summary>
internal abstract class OtherRunner(EntityRunner inner) : EntityRunner(inner.Entity)
{
    public override bool IsIdle => inner.IsIdle;

    public override long HistoryBytes => inner.HistoryBytes;

    protected EntityRunner Inner => inner;

    public override void Submit(object ticket, ICommand command, ServiceTime time) => inner.Submit(ticket, command, time);

    public override void Wake(object ticket, ServiceTime time) => inner.Wake(ticket, time);

    public override void Loaded(JournalHistory history, ServiceTime time) => inner.Loaded(history, time);

    public override void Verified(long version, ServiceTime time) => inner.Verified(version, time);

    public override void LoadFailed(Exception fault) => inner.LoadFailed(fault);

    public override void WriteEnded(long write, AppendOutcome outcome, ServiceTime time) =>
        inner.WriteEnded(write, outcome, time);

    public override void WriteUnknown(long write, Exception fault, ServiceTime time) => inner.WriteUnknown(write, fault, time);

    public override void IntentDone(string key, object verdict, ServiceTime time) => inner.IntentDone(key, verdict, time);

    public override void IntentFailed(string key, Exception fault) => inner.IntentFailed(key, fault);

    public override IReadOnlyList<RunnerOutput> TakeOutputs() => inner.TakeOutputs();
}

/// <summary>Mistakes of a runner.</summary>
internal static class RunnerBugs
{
    /// <summary>Wraps each real runner.</summary>
    internal sealed class Plant(Func<EntityRunner, EntityRunner> around) : PlantedBug
    {
        public override EntityRunner Alter(EntityRunner runner) => around(runner);
    }

    internal sealed class RepliesBeforeDurable(EntityRunner inner) : OtherRunner(inner)
    {
        private ServiceTime _time;

        public override void Submit(object ticket, ICommand command, ServiceTime time)
        {
            _time = time;
            base.Submit(ticket, command, time);
        }

        public override IReadOnlyList<RunnerOutput> TakeOutputs()
        {
            var outputs = new List<RunnerOutput>(Inner.TakeOutputs());
            for (var i = 0; i < outputs.Count; i++)
            {
                if (outputs[i] is RunnerOutput.Append append)
                {
                    Inner.WriteEnded(append.Write, AppendOutcome.Appended, _time);
                    outputs.AddRange(Inner.TakeOutputs());
                }
            }

            return outputs;
        }
    }

    internal sealed class ForgetsIntentsOnLoad(EntityRunner inner) : OtherRunner(inner)
    {
        private bool _justLoaded;

        public override void Loaded(JournalHistory history, ServiceTime time)
        {
            _justLoaded = true;
            base.Loaded(history, time);
        }

        public override IReadOnlyList<RunnerOutput> TakeOutputs()
        {
            var outputs = Inner.TakeOutputs();
            var dropped = _justLoaded ? outputs.Where(output => output is not RunnerOutput.Deliver).ToList() : outputs;
            _justLoaded = false;
            return dropped;
        }
    }

    internal sealed class TakesUnknownForDone(EntityRunner inner) : OtherRunner(inner)
    {
        public override void WriteUnknown(long write, Exception fault, ServiceTime time) =>
            Inner.WriteEnded(write, AppendOutcome.Appended, time);
    }

    internal sealed class TakesConflictForDone(EntityRunner inner) : OtherRunner(inner)
    {
        public override void WriteEnded(long write, AppendOutcome outcome, ServiceTime time) =>
            Inner.WriteEnded(write, AppendOutcome.Appended, time);
    }

    /// <summary>The index is informed at once, and the manifest is stored later.</summary>
    internal sealed class IndexesBeforeManifest(EntityRunner inner) : OtherRunner(inner)
    {
        private const int Late = 7;

        private ServiceTime _time;

        public override void WriteEnded(long write, AppendOutcome outcome, ServiceTime time)
        {
            _time = time;
            base.WriteEnded(write, outcome, time);
        }

        public override IReadOnlyList<RunnerOutput> TakeOutputs()
        {
            var outputs = new List<RunnerOutput>(Inner.TakeOutputs());
            for (var i = 0; i < outputs.Count; i++)
            {
                if (outputs[i] is RunnerOutput.Deliver { FailedAttempts: 0, Intent.Action: StoreManifest } deliver)
                {
                    outputs[i] = deliver with { FailedAttempts = Late };
                    Inner.IntentDone(deliver.Intent.Key, Done.Instance, _time);
                    outputs.AddRange(Inner.TakeOutputs());
                }
            }

            return outputs;
        }
    }

    internal sealed class NeverTellsAgain(EntityRunner inner) : OtherRunner(inner)
    {
        public override IReadOnlyList<RunnerOutput> TakeOutputs() =>
            [.. Inner.TakeOutputs().Where(output => output is not RunnerOutput.Deliver { FailedAttempts: > 0 })];
    }
}
