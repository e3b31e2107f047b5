using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Entities;

/// <summary>One entity in this process: gives its runner one input at a time and carries out what it wants.</summary>
/// <remarks>Both hosts put their entities into cells. Whatever follows from an input runs on the scheduler of whoever gave it.</remarks>
public sealed class EntityCell
{
    /// <summary>What a cell takes beside its entity's history: locks, queues, buffers.</summary>
    public const int BareBytes = 4096;

    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetryDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestUnawaitedRetryDelay = TimeSpan.FromMinutes(15);

    private readonly Lock _gate = new();
    private readonly EntityRunner _runner;
    private readonly CellPorts _ports;
    private long _lastAskedAt;
    private bool _retired;
    private long _heldBytes;
    private Task _lastWrite = Task.CompletedTask;

    /// <summary>Takes a runner in.</summary>
    /// <param name="runner">The entity; the cell's own from now on.</param>
    /// <param name="ports">What is around the cell.</param>
    public EntityCell(EntityRunner runner, CellPorts ports)
    {
        _runner = runner;
        _ports = ports;
        _lastAskedAt = ports.Time.GetTimestamp();
    }

    /// <summary>When it was last asked, by the clock's timestamps.</summary>
    public long LastAskedAt => Volatile.Read(ref _lastAskedAt);

    /// <summary>What it takes in memory, roughly: <see cref="BareBytes"/> and its history.</summary>
    public long HeldBytes => Volatile.Read(ref _heldBytes);

    private EntityId Entity => _runner.Entity;

    private DateTimeOffset Now => _ports.Time.GetUtcNow();

    /// <summary>Gives the entity a command, or wakes it where there is none.</summary>
    /// <returns>False if the cell was retired; ask a new one.</returns>
    public bool TrySubmit(TaskCompletionSource<object> ticket, ICommand? command)
    {
        IReadOnlyList<RunnerOutput> outputs;
        long grown;
        lock (_gate)
        {
            if (_retired)
            {
                return false;
            }

            Volatile.Write(ref _lastAskedAt, _ports.Time.GetTimestamp());
            if (command is null)
            {
                _runner.Wake(ticket, Now);
            }
            else
            {
                _runner.Submit(ticket, command, Now);
            }

            outputs = _runner.TakeOutputs();
            grown = Grow();
        }

        CarryOut(outputs);
        Tell(grown);
        return true;
    }

    /// <summary>Retires the cell if it is idle and was not asked since a timestamp.</summary>
    public bool TryRetire(long idleSince)
    {
        lock (_gate)
        {
            _retired |= _runner.IsIdle && _lastAskedAt <= idleSince;
            return _retired;
        }
    }

    /// <summary>Waits for the write that is in flight, if any.</summary>
    public Task QuiesceAsync()
    {
        lock (_gate)
        {
            return _lastWrite;
        }
    }

    /// <summary>What is to be done is begun before anybody is answered, so that nobody who was can come before it.</summary>
    private void CarryOut(IReadOnlyList<RunnerOutput> outputs)
    {
        Begin(outputs);
        foreach (var output in outputs)
        {
            if (output is RunnerOutput.Reply reply)
            {
                ((TaskCompletionSource<object>)reply.Ticket).TrySetResult(reply.Answer);
            }
            else if (output is RunnerOutput.Fault fault)
            {
                ((TaskCompletionSource<object>)fault.Ticket).TrySetException(fault.Reason);
            }
        }
    }

