using System.Diagnostics;

namespace OrleansUploads.Engine.Entities;

/// <summary>One entity in the memory of this process: passes one input at a time to its runner and executes the runner's
/// outputs.</summary>
/// <remarks>Used by both hosts. The outputs of an input are executed on the scheduler of the caller that gave the input. Every exception
/// of an operation is reported to the runner, even a lack of memory: otherwise the runner would wait for the operation for ever, and all
/// callers with it.</remarks>
public sealed class EntityActivation
{
    /// <summary>The approximate memory of an activation without its entity's state, in bytes: locks, queues and buffers.</summary>
    public const int BareBytes = 4096;

    /// <summary>An entity that only scans have asked counts as idle for this long already.</summary>
    private static readonly TimeSpan ScanAge = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxUnawaitedRetryDelay = TimeSpan.FromMinutes(15);

    private readonly Lock _gate = new();
    private readonly EntityRunner _runner;
    private readonly ActivationPorts _ports;
    private long _lastAskedAt;
    private bool _retired;
    private bool _onlyScanned = true;
    private long _heldBytes;
    private Task _lastWrite = Task.CompletedTask;
    private WriteDeadline? _deadline;
    private TaskCompletionSource? _end;

    /// <summary>Creates the activation of an entity.</summary>
    /// <param name="runner">The entity's runner. The activation owns it.</param>
    /// <param name="ports">The ports of the activation.</param>
    public EntityActivation(EntityRunner runner, ActivationPorts ports)
    {
        _runner = runner;
        _ports = ports;
        _lastAskedAt = ports.Time.GetTimestamp() - TicksOf(ScanAge);
    }

    /// <summary>The timestamp of the last command or wake-up, from the ports' time provider. A scan counts as earlier than it was, so
    /// that the entities that it loads are dropped before those in use.</summary>
    public long LastAskedAt => Volatile.Read(ref _lastAskedAt);

    /// <summary>The approximate memory of the activation in bytes: <see cref="BareBytes"/> plus the entity's state.</summary>
    public long HeldBytes => Volatile.Read(ref _heldBytes);

    /// <summary>Completes when the entity has ended, which may not be durable yet, or when the activation is retired.</summary>
    public Task End
    {
        get
        {
            lock (_gate)
            {
                // An end whose write failed was none.
                _end = _end is { Task.IsCompleted: false }
                    ? _end
                    : new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                TellEnd();
                return _end.Task;
            }
        }
    }

    private EntityId Entity => _runner.Entity;

    private ServiceTime Now => _ports.Clock.Read();

    private long TicksOf(TimeSpan time) => (long)(time.TotalSeconds * _ports.Time.TimestampFrequency);

    /// <summary>Sends the entity a command, or wakes it if the command is null.</summary>
    /// <returns>False if the activation is retired; use a new one.</returns>
    public bool TrySubmit(CommandTicket ticket, ICommand? command)
    {
        IReadOnlyList<RunnerOutput> outputs;
        long grown;
        lock (_gate)
        {
            if (_retired)
            {
                return false;
            }

            _onlyScanned &= command is IScans;
            var askedAt = _ports.Time.GetTimestamp() - (command is IScans ? TicksOf(ScanAge) : 0);
            Volatile.Write(ref _lastAskedAt, Math.Max(_lastAskedAt, askedAt));
            if (command is null)
            {
                _runner.Wake(ticket, Now);
            }
            else
            {
                _runner.Submit(ticket, command, Now);
            }

            outputs = _runner.TakeOutputs();
            grown = UpdateHeldBytes();
            TellEnd();
        }

        ExecuteOutputs(outputs);
        ReportGrowth(grown);
        return true;
    }

    /// <summary>Retires the activation if it is idle and got no command since a timestamp.</summary>
    /// <returns>Whether the activation is retired.</returns>
    public bool TryRetire(long idleSince) => TryRetire(activation => activation._lastAskedAt <= idleSince);

    /// <summary>Retires the activation if it is idle and only scans have asked it.</summary>
    /// <returns>Whether the activation is retired.</returns>
    public bool TryRetireScanned() => TryRetire(static activation => activation._onlyScanned);

    private bool TryRetire(Func<EntityActivation, bool> isUnused)
    {
        lock (_gate)
        {
            _retired |= _runner.IsIdle && isUnused(this);
            if (_retired)
            {
                _deadline?.Dispose();
                _deadline = null;
                TellEnd();
            }

            return _retired;
        }
    }

