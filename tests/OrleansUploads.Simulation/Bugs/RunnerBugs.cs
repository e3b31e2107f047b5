namespace OrleansUploads.Simulation.Bugs;

internal static class RunnerBugs
{
    internal sealed class RepliesBeforeDurable(EntityRunner inner) : DelegatingRunner(inner)
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

    internal sealed class ForgetsIntentsOnLoad(EntityRunner inner) : DelegatingRunner(inner)
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

    internal sealed class TakesUnknownForDone(EntityRunner inner) : DelegatingRunner(inner)
    {
        public override void WriteUnknown(long write, Exception fault, ServiceTime time) =>
            Inner.WriteEnded(write, AppendOutcome.Appended, time);
    }

    internal sealed class TakesConflictForDone(EntityRunner inner) : DelegatingRunner(inner)
    {
        public override void WriteEnded(long write, AppendOutcome outcome, ServiceTime time) =>
            Inner.WriteEnded(write, AppendOutcome.Appended, time);
    }

    /// <summary>The index is informed at once, and the manifest is stored later.</summary>
    internal sealed class IndexesBeforeManifest(EntityRunner inner) : DelegatingRunner(inner)
    {
        private const int Late = 7;

        public override IReadOnlyList<RunnerOutput> TakeOutputs()
        {
            var outputs = new List<RunnerOutput>(Inner.TakeOutputs());
            for (var i = 0; i < outputs.Count; i++)
            {
                if (outputs[i] is RunnerOutput.Deliver { FailedAttempts: 0, Intent.Action: StoreManifest { Then: { } index } store } deliver)
                {
                    outputs[i] = deliver with { Intent = deliver.Intent with { Action = index } };
                    var late = deliver.Intent with { Key = "late manifest", Action = store with { Then = null } };
                    outputs.Add(new RunnerOutput.Deliver(late, Late));
                }
            }

            return outputs;
        }
    }

    /// <summary>Every entity is taken for a new one until a write proves otherwise, and nothing checks what needs no write.</summary>
    internal sealed class TakesEveryEntityForNew(EntityRunner inner) : DelegatingRunner(inner)
    {
        private ServiceTime _time;
        private bool _isLoaded;

        public override void Submit(object ticket, ICommand command, ServiceTime time)
        {
            _time = time;
            base.Submit(ticket, command, time);
        }

        public override IReadOnlyList<RunnerOutput> TakeOutputs()
        {
            var outputs = Inner.TakeOutputs();
            if (_isLoaded || outputs is not [RunnerOutput.Load])
            {
                return outputs;
            }

            _isLoaded = true;
            Inner.Loaded(JournalHistory.None, _time);
            return Inner.TakeOutputs();
        }
    }

    internal sealed class NeverTellsAgain(EntityRunner inner) : DelegatingRunner(inner)
    {
        public override IReadOnlyList<RunnerOutput> TakeOutputs() =>
            [.. Inner.TakeOutputs().Where(output => output is not RunnerOutput.Deliver { FailedAttempts: > 0 })];
    }
}
