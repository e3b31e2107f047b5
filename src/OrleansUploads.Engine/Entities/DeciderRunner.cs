using OrleansUploads.Engine.Contracts;

namespace OrleansUploads.Engine.Entities;

/// <summary>The runner of an entity, for any decider.</summary>
internal sealed class DeciderRunner<TState, TCommand, TEvent> : EntityRunner
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    /// <summary>The number of confirmations that may wait. With more, all of them are written.</summary>
    private const int MaxHeld = 256;

    private static readonly TimeSpan PendingWakeInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan UnawaitedWakeInterval = TimeSpan.FromMinutes(15);

    private readonly Queue<QueuedCommand> _queue = new();
    private readonly List<QueuedCommand> _held = [];
    private readonly PendingReplies _replies;
    private readonly Decider<TState, TCommand, TEvent> _decider;
    private readonly bool _isShared;
    private readonly int _historySlack;
    private List<RunnerOutput> _outputs = [];

    private Phase _phase = Phase.Unloaded;
    private TState _state;
    private long _version;
    private long _historyEvents;
    private long _historyBytes;
    private DateTimeOffset? _wakeAt;
    private DateTimeOffset? _writingWakeAt;
    private long _write;
    private QueuedCommand? _begins;

    /// <param name="decider">The rules of the entity.</param>
    /// <param name="isShared">See <see cref="EntityLayout.IsShared"/>.</param>
    /// <param name="historySlack">Replaces <see cref="Decider{TState,TCommand,TEvent}.HistorySlack"/>, or null.</param>
    public DeciderRunner(
        EntityId entity,
        Decider<TState, TCommand, TEvent> decider,
        bool isShared = false,
        int? historySlack = null)
        : base(entity)
    {
        _decider = decider;
        _isShared = isShared;
        _historySlack = historySlack ?? decider.HistorySlack;
        _state = decider.Initial;
        _replies = new PendingReplies(entity, output => _outputs.Add(output));
    }

    /// <summary>What the runner waits for. At most one operation on the journal is in progress, apart from saving a snapshot.</summary>
    private enum Phase
    {
        /// <summary>For a command. The state is unknown.</summary>
        Unloaded,

        /// <summary>For the history.</summary>
        Loading,

        /// <summary>For a command. The state is known.</summary>
        Ready,

        /// <summary>For the version in the journal.</summary>
        Verifying,

        /// <summary>For the end of an append.</summary>
        Appending,

        /// <summary>For the end of the deletion of the history.</summary>
        Forgetting,
    }

    public override bool IsIdle =>
        _phase is Phase.Unloaded or Phase.Ready && _queue.Count == 0 && _replies.IsIdle && _outputs.Count == 0;

    public override long StateBytes => _historyBytes * _decider.MemoryPerHistoryByte;

    public override bool HasEnded => _decider.HasEnded(_state);

    public override void Submit(object ticket, ICommand command, ServiceTime time)
    {
        if (_queue.Count >= MaxQueued)
        {
            FailTicket(ticket, "too many commands are waiting; try again later.");
            return;
        }

        var queued = new QueuedCommand(ticket, (TCommand)command, Confirms: null);
        if (MayBegin(command))
        {
            _begins = queued;
            _phase = Phase.Ready;
        }

        _queue.Enqueue(queued);
        StartNextStep(time);
    }

    public override void Wake(object ticket, ServiceTime time)
    {
        _queue.Enqueue(new QueuedCommand(ticket, Command: null, Confirms: null));
        StartNextStep(time);
    }

    public override void Loaded(JournalHistory history, ServiceTime time)
    {
        if (_phase != Phase.Loading)
        {
            return;
        }

        try
        {
            (_state, _historyEvents, _historyBytes) = EntityHistory.Replay(_decider, Entity, history);
        }
        catch (JournalDamagedException fault)
        {
            LoadFailed(fault);
            return;
        }

        (_version, _wakeAt) = (history.Version, history.WakeAt);
        _phase = Phase.Ready;
        foreach (var intent in _decider.Pending(_state))
        {
            _replies.Deliver(intent);
        }

        StartNextStep(time);
    }

    public override void LoadFailed(Exception fault)
    {
        if (_phase == Phase.Verifying)
        {
            DiscardState("its journal cannot be read.", fault);
        }

        _phase = Phase.Unloaded;
        FailCallers("its journal cannot be read.", fault);
    }

    public override void Verified(long version, ServiceTime time)
    {
        if (_phase != Phase.Verifying)
        {
            return;
        }

        _phase = Phase.Ready;
        if (version == _version)
        {
            _begins = null;
            _replies.ReleaseBatch();
        }
        else
        {
            GiveWayToOtherHost();
        }

        StartNextStep(time);
    }

    public override void WriteEnded(long write, AppendOutcome outcome, ServiceTime time)
    {
        if (!IsWriting(write))
        {
            return;
        }

        if (outcome == AppendOutcome.Conflict)
        {
            GiveWayToOtherHost();
        }
        else if (_phase == Phase.Forgetting)
        {
            _phase = Phase.Ready;
            ResetState();
            _replies.ReleaseBatch();
        }
        else
        {
            _begins = null;
            _phase = Phase.Ready;
            _version++;
            _wakeAt = _writingWakeAt;
            _replies.ReleaseBatch();
            SaveSnapshotIfLong();
        }

        StartNextStep(time);
    }

    public override void WriteUnknown(long write, Exception fault, ServiceTime time)
    {
        if (IsWriting(write))
        {
            DiscardState(
                fault is JournalUnavailableException { IsRefusal: true }
                    ? "its storage refused a write." : "the outcome of a write is unknown; try again.",
                fault);
            StartNextStep(time);
        }
    }

    public override void IntentDone(string key, IAnswer verdict, ServiceTime time)
    {
        if (_replies.FindInFlight(key) is { } intent)
        {
            _replies.DeliverySucceeded(key, verdict);
            var confirmation = new QueuedCommand(Ticket: null, (TCommand)intent.ConfirmationOf(verdict), Confirms: key);
            if (CanWait(confirmation, intent, time))
            {
                _held.Add(confirmation);
                return;
            }

            _queue.Enqueue(confirmation);
            StartNextStep(time);
        }
    }

    public override void IntentFailed(string key, Exception fault)
    {
        if (IsObsolete(key))
        {
            _replies.Drop(key);
        }
        else
        {
            _replies.DeliveryFailed(key, fault);
        }
    }

    public override void HostStopped() =>
        FailCallers("its host has stopped; try again.", new ObjectDisposedException("The host was stopped.", innerException: null));

    public override IReadOnlyList<RunnerOutput> TakeOutputs()
    {
        if (_outputs.Count == 0)
        {
            return [];
        }

        if (_outputs.Count == 1)
        {
            // Most inputs have one output. It needs no list of its own.
            IReadOnlyList<RunnerOutput> single = [_outputs[0]];
            _outputs.Clear();
            return single;
        }

        var taken = _outputs;
        _outputs = [];
        return taken;
    }

    /// <summary>Whether a write is in progress. One that was given up has another number.</summary>
    private bool IsWriting(long write) => _phase is Phase.Appending or Phase.Forgetting && write == _write;

    /// <summary>Whether no reply waits for an intent, and it is not recorded or is no longer pending in the durable state. Only such intents
    /// are abandoned.</summary>
    private bool IsObsolete(string key) =>
        _replies.FindInFlight(key) is { IsAwaited: false } intent
        && (!intent.IsRecorded
            || (_phase is Phase.Ready or Phase.Verifying && !_decider.Pending(_state).Any(pending => pending.Key == key)));

    /// <summary>Reads the journal again, because its version is not the known one.</summary>
    private void GiveWayToOtherHost()
    {
        if (!TryLoadAfterAll())
        {
            DiscardState("another host has written to its journal; try again.", fault: null);
        }
    }

    /// <summary>Fails all replies and discards the state. The next command loads it again.</summary>
    private void DiscardState(string reason, Exception? fault)
    {
        _replies.FailAll(reason, fault);
        _begins = null;
        ResetState();
        _phase = Phase.Unloaded;
    }

    /// <summary>Fails the callers of queued commands, and those whose replies wait for a write or an intent.</summary>
    private void FailCallers(string reason, Exception fault)
    {
        EnqueueHeld();
        while (_queue.TryDequeue(out var item))
        {
            FailTicket(item.Ticket, reason, fault);
            if (item.Confirms is { } key)
            {
                _replies.Drop(key);
            }
        }

        _replies.FailAll(reason, fault);
    }

    private void ResetState()
    {
        _state = _decider.Initial;
        _version = 0;
        _historyEvents = 0;
        _historyBytes = 0;
        _wakeAt = null;
    }

    private void FailTicket(object? ticket, string reason, Exception? fault = null)
    {
        if (ticket is not null)
        {
            _outputs.Add(new RunnerOutput.Fault(ticket, new EntityUnavailableException(Entity, reason, fault)
            {
                IsRefused = fault is JournalUnavailableException { IsRefusal: true },
            }));
        }
    }

    /// <summary>Whether a confirmation may wait for the entity's next write or its next wake-up. Where the journal is shared, each write is
    /// a request to a database. A confirmation that a crash loses is repeated: its intent is delivered again.</summary>
    /// <remarks>Nothing may wait for it: no reply, and no intent that follows from it.</remarks>
    private bool CanWait(QueuedCommand confirmation, Intent intent, ServiceTime time)
    {
        if (!_isShared || _phase is Phase.Unloaded or Phase.Loading || _held.Count >= MaxHeld
            || intent is not { IsAwaited: true, IsRecorded: true } || _replies.IsAwaited(confirmation.Confirms!))
        {
            return false;
        }

        return TryDecide(confirmation.Command!, time) is { Events.IsEmpty: false, Intents.IsEmpty: true, Forgets: false } decision
            && _decider.ExpectsWrite(decision.Events.Aggregate(_state, _decider.Evolve));
    }

    /// <summary>Takes the next command of a batch. The held confirmations come before a command that changes the state, that is refused or
    /// that waits for their intents: it is decided as if they had been written at once.</summary>
    private bool TryDequeue(Batch batch, ServiceTime time, out QueuedCommand item)
    {
        if (_held.Count > 0 && _queue.TryPeek(out var next) && (batch.IsWoken || next.Command is not { } command || NeedsHeld(command, time)))
        {
            EnqueueFirst(_held);
            _held.Clear();
        }

        return _queue.TryDequeue(out item);
    }

    private bool NeedsHeld(TCommand command, ServiceTime time) => TryDecide(command, time) is { } decision
        && (decision is not { Events.IsEmpty: true, Intents.IsEmpty: true, Forgets: false, Awaits: not AwaitedIntents.OwnAndEarlier }
            || decision.Answer is IRefusal);

    /// <summary>What would be decided now, or null if the decider throws. That is a bug, which is reported when the command is
    /// decided.</summary>
    private Decision<TEvent>? TryDecide(TCommand command, ServiceTime time)
    {
        try
        {
            return _decider.Decide(_state, command, time);
        }
        catch (Exception)
        {
            return null;
        }
    }

    private void EnqueueHeld()
    {
        _held.ForEach(_queue.Enqueue);
        _held.Clear();
    }

    private void EnqueueFirst(IEnumerable<QueuedCommand> commands)
    {
        QueuedCommand[] inOrder = [.. commands, .. _queue];
        _queue.Clear();
        Array.ForEach(inOrder, _queue.Enqueue);
    }

    /// <summary>Whether a command is decided without reading the journal, on the assumption that the entity is new. Its write fails if
    /// it is not.</summary>
    private bool MayBegin(ICommand command) =>
        _phase == Phase.Unloaded
        && _queue.Count == 0
        && _replies.IsIdle
        && command is IMayBeginEntity;

    /// <summary>Loads the entity if it was taken for a new one, and decides the command again. The caller does not notice.</summary>
    /// <returns>False if the entity was not taken for a new one.</returns>
    private bool TryLoadAfterAll()
    {
        if (_begins is not { } command)
        {
            return false;
        }

        EnqueueFirst([command]);
        _begins = null;
        _replies.DropBatch();
        ResetState();
        _phase = Phase.Unloaded;
        return true;
    }

    /// <summary>Starts the next step if none is in progress: loads the entity, or decides a batch of queued commands and writes or
    /// verifies it.</summary>
    private void StartNextStep(ServiceTime time)
    {
        // Nearly always none is held, and a closure for none would be allocated each time.
        if (_held.Count > 0 && _held.Exists(item => _replies.IsAwaited(item.Confirms!)))
        {
            EnqueueHeld();
        }

        if (_phase == Phase.Unloaded && _queue.Count > 0)
        {
            _phase = Phase.Loading;
            _outputs.Add(new RunnerOutput.Load());
        }

        if (_phase != Phase.Ready || _queue.Count == 0)
        {
            return;
        }

        try
        {
            DecideAndWrite(time);
        }
        catch (Exception fault)
        {
            // Only a bug or a lack of memory can cause this. The state may have events that the journal lacks, so it is read again.
            DiscardState("a decision could not be written.", fault);
            StartNextStep(time);
        }
    }

    private void DecideAndWrite(ServiceTime time)
    {
        var batch = DecideBatch(time);
        if (batch.Forgets)
        {
            // The deletion would delete the events of this batch too, so they are not written.
            _phase = Phase.Forgetting;
            _outputs.Add(new RunnerOutput.Forget(++_write, _version));
            return;
        }

        // Another host may have deleted the history while this one delivers what followed from it. A wake-up must not begin it again.
        var wake = batch.Events == 0 && _version == 0 ? null : NextWake(time, batch.IsWoken);
        if (batch.Events > 0 || (batch.IsWoken && wake is not null))
        {
            Append(batch, wake);
        }
        else if (batch.NeedsFreshState)
        {
            // There is no write to fence this batch, so its version is compared with the journal's instead.
            _phase = Phase.Verifying;
            _outputs.Add(new RunnerOutput.Verify());
        }
        else
        {
            _replies.ReleaseBatch();

            // A reply of the batch may wait for an intent whose confirmation is held.
            StartNextStep(time);
        }
    }

    /// <summary>Decides queued commands until a record is full or the entity's history is to be deleted, and encodes their
    /// events.</summary>
    private Batch DecideBatch(ServiceTime time)
    {
        var batch = new Batch(Record: null, Events: 0, IsWoken: false, NeedsFreshState: _begins is not null, Forgets: false);
        while (!batch.Forgets && !batch.IsFull && TryDequeue(batch, time, out var item))
        {
            batch = batch with { IsWoken = batch.IsWoken || item.Command is null };
            if (Decide(item, time) is not { } decision)
            {
                continue;
            }

            var mayWait = item.Command is IMayWait { MayWait: true };
            _replies.AddDecision(item.Ticket, decision.Answer, decision.Intents, decision.Awaits, item.Confirms, mayWait);
            var record = batch.Record;
            foreach (var happened in decision.Events)
            {
                record ??= RecordWriter.Begin();
                record.Write(happened);
            }

            batch = batch with
            {
                Record = record,
                Events = batch.Events + decision.Events.Length,
                NeedsFreshState = batch.NeedsFreshState || NeedsFreshState(item, decision),
                Forgets = decision.Forgets && _version > 0,
            };
        }

        return batch;
    }

    private void Append(Batch batch, WakeChange? wake)
    {
        var record = (batch.Record ?? RecordWriter.Begin()).End();
        _historyEvents += batch.Events;
        _historyBytes += record.Length;
        _phase = Phase.Appending;
        _writingWakeAt = wake is { } change ? change.At : _wakeAt;
        _outputs.Add(new RunnerOutput.Append(
            ++_write,
            new JournalAppend(Entity, _version, record, wake, MayWait: !_replies.IsBatchAwaited && _queue.Count == 0),
            EngineTracing.IsOn ? _replies.BatchTickets : []));
    }

    /// <summary>Whether a decision must not be answered from outdated state. A confirmation has no caller: the answers that wait for its
    /// intent were fenced with the decisions that they belong to.</summary>
    private bool NeedsFreshState(QueuedCommand item, Decision<TEvent> decision) =>
        item.Command is IRequiresFreshState
        || (_isShared
            && item.Confirms is null
            && (item.Command is not IAsksForAdvice || decision.Answer is IRefusal));

    private Decision<TEvent>? Decide(QueuedCommand item, ServiceTime time)
    {
        try
        {
            var decision = item.Command is { } command
                ? _decider.Decide(_state, command, time)
                : _decider.Wake(_state, time);
            var next = _state;
            foreach (var happened in decision.Events)
            {
                next = _decider.Evolve(next, happened);
            }

            _state = next;
            return decision;
        }
        catch (Exception fault)
        {
            // A decider that throws is a bug. Only its command fails: the commands before it in the batch have changed the state, and
            // their events must still be written.
            FailTicket(item.Ticket, "the command could not be decided.", fault);
            if (item.Confirms is { } key)
            {
                _replies.DeliveryFailed(key, fault, wasCarriedOut: true);
            }

            return null;
        }
    }

    private void SaveSnapshotIfLong()
    {
        var cost = _decider.SnapshotCost(_state);
        if (_historyEvents <= (2L * cost) + _historySlack)
        {
            return;
        }

        var snapshot = EventCodec.EncodeSnapshot(_state);
        _historyEvents = cost;
        _historyBytes = snapshot.Length;
        _outputs.Add(new RunnerOutput.SaveSnapshot(_version, snapshot));
    }

    /// <summary>Returns the change of the stored wake time, or null for no change. Pending intents need an immediate wake-up in case this
    /// host fails; otherwise the decider chooses the wake time. A later wake time replaces the stored one only after the stored one
    /// has passed, because waking early costs less than writing every change.</summary>
    private WakeChange? NextWake(ServiceTime time, bool woken)
    {
        if (woken && !time.IsTrusted)
        {
            // Due work must wait until the clock is trusted, and until then no other wake time is known to be right.
            return null;
        }

        var now = time.DueBy;
        if (_replies.HasPending)
        {
            return woken ? new WakeChange(now + PendingWakeInterval)
                : _wakeAt is null || _wakeAt > now ? new WakeChange(now)
                : null;
        }

        var wanted = _decider.WakeAt(_state, time);
        if (woken && wanted <= now)
        {
            // The entity was woken but has nothing to do yet. Do not wake it again immediately.
            wanted = now + PendingWakeInterval;
        }

        var isNew = _replies.BatchHasUnawaited;
        if (isNew || _replies.HasUnawaited)
        {
            // If this host fails, another one resumes the deliveries: new ones soon, older ones after a longer interval.
            var resumeAt = isNew ? now : now + UnawaitedWakeInterval;
            wanted = wanted < resumeAt ? wanted : resumeAt;
        }

        var isEarlier = wanted is not null && (_wakeAt is null || wanted < _wakeAt);
        return isEarlier || (_wakeAt <= now && wanted != _wakeAt) ? new WakeChange(wanted) : null;
    }

    /// <param name="Ticket">Identifies the caller to answer, or null for a confirmation.</param>
    /// <param name="Command">The command to decide, or null for a wake-up.</param>
    /// <param name="Confirms">The key of the intent that the command confirms, or null for a caller's command.</param>
    private readonly record struct QueuedCommand(object? Ticket, TCommand? Command, string? Confirms);

    /// <summary>Commands that were decided together and share one record.</summary>
    /// <param name="Record">The record, or null while there are no events.</param>
    /// <param name="Events">The number of events.</param>
    /// <param name="IsWoken">Whether a wake-up is among the commands.</param>
    /// <param name="NeedsFreshState">Whether an answer must not be given from outdated state.</param>
    /// <param name="Forgets">Whether the last command deletes the history.</param>
    private readonly record struct Batch(RecordWriter? Record, int Events, bool IsWoken, bool NeedsFreshState, bool Forgets)
    {
        /// <summary>Whether the record accepts no further command.</summary>
        public bool IsFull => Events >= MaxBatchEvents
            || Record?.LengthBytes >= MaxBatchBytes;
    }
}
