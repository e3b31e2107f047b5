using System.Buffers;
using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Entities;

/// <summary>The runner of entities with one kind of decider.</summary>
internal sealed partial class DeciderRunner<TState, TCommand, TEvent> : EntityRunner
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    private readonly Queue<Item> _queue = new();
    private readonly AnswerLedger _ledger;
    private readonly ArrayBufferWriter<byte> _record = new();
    private readonly Decider<TState, TCommand, TEvent> _decider;
    private readonly EventCodec<TEvent> _codec;
    private readonly OtherHosts _others;
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
    private bool _writing;
    private bool _verifying;
    private bool _forgetting;

    /// <param name="entity">Which entity.</param>
    /// <param name="decider">Its rules.</param>
    /// <param name="codec">How its events are stored.</param>
    /// <param name="others">Whether other hosts may write to the same journal.</param>
    /// <param name="historySlack">In the place of the rules' own slack; null for that.</param>
    public DeciderRunner(
        EntityId entity,
        Decider<TState, TCommand, TEvent> decider,
        EventCodec<TEvent> codec,
        OtherHosts others = OtherHosts.Unexpected,
        int? historySlack = null)
        : base(entity)
    {
        _decider = decider;
        _codec = codec;
        _others = others;
        _historySlack = historySlack ?? decider.HistorySlack;
        _state = decider.Initial;
        _ledger = new AnswerLedger(entity, output => _outputs.Add(output));
    }

    private enum Phase
    {
        Unloaded,
        Loading,
        Ready,
    }

    /// <inheritdoc/>
    public override bool IsIdle =>
        _phase != Phase.Loading && !_writing && !_verifying && _queue.Count == 0 && _ledger.IsIdle && _outputs.Count == 0;

    /// <inheritdoc/>
    public override long HistoryBytes => _historyBytes;

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
        foreach (var intent in _decider.Pending(_state))
        {
            _ledger.Deliver(intent);
        }

        Pump(now);
    }

    /// <inheritdoc/>
    public override void Verified(long version, DateTimeOffset now)
    {
        if (!_verifying)
        {
            return;
        }

        _verifying = false;
        if (version == _version)
        {
            _ledger.Release();
        }
        else
        {
            Discard("another host has written its journal; try again.", fault: null);
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
                _ledger.ConfirmationLost(key);
            }
        }

        _ledger.FaultAll("its journal cannot be read.", fault);
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
            _ledger.Release();
        }
        else
        {
            _writing = false;
            _version++;
            _wakeAt = _writingWakeAt;
            _ledger.Release();
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
        if (_ledger.Find(key) is { } intent)
        {
            _ledger.Done(key);
            _queue.Enqueue(new Item(Ticket: null, (TCommand)intent.Confirmation, Confirms: key));
            Pump(now);
        }
    }

    /// <inheritdoc/>
    public override void IntentFailed(string key, Exception fault)
    {
        if (IsNoLongerOwed(key))
        {
            _ledger.GiveUp(key);
        }
        else
        {
            _ledger.DeliveryFailed(key, fault);
        }
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

    /// <summary>Only what nobody waits for is ever given up, and only a durable state says so.</summary>
    private bool IsNoLongerOwed(string key) =>
        _phase == Phase.Ready
        && !_writing
        && _ledger.Find(key) is { IsAwaited: false }
        && !_decider.Pending(_state).Any(intent => intent.Key == key);

    /// <summary>Throws the state away; it is read again for the next command.</summary>
    private void Discard(string reason, Exception? fault)
    {
        _ledger.FaultAll(reason, fault);
        _writing = _verifying = _forgetting = false;
        Reset();
        _phase = Phase.Unloaded;
    }

    private void Reset()
    {
        _state = _decider.Initial;
        _version = 0;
        _historyEvents = 0;
        _historyBytes = 0;
        _wakeAt = null;
    }

    private void Fault(object? ticket, string reason, Exception? fault = null)
    {
        if (ticket is not null)
        {
            _outputs.Add(new RunnerOutput.Fault(ticket, new EntityUnavailableException(Entity, reason, fault)));
        }
    }

    /// <param name="Ticket">Whom to answer; null for a confirmation.</param>
    /// <param name="Command">What to decide; null for a wake-up.</param>
    /// <param name="Confirms">The intent that the command confirms; null for a caller's command.</param>
    private readonly record struct Item(object? Ticket, TCommand? Command, string? Confirms);
}