    /// <summary>Starts all operations before it sends replies, so that a caller's next command cannot overtake them.</summary>
    private void ExecuteOutputs(IReadOnlyList<RunnerOutput> outputs)
    {
        StartOperations(outputs);

        // An enumerator of an interface would be allocated each time.
        for (var i = 0; i < outputs.Count; i++)
        {
            var output = outputs[i];
            if (output is RunnerOutput.Reply reply)
            {
                ((CommandTicket)reply.Ticket).Answer(reply.Answer);
            }
            else if (output is RunnerOutput.Fault fault)
            {
                ((CommandTicket)fault.Ticket).Fail(fault.Reason);
            }
        }
    }

    private void StartOperations(IReadOnlyList<RunnerOutput> outputs)
    {
        for (var i = 0; i < outputs.Count; i++)
        {
            switch (outputs[i])
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
                    TrackWrite(WriteAsync(append.Write, append));
                    break;
                case RunnerOutput.Forget forget:
                    TrackWrite(WriteAsync(forget.Write, forget));
                    break;
                case RunnerOutput.SaveSnapshot snapshot:
                    _ = SaveSnapshotAsync(snapshot);
                    break;
                case RunnerOutput.Deliver deliver:
                    _ = DeliverAsync(deliver);
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(outputs), outputs[i], "Unknown output.");
            }
        }
    }

    private void SendInput(Action<EntityRunner> input) => SendInput(input, static (runner, input) => input(runner));

    private void SendInput<TArgument>(TArgument argument, Action<EntityRunner, TArgument> input)
    {
        IReadOnlyList<RunnerOutput> outputs;
        long grown;
        lock (_gate)
        {
            input(_runner, argument);
            outputs = _runner.TakeOutputs();
            grown = UpdateHeldBytes();
            TellEnd();
        }

        ExecuteOutputs(outputs);
        ReportGrowth(grown);
    }

    private void TellEnd()
    {
        if (_end is { } awaited && (_retired || _runner.HasEnded))
        {
            awaited.TrySetResult();
        }
    }

    private long UpdateHeldBytes()
    {
        if (_retired)
        {
            return 0;
        }

        var held = BareBytes + _runner.StateBytes;
        var grown = held - _heldBytes;
        Volatile.Write(ref _heldBytes, held);
        return grown;
    }

    private void ReportGrowth(long grown)
    {
        if (grown != 0)
        {
            _ports.Grown?.Invoke(grown);
        }
    }

    private async Task LoadAsync()
    {
        EngineTelemetry.HistoriesRead.Add(1);
        using var activity = EngineTracing.StartLoad(Entity);
        await ReadJournalAsync(_ports.Journal.ReadAsync, (runner, history) => runner.Loaded(history, Now));
    }

    private Task VerifyAsync() => ReadJournalAsync(
        _ports.Journal.ReadVersionAsync, (runner, version) => runner.Verified(version, Now));

    private async Task ReadJournalAsync<T>(
        Func<EntityId, CancellationToken, ValueTask<T>> read, Action<EntityRunner, T> input)
    {
        try
        {
            var result = await read(Entity, CancellationToken.None);
            SendInput(runner => input(runner, result));
        }
        catch (Exception fault)
        {
            SendInput(runner => runner.LoadFailed(fault));
        }
    }

    private async Task DeliverAsync(RunnerOutput.Deliver deliver)
    {
        if (EngineTracing.IsOn)
        {
            // A write that carried other commands' events too has caused the delivery, so the current activity may be another command's.
            Activity.Current = (deliver.Ticket as CommandTicket)?.Activity;
        }

        CurrentRequest.Id = (deliver.Ticket as CommandTicket)?.RequestId;

        if (deliver.ConfirmationFault is { } confirmationFault)
        {
            _ports.Log.DeliveryFailed(Entity, deliver.Intent.Action, deliver.FailedAttempts, confirmationFault);
        }

        try
        {
            if (deliver.FailedAttempts > 0)
            {
                await Task.Delay(RetryDelay(deliver), _ports.Time, _ports.Stopping);
            }

            var verdict = await _ports.CarryOut(Entity, deliver.Intent.Action);
            EngineTelemetry.IntentsDelivered.Add(1);
            SendInput(runner => runner.IntentDone(deliver.Intent.Key, verdict, Now));
        }
        catch (Exception) when (_ports.Stopping.IsCancellationRequested)
        {
            // The next host that loads the entity delivers the intent.
        }
        catch (Exception fault)
        {
            EngineTelemetry.IntentsFailed.Add(1);
            _ports.Log.DeliveryFailed(Entity, deliver.Intent.Action, deliver.FailedAttempts + 1, fault);
            SendInput(runner => runner.IntentFailed(deliver.Intent.Key, fault));
        }
    }

    private static TimeSpan RetryDelay(RunnerOutput.Deliver deliver)
    {
        var max = deliver.Intent.IsAwaited ? MaxRetryDelay : MaxUnawaitedRetryDelay;
        var delay = FirstRetryDelay * Math.Pow(2, Math.Min(deliver.FailedAttempts - 1, 16));
        return delay < max ? delay : max;
    }

    /// <summary>Waits for the write in progress, if any, but not longer than a write may take.</summary>
    public async Task QuiesceAsync()
    {
        Task write;
        lock (_gate)
        {
            write = _lastWrite;
        }

        await write.WaitAsync(_ports.WriteTimeout, _ports.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Fails the commands that still wait, because the host has stopped.</summary>
    public void FailWaiting()
    {
        SendInput(static runner => runner.HostStopped());
        lock (_gate)
        {
            // Its timer would keep the host and all that it holds in memory until the last write could be late.
            _deadline?.Dispose();
        }
    }

    private void TrackWrite(Task write)
    {
        lock (_gate)
        {
            _lastWrite = write;
        }
    }

    /// <summary>Runs a journal write. If it takes too long, its outcome is reported as unknown. If it succeeds later, the version in the
    /// journal fences the writes that do not know it.</summary>
    private async Task WriteAsync(long write, RunnerOutput output)
    {
        WriteDeadline? deadline = null;
        try
        {
            var task = StartWriteAsync(output);
            if (!task.IsCompleted)
            {
                deadline = StartDeadline(write);
            }

            var outcome = await task;
            deadline?.TryEnd(write);
            SendInput(
                (Activation: this, Write: write, Outcome: outcome),
                static (runner, ended) => runner.WriteEnded(ended.Write, ended.Outcome, ended.Activation.Now));
        }
        catch (Exception fault)
        {
            if (deadline?.TryEnd(write) ?? true)
            {
                ReportUnknown(write, fault);
            }
        }
    }

    private ValueTask<AppendOutcome> StartWriteAsync(RunnerOutput output) => output switch
    {
        RunnerOutput.Append { Tickets.Count: 0 } append => _ports.Journal.AppendAsync(append.Record, CancellationToken.None),
        RunnerOutput.Append append => AppendTracedAsync(append),
        RunnerOutput.Forget forget => _ports.Journal.ForgetAsync(Entity, forget.ExpectedVersion, CancellationToken.None),
        _ => throw new ArgumentOutOfRangeException(nameof(output), output, "Not a write."),
    };

    private async ValueTask<AppendOutcome> AppendTracedAsync(RunnerOutput.Append append)
    {
        var activities = EngineTracing.StartAppend(
            Entity, [.. append.Tickets.Select(static ticket => ((CommandTicket)ticket).Activity).OfType<Activity>()]);
        try
        {
            return await _ports.Journal.AppendAsync(append.Record, CancellationToken.None);
        }
        finally
        {
            foreach (var activity in activities)
            {
                activity.Dispose();
            }
        }
    }

    private WriteDeadline StartDeadline(long write)
    {
        WriteDeadline deadline;
        lock (_gate)
        {
            deadline = _deadline ??= new WriteDeadline(_ports.Time, _ports.WriteTimeout, TaskScheduler.Current, ReportLate);
        }

        deadline.Start(write);
        return deadline;
    }

    private void ReportLate(long write) => ReportUnknown(
        write, new TimeoutException($"The journal did not end a write within {_ports.WriteTimeout.TotalSeconds:0} seconds."));

    private void ReportUnknown(long write, Exception fault)
    {
        if (fault is not JournalUnavailableException { IsRefusal: true })
        {
            EngineTelemetry.WritesUnknown.Add(1);
        }

        SendInput(runner => runner.WriteUnknown(write, fault, Now));
    }

    private async Task SaveSnapshotAsync(RunnerOutput.SaveSnapshot snapshot)
    {
        try
        {
            await _ports.Journal.SaveSnapshotAsync(Entity, snapshot.Version, snapshot.Snapshot, _ports.Stopping);
        }
        catch (Exception) when (_ports.Stopping.IsCancellationRequested)
        {
            // No data is lost: all records still exist. The next host saves a snapshot.
        }
        catch (Exception fault)
        {
            EngineTelemetry.SnapshotsLost.Add(1);
            _ports.Log.SnapshotLost(Entity, fault);
        }
    }
}