    private void Begin(IReadOnlyList<RunnerOutput> outputs)
    {
        foreach (var output in outputs)
        {
            switch (output)
            {
                case RunnerOutput.Reply or RunnerOutput.Fault:
                    break;
                case RunnerOutput.Load:
                    _ = LoadAsync();
                    break;
                case RunnerOutput.Verify:
                    _ = VerifyAsync();
                    break;
                case RunnerOutput.Append append:
                    Track(WriteAsync(append.Write, token => _ports.Journal.AppendAsync(append.Record, token)));
                    break;
                case RunnerOutput.Forget forget:
                    Track(WriteAsync(
                        forget.Write, token => _ports.Journal.ForgetAsync(Entity, forget.ExpectedVersion, token)));
                    break;
                case RunnerOutput.SaveSnapshot snapshot:
                    _ = SaveSnapshotAsync(snapshot);
                    break;
                case RunnerOutput.Deliver deliver:
                    _ = DeliverAsync(deliver);
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(outputs), output, "No such output.");
            }
        }
    }

    private void Give(Action<EntityRunner> input)
    {
        IReadOnlyList<RunnerOutput> outputs;
        long grown;
        lock (_gate)
        {
            input(_runner);
            outputs = _runner.TakeOutputs();
            grown = Grow();
        }

        CarryOut(outputs);
        Tell(grown);
    }

    private long Grow()
    {
        if (_retired)
        {
            return 0;
        }

        var held = BareBytes + _runner.HistoryBytes;
        var grown = held - _heldBytes;
        Volatile.Write(ref _heldBytes, held);
        return grown;
    }

    private void Tell(long grown)
    {
        if (grown != 0)
        {
            _ports.Grown?.Invoke(grown);
        }
    }

    private void Track(Task write)
    {
        lock (_gate)
        {
            _lastWrite = write;
        }
    }

    private Task LoadAsync() => AskJournalAsync(
        _ports.Journal.ReadAsync, (runner, history) => runner.Loaded(history, Now));

    private Task VerifyAsync() => AskJournalAsync(
        _ports.Journal.ReadVersionAsync, (runner, version) => runner.Verified(version, Now));

    private async Task AskJournalAsync<T>(
        Func<EntityId, CancellationToken, ValueTask<T>> ask, Action<EntityRunner, T> tell)
    {
        try
        {
            var answer = await ask(Entity, CancellationToken.None);
            Give(runner => tell(runner, answer));
        }
        catch (Exception fault) when (IsFault(fault))
        {
            Give(runner => runner.LoadFailed(fault));
        }
    }

    /// <summary>A write that takes too long is treated as unknown; should it end after all, the version fences it.</summary>
    private async Task WriteAsync(long write, Func<CancellationToken, ValueTask<AppendOutcome>> start)
    {
        try
        {
            var task = start(CancellationToken.None);
            var outcome = task.IsCompletedSuccessfully
                ? task.Result
                : await task.AsTask().WaitAsync(_ports.WriteTimeout, _ports.Time);
            Give(runner => runner.WriteEnded(write, outcome, Now));
        }
        catch (Exception fault) when (IsFault(fault))
        {
            EngineTelemetry.WritesUnknown.Add(1);
            Give(runner => runner.WriteUnknown(write, fault, Now));
        }
    }

    private async Task SaveSnapshotAsync(RunnerOutput.SaveSnapshot snapshot)
    {
        try
        {
            await _ports.Journal.SaveSnapshotAsync(Entity, snapshot.Version, snapshot.Snapshot, _ports.Stopping);
        }
        catch (Exception fault) when (IsFault(fault))
        {
            // The records are all still there; the next snapshot will do.
            EngineTelemetry.SnapshotsLost.Add(1);
        }
    }

    private async Task DeliverAsync(RunnerOutput.Deliver deliver)
    {
        try
        {
            if (deliver.FailedAttempts > 0)
            {
                await Task.Delay(RetryDelay(deliver), _ports.Time, _ports.Stopping);
            }

            await _ports.CarryOut(Entity, deliver.Intent.Action);
            EngineTelemetry.IntentsDelivered.Add(1);
            Give(runner => runner.IntentDone(deliver.Intent.Key, Now));
        }
        catch (Exception) when (_ports.Stopping.IsCancellationRequested)
        {
            // The next host to load the entity delivers it.
        }
        catch (Exception fault) when (IsFault(fault))
        {
            EngineTelemetry.IntentsFailed.Add(1);
            Give(runner => runner.IntentFailed(deliver.Intent.Key, fault));
        }
    }

    private static TimeSpan RetryDelay(RunnerOutput.Deliver deliver)
    {
        var longest = deliver.Intent.IsAwaited ? LongestRetryDelay : LongestUnawaitedRetryDelay;
        var delay = FirstRetryDelay * Math.Pow(2, Math.Min(deliver.FailedAttempts - 1, 16));
        return delay < longest ? delay : longest;
    }

    /// <summary>Anything that an adapter throws is a fault of this one operation; only a broken process is more.</summary>
    private static bool IsFault(Exception fault) => fault is not (OutOfMemoryException or StackOverflowException);
}
