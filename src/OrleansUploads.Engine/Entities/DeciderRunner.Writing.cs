using System.Buffers;
using System.Text.Json;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Entities;

/// <content>What goes into the next write: decisions, the wake time, and now and then a snapshot.</content>
internal sealed partial class DeciderRunner<TState, TCommand, TEvent>
{
    private static readonly TimeSpan PendingWakeInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan UnawaitedWakeInterval = TimeSpan.FromMinutes(15);

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
        Utf8JsonWriter? writer = null;
        while (!_forgetting && events < MaxBatchEvents
            && (writer is null || writer.BytesCommitted + writer.BytesPending < MaxBatchBytes)
            && _queue.TryDequeue(out var item))
        {
            woken |= item.Command is null;
            binds |= _others == OtherHosts.Expected || item.Command is IBindingCommand;
            if (Decide(item, now) is { } decision)
            {
                foreach (var happened in decision.Events)
                {
                    writer ??= EventCodec<TEvent>.Begin(_record);
                    _codec.Write(writer, happened);
                    events++;
                }

                _ledger.Owe(item.Ticket, decision.Answer, decision.Intents, decision.AwaitsPending, item.Confirms);
            }
        }

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
            EventCodec<TEvent>.End(writer ?? EventCodec<TEvent>.Begin(_record));
            _historyEvents += events;
            _historyBytes += _record.WrittenCount;
            _writing = true;
            _writingWakeAt = wake is { } change ? change.At : _wakeAt;
            var record = _record.WrittenMemory.ToArray();
            _outputs.Add(new RunnerOutput.Append(++_write, new JournalAppend(Entity, _version, record, wake)));
        }
        else if (binds)
        {
            // No write will fence this batch, so a look at the journal has to.
            _verifying = true;
            _outputs.Add(new RunnerOutput.Verify());
        }
        else
        {
            _ledger.Release();
        }
    }

    private Decision<TEvent>? Decide(Item item, DateTimeOffset now)
    {
        try
        {
            var decision = item.Command is { } command
                ? _decider.Decide(_state, command, now)
                : _decider.Wake(_state, now);
            var next = _state;
            foreach (var happened in decision.Events)
            {
                next = _decider.Evolve(next, happened);
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

    /// <summary>Pending intents want a wake-up at once, should this host die; else time decides. A later wake-up than the
    /// stored one is written only once that one has come: being woken early costs less than writing each time.</summary>
    private WakeChange? NextWake(DateTimeOffset now, bool woken)
    {
        if (_ledger.HasPending)
        {
            return woken ? new WakeChange(now + PendingWakeInterval)
                : _wakeAt is null || _wakeAt > now ? new WakeChange(now)
                : null;
        }

        var wanted = _decider.WakeAt(_state);
        if (woken && wanted <= now)
        {
            // It was woken and found nothing to do yet; never ask for the same moment again.
            wanted = now + PendingWakeInterval;
        }

        var isNew = _ledger.BatchHasUnawaited;
        if (isNew || _ledger.HasUnawaited)
        {
            // Should this host die, another one goes on: soon after what is new, now and then after what is long under way.
            var goesOnAt = isNew ? now : now + UnawaitedWakeInterval;
            wanted = wanted < goesOnAt ? wanted : goesOnAt;
        }

        var isEarlier = wanted is not null && (_wakeAt is null || wanted < _wakeAt);
        return isEarlier || (_wakeAt <= now && wanted != _wakeAt) ? new WakeChange(wanted) : null;
    }

    /// <summary>Times are stored in milliseconds; deciding in them makes the state before and after a reload the same.</summary>
    private static DateTimeOffset ToMilliseconds(DateTimeOffset now) =>
        DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
}
