using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Simulation.Bugs;

/// <summary>A runner with a mistake around it; all else goes to the real one.</summary>
internal abstract class OtherRunner(EntityRunner inner) : EntityRunner(inner.Entity)
{
    public override bool IsIdle => inner.IsIdle;

    public override long HistoryBytes => inner.HistoryBytes;

    protected EntityRunner Inner => inner;

    public override void Submit(object ticket, ICommand command, DateTimeOffset now) => inner.Submit(ticket, command, now);

    public override void Wake(object ticket, DateTimeOffset now) => inner.Wake(ticket, now);

    public override void Loaded(JournalHistory history, DateTimeOffset now) => inner.Loaded(history, now);

    public override void Verified(long version, DateTimeOffset now) => inner.Verified(version, now);

    public override void LoadFailed(Exception fault) => inner.LoadFailed(fault);

    public override void WriteEnded(long write, AppendOutcome outcome, DateTimeOffset now) =>
        inner.WriteEnded(write, outcome, now);

    public override void WriteUnknown(long write, Exception fault, DateTimeOffset now) => inner.WriteUnknown(write, fault, now);

    public override void IntentDone(string key, DateTimeOffset now) => inner.IntentDone(key, now);

    public override void IntentFailed(string key, Exception fault) => inner.IntentFailed(key, fault);

    public override IReadOnlyList<RunnerOutput> TakeOutputs() => inner.TakeOutputs();
}

/// <summary>Mistakes of a runner.</summary>
internal static class RunnerBugs
{
    /// <summary>Puts another runner around each real one.</summary>
    internal sealed class Plant(Func<EntityRunner, EntityRunner> around) : PlantedBug
    {
        public override EntityRunner Alter(EntityRunner runner) => around(runner);
    }

    internal sealed class RepliesBeforeDurable(EntityRunner inner) : OtherRunner(inner)
    {
        private DateTimeOffset _now;

        public override void Submit(object ticket, ICommand command, DateTimeOffset now)
        {
            _now = now;
            base.Submit(ticket, command, now);
        }

        public override IReadOnlyList<RunnerOutput> TakeOutputs()
        {
            var outputs = new List<RunnerOutput>(Inner.TakeOutputs());
            for (var i = 0; i < outputs.Count; i++)
            {
                if (outputs[i] is RunnerOutput.Append append)
                {
                    Inner.WriteEnded(append.Write, AppendOutcome.Appended, _now);
                    outputs.AddRange(Inner.TakeOutputs());
                }
            }

            return outputs;
        }
    }

    internal sealed class ForgetsIntentsOnLoad(EntityRunner inner) : OtherRunner(inner)
    {
        private bool _justLoaded;

        public override void Loaded(JournalHistory history, DateTimeOffset now)
        {
            _justLoaded = true;
            base.Loaded(history, now);
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
        public override void WriteUnknown(long write, Exception fault, DateTimeOffset now) =>
            Inner.WriteEnded(write, AppendOutcome.Appended, now);
    }

    internal sealed class TakesConflictForDone(EntityRunner inner) : OtherRunner(inner)
    {
        public override void WriteEnded(long write, AppendOutcome outcome, DateTimeOffset now) =>
            Inner.WriteEnded(write, AppendOutcome.Appended, now);
    }

    /// <summary>The index is told at once, the manifest stored some time.</summary>
    internal sealed class IndexesBeforeManifest(EntityRunner inner) : OtherRunner(inner)
    {
        private const int Late = 7;

        private DateTimeOffset _now;

        public override void WriteEnded(long write, AppendOutcome outcome, DateTimeOffset now)
        {
            _now = now;
            base.WriteEnded(write, outcome, now);
        }

        public override IReadOnlyList<RunnerOutput> TakeOutputs()
        {
            var outputs = new List<RunnerOutput>(Inner.TakeOutputs());
            for (var i = 0; i < outputs.Count; i++)
            {
                if (outputs[i] is RunnerOutput.Deliver { FailedAttempts: 0, Intent.Action: IntentAction.StoreManifest } deliver)
                {
                    outputs[i] = deliver with { FailedAttempts = Late };
                    Inner.IntentDone(deliver.Intent.Key, _now);
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
