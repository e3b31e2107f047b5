namespace OrleansUploads.Engine.Tests.Entities;

/// <summary>A runner whose outputs the test carries out itself, when and how it chooses.</summary>
internal sealed class RunnerBench
{
    private readonly List<RunnerOutput> _open = [];

    private readonly Func<EntityRunner> _create;

    public RunnerBench(EntityId entity, bool isShared = false)
        : this(() => new EntityCatalog(new EngineOptions(), new EntityLayout { IsShared = isShared }).CreateRunner(entity))
    {
    }

    public RunnerBench(Func<EntityRunner> create)
    {
        _create = create;
        Runner = create();
    }

    public EntityRunner Runner { get; private set; }

    public DateTimeOffset Now { get; set; } = Some.Noon;

    public ServiceTime Time => ServiceTime.Continuous(Now);

    public List<ReadOnlyMemory<byte>> Records { get; } = [];

    public DateTimeOffset? WakeAt { get; private set; }

    public Dictionary<object, object> Replies { get; } = [];

    public Dictionary<object, Exception> Faults { get; } = [];

    public IEnumerable<T> Open<T>()
        where T : RunnerOutput => _open.OfType<T>();

    public void Submit(object ticket, ICommand command)
    {
        Runner.Submit(ticket, command, Time);
        Collect();
    }

    public void Wake(object ticket)
    {
        Runner.Wake(ticket, Time);
        Collect();
    }

    /// <summary>Carries out the pending load with the current journal.</summary>
    public void Load()
    {
        Take<RunnerOutput.Load>();
        Runner.Loaded(new JournalHistory(Records.Count, null, [.. Records], WakeAt), Time);
        Collect();
    }

    /// <summary>Lets the storage refuse to be read.</summary>
    public void RefuseLoad()
    {
        Take<RunnerOutput.Load>();
        Runner.LoadFailed(new JournalUnavailableException("permission denied") { IsRefusal = true });
        Collect();
    }

    public void Verify()
    {
        Take<RunnerOutput.Verify>();
        Runner.Verified(Records.Count, Time);
        Collect();
    }

    public void Write()
    {
        var append = Take<RunnerOutput.Append>();
        Land(append);
        Runner.WriteEnded(append.Write, AppendOutcome.Appended, Time);
        Collect();
    }

    /// <summary>Fails the pending write before or after its effect. Its outcome is unknown.</summary>
    public void LoseWrite(bool landed) => FailWrite(landed, new JournalUnavailableException("the disk is gone"));

    /// <summary>Lets the storage refuse the pending write.</summary>
    public void RefuseWrite() => FailWrite(landed: false, new JournalUnavailableException("permission denied") { IsRefusal = true });

    private void FailWrite(bool landed, Exception fault)
    {
        var append = Take<RunnerOutput.Append>();
        if (landed)
        {
            Land(append);
        }

        Runner.WriteUnknown(append.Write, fault, Time);
        Collect();
    }

    /// <summary>Lets another host delete the history.</summary>
    public void ForgetElsewhere()
    {
        Records.Clear();
        WakeAt = null;
    }

    public void Conflict()
    {
        var append = Take<RunnerOutput.Append>();
        Runner.WriteEnded(append.Write, AppendOutcome.Conflict, Time);
        Collect();
    }

    public Intent Deliver(IAnswer? verdict = null)
    {
        var deliver = Take<RunnerOutput.Deliver>();
        Runner.IntentDone(deliver.Intent.Key, verdict ?? Done.Instance, Time);
        Collect();
        return deliver.Intent;
    }

    public void FailDelivery(Exception? fault = null)
    {
        var deliver = Take<RunnerOutput.Deliver>();
        Runner.IntentFailed(deliver.Intent.Key, fault ?? new IOException("no route"));
        Collect();
    }

    /// <summary>Replaces the process by another one. State that is not durable is lost.</summary>
    public void Crash()
    {
        _open.Clear();
        Runner = _create();
    }

    public T Take<T>()
        where T : RunnerOutput
    {
        var output = Assert.IsType<T>(_open.First(output => output is T));
        _open.Remove(output);
        return output;
    }

    private void Land(RunnerOutput.Append append)
    {
        Assert.Equal(Records.Count, append.Record.ExpectedVersion);
        Records.Add(append.Record.Record.ToArray());
        if (append.Record.Wake is { } wake)
        {
            WakeAt = wake.At;
        }
    }

    private void Collect()
    {
        foreach (var output in Runner.TakeOutputs())
        {
            switch (output)
            {
                case RunnerOutput.Reply reply:
                    Replies.Add(reply.Ticket, reply.Answer);
                    break;
                case RunnerOutput.Fault fault:
                    Faults.Add(fault.Ticket, fault.Reason);
                    break;
                default:
                    _open.Add(output);
                    break;
            }
        }
    }
}
