using System.Collections.Immutable;
using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Engine.Entities;

/// <summary>Who is owed an answer, and what it waits for: first the write that makes its decision durable, then the intents
/// that follow from it, and those that follow from their confirmations.</summary>
internal sealed class AnswerLedger(EntityId entity, Action<RunnerOutput> emit)
{
    private readonly Dictionary<string, InFlight> _inFlight = new(StringComparer.Ordinal);
    private readonly List<Owed> _batch = [];
    private int _unawaited;

    /// <summary>Whether no intent is being delivered.</summary>
    public bool IsIdle => _inFlight.Count == 0;

    /// <summary>Whether anything is still to be done elsewhere, decisions of the present batch included.</summary>
    public bool HasPending => _inFlight.Count > _unawaited
        || _batch.Exists(static owed => owed.Intents.Any(static intent => intent.IsAwaited));

    /// <summary>Whether anything is being delivered that no answer waits for.</summary>
    public bool HasUnawaited => _unawaited > 0;

    /// <summary>Whether the present batch adds something that no answer waits for.</summary>
    public bool BatchHasUnawaited =>
        _batch.Exists(static owed => owed.Intents.Any(static intent => !intent.IsAwaited));

    /// <summary>The intent with this key, if it is being delivered.</summary>
    public Intent? Find(string key) => _inFlight.GetValueOrDefault(key)?.Intent;

    /// <summary>Notes a decision of the batch that is being put together.</summary>
    /// <param name="ticket">Whom to answer; null for a confirmation.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="intents">What the decision obliges to.</param>
    /// <param name="awaitsPending">Whether the answer waits for earlier intents too.</param>
    /// <param name="confirms">The intent that the command confirmed; null for a caller's command.</param>
    public void Owe(
        object? ticket, object answer, ImmutableArray<Intent> intents, bool awaitsPending, string? confirms)
    {
        var owed = new Owed(ticket, answer, intents);
        if (awaitsPending)
        {
            foreach (var flight in _inFlight.Values)
            {
                Wait(owed, flight);
            }

            // Intents of this very batch are not in flight yet, but a repetition waits for them too.
            owed.AlsoAwaits = [.. _batch.SelectMany(earlier => earlier.Intents).Where(intent => intent.IsAwaited)];
        }

        if (confirms is not null && Drop(confirms) is { } confirmed)
        {
            // What follows from the confirmation is waited for by whoever waited for the intent.
            owed.Heirs = confirmed.Waiters;
        }

        _batch.Add(owed);
    }

    /// <summary>The batch is durable: delivers its intents, and answers whoever need not wait for one.</summary>
    public void Release()
    {
        foreach (var owed in _batch)
        {
            foreach (var intent in owed.Intents)
            {
                Deliver(intent);
                foreach (var heir in owed.Heirs)
                {
                    Wait(heir, _inFlight[intent.Key]);
                }
            }

            foreach (var intent in owed.Intents.AddRange(owed.AlsoAwaits))
            {
                if (_inFlight.TryGetValue(intent.Key, out var flight))
                {
                    Wait(owed, flight);
                }
            }

            Answer(owed.Heirs);
            owed.IsDurable = true;
            AnswerIfReady(owed);
        }

        _batch.Clear();
    }

    /// <summary>Delivers an intent, unless that is under way already.</summary>
    public void Deliver(Intent intent)
    {
        if (_inFlight.TryAdd(intent.Key, new InFlight(intent)))
        {
            _unawaited += intent.IsAwaited ? 0 : 1;
            emit(new RunnerOutput.Deliver(intent, FailedAttempts: 0));
        }
    }

    /// <summary>An intent was carried out. Who waits for its confirmation, too, goes on waiting.</summary>
    public void Done(string key)
    {
        if (_inFlight.TryGetValue(key, out var flight) && flight.Intent.AnswersUnconfirmed)
        {
            flight.IsDone = true;
            Answer(flight.Waiters);
            flight.Waiters.Clear();
        }
    }

