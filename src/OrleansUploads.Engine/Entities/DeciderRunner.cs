using System.Buffers;
using System.Collections.Immutable;
using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Entities;

/// <summary>The runner of entities with one kind of decider.</summary>
/// <param name="entity">Which entity.</param>
/// <param name="decider">Its rules.</param>
/// <param name="codec">How its events are stored.</param>
/// <param name="historySlack">A history may be this many events longer than twice the shortest one before a snapshot
/// replaces it.</param>
internal sealed class DeciderRunner<TState, TCommand, TEvent>(
    EntityId entity,
    Decider<TState, TCommand, TEvent> decider,
    EventCodec<TEvent> codec,
    int historySlack = EntityRunner.DefaultHistorySlack) : EntityRunner(entity)
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    private static readonly TimeSpan PendingWakeInterval = TimeSpan.FromMinutes(1);

    private readonly Queue<Item> _queue = new();
    private readonly Dictionary<string, InFlight> _inFlight = new(StringComparer.Ordinal);
    private readonly List<Owed> _batch = [];
    private readonly ArrayBufferWriter<byte> _record = new();
    private List<RunnerOutput> _outputs = [];

    private Phase _phase = Phase.Unloaded;
    private TState _state = decider.Initial;
    private long _version;
    private long _historyEvents;
    private DateTimeOffset? _wakeAt;
    private DateTimeOffset? _writingWakeAt;
    private long _write;
    private bool _writing;
    private bool _verifying;
    private bool _forgetting;

    private enum Phase
    {
        Unloaded,
        Loading,
        Ready,
    }

    /// <inheritdoc/>
    public override bool IsIdle =>
        _phase != Phase.Loading && !_writing && !_verifying && _queue.Count == 0 && _inFlight.Count == 0 && _outputs.Count == 0;

    /// <inheritdoc/>
    public override void Submit(object ticket, ICommand command, DateTimeOffset now)
    {
        if (_queue.Count >= MaxQueued)
        {
            Fault(ticket, "too many commands are waiting; try again later.");
            return;
        }

        _queue.Enqueue(new Item(ticket, (TCommand)command, Confirms: null));
        Pump(now);
    }

    /// <inheritdoc/>
    public override void Wake(object ticket, DateTimeOffset now)
    {
        _queue.Enqueue(new Item(ticket, Command: null, Confirms: null));
        Pump(now);
    }

    /// <inheritdoc/>
    public override void Loaded(JournalHistory history, DateTimeOffset now)
    {
        if (_verifying)
        {
            Verified(history, now);
            return;
        }

        if (_phase != Phase.Loading)
        {
            return;
        }

        try
        {
            Rebuild(history);
        }
        catch (JournalDamagedException fault)
        {
            LoadFailed(fault);
            return;
        }

        _phase = Phase.Ready;
        foreach (var intent in decider.Pending(_state))
        {
            Deliver(intent);
        }

        Pump(now);
    }

    /// <inheritdoc/>
    public override void LoadFailed(Exception fault)
    {
        if (_verifying)
        {
            Discard("its journal cannot be read.", fault);
        }

        _phase = Phase.Unloaded;
        while (_queue.TryDequeue(out var item))
        {
            Fault(item.Ticket, "its journal cannot be read.", fault);
            if (item.Confirms is { } key)
            {
                // The confirmation is lost, so the intent has to be delivered again.
                _inFlight.Remove(key);
            }
        }

        FaultAllWaiting("its journal cannot be read.", fault);
    }

    /// <inheritdoc/>
    public override void WriteEnded(long write, AppendOutcome outcome, DateTimeOffset now)
    {
        if (!_writing || write != _write)
        {
            return;
        }

        if (outcome == AppendOutcome.Conflict)
        {
            Discard("another host has written its journal; try again.", fault: null);
        }
        else if (_forgetting)
        {
            _writing = _forgetting = false;
            Reset();
            Release();
        }
        else
        {
            _writing = false;
            _version++;
            _wakeAt = _writingWakeAt;
            Release();
            SaveSnapshotIfLong();
        }

        Pump(now);
    }

    /// <inheritdoc/>
    public override void WriteUnknown(long write, Exception fault, DateTimeOffset now)
    {
        if (_writing && write == _write)
        {
            Discard("the outcome of a write is unknown; try again.", fault);
            Pump(now);
        }
    }

    /// <inheritdoc/>
    public override void IntentDone(string key, DateTimeOffset now)
    {
        if (_inFlight.TryGetValue(key, out var flight))
        {
            _queue.Enqueue(new Item(Ticket: null, (TCommand)flight.Intent.Confirmation, Confirms: key));
            Pump(now);
        }
    }

    /// <inheritdoc/>
    public override void IntentFailed(string key, Exception fault)
    {
        if (!_inFlight.TryGetValue(key, out var flight))
        {
            return;
        }

        foreach (var owed in flight.Waiters)
        {
            FaultOnce(owed, "what follows from the command is not done yet; it will be. Try again.", fault);
        }

        flight.Waiters.Clear();
        flight.FailedAttempts++;
        _outputs.Add(new RunnerOutput.Deliver(flight.Intent, flight.FailedAttempts));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<RunnerOutput> TakeOutputs()
    {
        if (_outputs.Count == 0)
        {
            return [];
        }

        var taken = _outputs;
        _outputs = [];
        return taken;
    }

    /// <summary>Decides what is queued, until there is something to write.</summary>
    private void Pump(DateTimeOffset now)
    {
        if (_phase == Phase.Unloaded && _queue.Count > 0)
        {
            _phase = Phase.Loading;
            _outputs.Add(new RunnerOutput.Load());
        }

        if (_phase != Phase.Ready || _writing || _verifying || _queue.Count == 0)
        {
            return;
        }

        now = ToMilliseconds(now);
        var events = 0;
        var woken = false;
        var binds = false;
        _record.ResetWrittenCount();
        var writer = EventCodec<TEvent>.Begin(_record);
        while (!_forgetting && events < MaxBatchEvents && writer.BytesCommitted + writer.BytesPending < MaxBatchBytes
            && _queue.TryDequeue(out var item))
        {
            woken |= item.Command is null;
            binds |= item.Command is IBindingCommand;
            if (Decide(item, now) is { } decision)
            {
                foreach (var happened in decision.Events)
                {
                    codec.Write(writer, happened);
                    events++;
                }

                Owe(item, decision);
            }
        }

        EventCodec<TEvent>.End(writer);
        if (_forgetting)
        {
            // Events of this batch would be deleted at once, so only the deletion is written.
            _writing = true;
            _outputs.Add(new RunnerOutput.Forget(++_write, _version));
            return;
        }

        var wake = NextWake(now, woken);
        if (events > 0 || (woken && wake is not null))
        {
            _historyEvents += events;
            _writing = true;
            _writingWakeAt = wake is { } change ? change.At : _wakeAt;
            var record = _record.WrittenMemory.ToArray();
            _outputs.Add(new RunnerOutput.Append(++_write, new JournalAppend(Entity, _version, record, wake)));
        }
        else if (binds)
        {
            // No write will fence this batch, so a look at the journal has to.
            _verifying = true;
            _outputs.Add(new RunnerOutput.Load());
        }
        else
        {
            Release();
        }
    }

    /// <summary>The journal was read to see whether the state is still the newest.</summary>
    private void Verified(JournalHistory history, DateTimeOffset now)
    {
        _verifying = false;
        if (history.Version == _version)
        {
            Release();
        }
        else
        {
            Discard("another host has written its journal; try again.", fault: null);
        }

        Pump(now);
    }

    private Decision<TEvent>? Decide(Item item, DateTimeOffset now)
    {
        try
        {
            var decision = item.Command is { } command
                ? decider.Decide(_state, command, now)
                : decider.Wake(_state, now);
            var next = _state;
            foreach (var happened in decision.Events)
            {
                next = decider.Evolve(next, happened);
            }

            _state = next;
            _forgetting |= decision.Forgets && _version > 0;
            return decision;
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException or ArithmeticException)
        {
            // A decider that throws is a bug: its command fails, the entity goes on.
            Fault(item.Ticket, "the command could not be decided.", fault);
            return null;
        }
    }

    /// <summary>Notes what is owed for a decision: an answer, deliveries, and who waits for them.</summary>
    private void Owe(Item item, Decision<TEvent> decision)
    {
        var owed = new Owed(item.Ticket, decision.Answer, decision.Intents);
        if (decision.AwaitsPending)
        {
            foreach (var flight in _inFlight.Values)
            {
                flight.Waiters.Add(owed);
                owed.Waits++;
            }

            // Intents of this very batch are not in flight yet, but a repetition waits for them too.
            foreach (var earlier in _batch)
            {
                owed.AlsoAwaits = earlier.Intents.IsEmpty ? owed.AlsoAwaits : owed.AlsoAwaits.AddRange(earlier.Intents);
            }
        }

        if (item.Confirms is { } key && _inFlight.Remove(key, out var confirmed))
        {
            // What follows from the confirmation is waited for by whoever waited for the intent.
            owed.Inherited = confirmed.Waiters;
        }

        _batch.Add(owed);
    }

    /// <summary>All of the batch is durable: deliver its intents, and answer whoever need not wait for one.</summary>
    private void Release()
    {
        foreach (var owed in _batch)
        {
            foreach (var intent in owed.Intents)
            {
                var flight = Deliver(intent);
                flight.Waiters.AddRange(owed.Inherited);
                foreach (var heir in owed.Inherited)
                {
                    heir.Waits++;
                }
            }

            foreach (var intent in owed.Intents.AddRange(owed.AlsoAwaits))
            {
                if (_inFlight.TryGetValue(intent.Key, out var flight))
                {
                    flight.Waiters.Add(owed);
                    owed.Waits++;
                }
            }

            foreach (var heir in owed.Inherited)
            {
                heir.Waits--;
                ReplyIfReady(heir);
            }

            ReplyIfReady(owed);
        }

        _batch.Clear();
    }

    private InFlight Deliver(Intent intent)
    {
        if (!_inFlight.TryGetValue(intent.Key, out var flight))
        {
            flight = new InFlight(intent);
            _inFlight.Add(intent.Key, flight);
            _outputs.Add(new RunnerOutput.Deliver(intent, FailedAttempts: 0));
        }

        return flight;
    }

    private void ReplyIfReady(Owed owed)
    {
        if (owed is { Waits: 0, Settled: false, Ticket: { } ticket })
        {
            owed.Settled = true;
            _outputs.Add(new RunnerOutput.Reply(ticket, owed.Answer));
        }
    }

    /// <summary>Throws the state away; it is read again for the next command.</summary>
    private void Discard(string reason, Exception? fault)
    {
        foreach (var owed in _batch)
        {
            FaultOnce(owed, reason, fault);
            foreach (var heir in owed.Inherited)
            {
                FaultOnce(heir, reason, fault);
            }
        }

        _batch.Clear();
        FaultAllWaiting(reason, fault);
        _writing = _verifying = _forgetting = false;
        Reset();
        _phase = Phase.Unloaded;
    }

    private void Reset()
    {
        _state = decider.Initial;
        _version = 0;
        _historyEvents = 0;
        _wakeAt = null;
    }

    private void Rebuild(JournalHistory history)
    {
        Reset();
        if (history.Snapshot is { } snapshot)
        {
            Replay(snapshot);
        }

        foreach (var record in history.Records)
        {
            Replay(record);
        }

        _version = history.Version;
        _wakeAt = history.WakeAt;
    }

    private void Replay(ReadOnlyMemory<byte> record)
    {
        try
        {
            foreach (var happened in codec.Decode(record))
            {
                _state = decider.Evolve(_state, happened);
                _historyEvents++;
            }
        }
        catch (Exception fault) when (fault is System.Text.Json.JsonException or InvalidOperationException or FormatException)
        {
            throw new JournalDamagedException(
                $"The journal of {Entity} holds something that cannot be read: {fault.Message} Restore the data folder from "
                + "a backup, or use the version of the program that wrote it.",
                fault);
        }
    }

    private void SaveSnapshotIfLong()
    {
        var shortest = decider.CompactCount(_state);
        if (_historyEvents <= (2L * shortest) + historySlack)
        {
            return;
        }

        var buffer = new ArrayBufferWriter<byte>(1024);
        var writer = EventCodec<TEvent>.Begin(buffer);
        foreach (var happened in decider.Compact(_state))
        {
            codec.Write(writer, happened);
        }

        EventCodec<TEvent>.End(writer);
        _historyEvents = shortest;
        _outputs.Add(new RunnerOutput.SaveSnapshot(_version, buffer.WrittenMemory));
    }

    /// <summary>Pending intents want a wake-up at once, should this host die; else time decides. A later wake-up than the
    /// stored one is written only once that one has come: being woken early costs less than writing each time.</summary>
    private WakeChange? NextWake(DateTimeOffset now, bool woken)
    {
        var pending = _inFlight.Count > 0 || _batch.Exists(owed => !owed.Intents.IsEmpty);
        if (pending)
        {
            return woken ? new WakeChange(now + PendingWakeInterval)
                : _wakeAt is null || _wakeAt > now ? new WakeChange(now)
                : null;
        }

        var wanted = decider.WakeAt(_state);
        if (woken && wanted <= now)
        {
            // It was woken and found nothing to do yet; never ask for the same moment again.
            wanted = now + PendingWakeInterval;
        }

        var isEarlier = wanted is not null && (_wakeAt is null || wanted < _wakeAt);
        return isEarlier || (_wakeAt <= now && wanted != _wakeAt) ? new WakeChange(wanted) : null;
    }

    private void FaultAllWaiting(string reason, Exception? fault)
    {
        foreach (var flight in _inFlight.Values)
        {
            foreach (var owed in flight.Waiters)
            {
                FaultOnce(owed, reason, fault);
            }

            flight.Waiters.Clear();
        }
    }

    private void FaultOnce(Owed owed, string reason, Exception? fault)
    {
        if (!owed.Settled)
        {
            owed.Settled = true;
            Fault(owed.Ticket, reason, fault);
        }
    }

    private void Fault(object? ticket, string reason, Exception? fault = null)
    {
        if (ticket is not null)
        {
            _outputs.Add(new RunnerOutput.Fault(ticket, new EntityUnavailableException(Entity, reason, fault)));
        }
    }

    /// <summary>Times are stored in milliseconds; deciding in them makes the state before and after a reload the same.</summary>
    private static DateTimeOffset ToMilliseconds(DateTimeOffset now) =>
        DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());

    /// <param name="Ticket">Whom to answer; null for a confirmation.</param>
    /// <param name="Command">What to decide; null for a wake-up.</param>
    /// <param name="Confirms">The intent that the command confirms; null for a caller's command.</param>
    private readonly record struct Item(object? Ticket, TCommand? Command, string? Confirms);

    private sealed class Owed(object? ticket, object answer, ImmutableArray<Intent> intents)
    {
        public object? Ticket { get; } = ticket;

        public object Answer { get; } = answer;

        public ImmutableArray<Intent> Intents { get; } = intents;

        public ImmutableArray<Intent> AlsoAwaits { get; set; } = [];

        public List<Owed> Inherited { get; set; } = [];

        public int Waits { get; set; }

        public bool Settled { get; set; }
    }

    private sealed class InFlight(Intent intent)
    {
        public Intent Intent { get; } = intent;

        public List<Owed> Waiters { get; } = [];

        public int FailedAttempts { get; set; }
    }
}
