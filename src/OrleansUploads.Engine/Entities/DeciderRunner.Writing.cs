using System.Buffers;
using System.Text.Json;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Contracts;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Entities;

/// <content>Decides queued commands and writes their events, the wake time and, when the history is long, a snapshot.</content>
internal sealed partial class DeciderRunner<TState, TCommand, TEvent>
{
    private static readonly TimeSpan PendingWakeInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan UnawaitedWakeInterval = TimeSpan.FromMinutes(15);

    /// <summary>Starts the next step if none is in progress: loads the entity, or decides a batch of queued commands and writes or
    /// verifies it.</summary>
    private void StartNextStep(ServiceTime time)
    {
        if (_held.Exists(item => _replies.IsAwaited(item.Confirms!)))
        {
            EnqueueHeld();
        }

        if (_phase == Phase.Unloaded && _queue.Count > 0)
        {
            _phase = Phase.Loading;
            _outputs.Add(new RunnerOutput.Load());
        }

        if (_phase != Phase.Ready || _writing || _verifying || _queue.Count == 0)
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
        if (_forgetting)
        {
            // The deletion would delete the events of this batch too, so they are not written.
            _writing = true;
            _outputs.Add(new RunnerOutput.Forget(++_write, _version));
            return;
        }

        var wake = NextWake(time, batch.IsWoken);
        if (batch.Events > 0 || (batch.IsWoken && wake is not null))
        {
            Append(batch, wake);
        }
        else if (batch.NeedsFreshState)
        {
            // There is no write to fence this batch, so its version is compared with the journal's instead.
            _verifying = true;
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
        _record.ResetWrittenCount();
        var batch = new Batch(Writer: null, Events: 0, IsWoken: false, NeedsFreshState: _begins is not null);
        while (!_forgetting && !batch.IsFull && TryDequeue(batch, time, out var item))
        {
            batch = batch with { IsWoken = batch.IsWoken || item.Command is null };
            if (Decide(item, time) is not { } decision)
            {
                continue;
            }

            _replies.AddDecision(
                item.Ticket, decision.Answer, decision.Intents, decision.AwaitsPending, decision.AnswersAtOnce, item.Confirms);
            var writer = batch.Writer;
            foreach (var happened in decision.Events)
            {
                writer ??= EventCodec<TEvent>.Begin(_record);
                _codec.Write(writer, happened);
            }

            batch = batch with
            {
                Writer = writer,
                Events = batch.Events + decision.Events.Length,
                NeedsFreshState = batch.NeedsFreshState || NeedsFreshState(item, decision),
            };
        }

        return batch;
    }

    private void Append(Batch batch, WakeChange? wake)
    {
        EventCodec<TEvent>.End(batch.Writer ?? EventCodec<TEvent>.Begin(_record));
        _historyEvents += batch.Events;
        _historyBytes += _record.WrittenCount;
        _writing = true;
        _writingWakeAt = wake is { } change ? change.At : _wakeAt;
        var record = _record.WrittenMemory.ToArray();
        _outputs.Add(new RunnerOutput.Append(
            ++_write, new JournalAppend(Entity, _version, record, wake), EngineTracing.IsOn ? _replies.BatchTickets : []));
    }

    /// <summary>Whether a decision must not be answered from outdated state. A confirmation has no caller: the answers that wait for its
    /// intent were fenced with the decisions that they belong to.</summary>
    private bool NeedsFreshState(QueuedCommand item, Decision<TEvent> decision) =>
        item.Command is IRequiresFreshState
        || (_sharing == JournalSharing.Shared
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
            _forgetting |= decision.Forgets && _version > 0;
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
        var shortest = _decider.CompactCount(_state);
        if (_historyEvents <= (2L * shortest) + _historySlack)
        {
            return;
        }

        var buffer = new ArrayBufferWriter<byte>(1024);
        var writer = EventCodec<TEvent>.Begin(buffer);
        foreach (var happened in _decider.Compact(_state))
        {
            _codec.Write(writer, happened);
        }

        EventCodec<TEvent>.End(writer);
        _historyEvents = shortest;
        _historyBytes = buffer.WrittenCount;
        _outputs.Add(new RunnerOutput.SaveSnapshot(_version, buffer.WrittenMemory));
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

    /// <summary>Commands that were decided together and share one record.</summary>
    /// <param name="Writer">Encodes the record, or null while there are no events.</param>
    /// <param name="Events">The number of events.</param>
    /// <param name="IsWoken">Whether a wake-up is among the commands.</param>
    /// <param name="NeedsFreshState">Whether an answer must not be given from outdated state.</param>
    private readonly record struct Batch(Utf8JsonWriter? Writer, int Events, bool IsWoken, bool NeedsFreshState)
    {
        /// <summary>Whether the record accepts no further command.</summary>
        public bool IsFull => Events >= MaxBatchEvents
            || (Writer is not null && Writer.BytesCommitted + Writer.BytesPending >= MaxBatchBytes);
    }
}