    /// <summary>A delivery failed: who waits for it is told, and it is tried again.</summary>
    public void DeliveryFailed(string key, Exception fault)
    {
        if (_inFlight.TryGetValue(key, out var flight))
        {
            Fault(flight.Waiters, "what follows from the command is not done yet; it will be. Try again.", fault);
            flight.Waiters.Clear();
            flight.FailedAttempts++;
            emit(new RunnerOutput.Deliver(flight.Intent, flight.FailedAttempts));
        }
    }

    /// <summary>The confirmation of an intent was lost, so it has to be delivered again when the state is next read.</summary>
    public void ConfirmationLost(string key) => Drop(key);

    /// <summary>The entity no longer owes an intent that nobody waits for.</summary>
    public void GiveUp(string key) => Drop(key);

    /// <summary>Nobody gets an answer: neither from the batch, nor for an intent.</summary>
    public void FaultAll(string reason, Exception? fault)
    {
        foreach (var owed in _batch)
        {
            Fault(owed, reason, fault);
            Fault(owed.Heirs, reason, fault);
        }

        _batch.Clear();
        foreach (var flight in _inFlight.Values)
        {
            Fault(flight.Waiters, reason, fault);
            flight.Waiters.Clear();
        }
    }

    private static void Wait(Owed owed, InFlight flight)
    {
        if (flight.Intent.IsAwaited && !flight.IsDone)
        {
            flight.Waiters.Add(owed);
            owed.Waits++;
        }
    }

    private InFlight? Drop(string key)
    {
        if (_inFlight.Remove(key, out var dropped) && !dropped.Intent.IsAwaited)
        {
            _unawaited--;
        }

        return dropped;
    }

    /// <summary>One thing less to wait for.</summary>
    private void Answer(List<Owed> waiters)
    {
        foreach (var waiter in waiters)
        {
            waiter.Waits--;
            AnswerIfReady(waiter);
        }
    }

    private void AnswerIfReady(Owed owed)
    {
        if (owed is { IsDurable: true, Waits: 0, Settled: false, Ticket: { } ticket })
        {
            owed.Settled = true;
            emit(new RunnerOutput.Reply(ticket, owed.Answer));
        }
    }

    private void Fault(List<Owed> all, string reason, Exception? fault)
    {
        foreach (var owed in all)
        {
            Fault(owed, reason, fault);
        }
    }

    private void Fault(Owed owed, string reason, Exception? fault)
    {
        if (owed is { Settled: false, Ticket: { } ticket })
        {
            owed.Settled = true;
            emit(new RunnerOutput.Fault(ticket, new EntityUnavailableException(entity, reason, fault)));
        }
    }

    private sealed class Owed(object? ticket, object answer, ImmutableArray<Intent> intents)
    {
        public object? Ticket { get; } = ticket;

        public object Answer { get; } = answer;

        public ImmutableArray<Intent> Intents { get; } = intents;

        /// <summary>Intents of others that the answer waits for.</summary>
        public ImmutableArray<Intent> AlsoAwaits { get; set; } = [];

        /// <summary>Who waited for the intent that this confirmed, and now waits for what follows.</summary>
        public List<Owed> Heirs { get; set; } = [];

        /// <summary>Whether the decision is durable.</summary>
        public bool IsDurable { get; set; }

        /// <summary>How many intents the answer waits for.</summary>
        public int Waits { get; set; }

        /// <summary>Whether it was answered or faulted.</summary>
        public bool Settled { get; set; }
    }

    private sealed class InFlight(Intent intent)
    {
        public Intent Intent { get; } = intent;

        public List<Owed> Waiters { get; } = [];

        /// <summary>Whether nobody need wait for it any more, though its confirmation is not durable.</summary>
        public bool IsDone { get; set; }

        public int FailedAttempts { get; set; }
    }
}
