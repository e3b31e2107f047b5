using System.Collections.Immutable;

namespace OrleansUploads.Engine.Entities;

/// <summary>The replies that an entity has not sent yet. A reply waits for the write that makes its decision durable, then for the
/// intents of the decision, and then for the intents that follow from their confirmations.</summary>
internal sealed class PendingReplies(EntityId entity, Action<RunnerOutput> emit)
{
    /// <summary>Shared by all replies without inherited waiters; never changed.</summary>
    private static readonly List<PendingReply> NoWaiters = [];

    private readonly Dictionary<string, Delivery> _inFlight = new(StringComparer.Ordinal);
    private readonly List<PendingReply> _batch = [];
    private int _unawaited;
    private int _unwoken;

    /// <summary>Whether no intent is being delivered.</summary>
    public bool IsIdle => _inFlight.Count == 0;

    /// <summary>Whether an intent with a waiting reply is not done yet, and the entity must be woken for it after a crash. Includes the
    /// intents of the current batch.</summary>
    public bool HasPending => _inFlight.Count > _unawaited + _unwoken
        || _batch.Exists(static reply => reply.Intents.Any(static intent => intent.IsAwaited && NeedsWake(intent)));

    /// <summary>Whether an intent for which no reply waits is being delivered, and the entity must be woken for it after a crash.</summary>
    public bool HasUnawaited => _unawaited > 0;

    /// <summary>Whether the current batch contains an intent for which no reply waits, and for which the entity must be woken after a
    /// crash.</summary>
    public bool BatchHasUnawaited => _batch.Exists(static reply => reply.Intents.Any(IsUnawaited));

    /// <summary>Whether something waits until the current batch is written: a caller in a hurry, or an intent that follows from it.</summary>
    public bool IsBatchAwaited => _batch.Exists(static reply =>
        reply is { Ticket: not null, MayWait: false } || reply.InheritedWaiters.Count > 0 || !reply.Intents.IsEmpty);

    /// <summary>The callers that wait for the current batch.</summary>
    public IReadOnlyList<object> BatchTickets => [.. _batch.Select(static reply => reply.Cause).OfType<object>()];

    /// <summary>Returns the intent with a key if it is being delivered; otherwise null.</summary>
    public Intent? FindInFlight(string key) => _inFlight.GetValueOrDefault(key)?.Intent;

    /// <summary>Whether a reply waits for an intent that is being delivered.</summary>
    public bool IsAwaited(string key) => _inFlight.GetValueOrDefault(key)?.Waiters.Count > 0;

    /// <summary>Adds a decision to the current batch.</summary>
    /// <param name="ticket">Identifies the caller to answer, or null for a confirmation.</param>
    /// <param name="intents">The intents of the decision.</param>
    /// <param name="awaits">The intents that the reply waits for.</param>
    /// <param name="confirms">The key of the intent that the command confirmed, or null for a caller's command.</param>
    /// <param name="mayWait">Whether the caller loses nothing if the write is delayed for a moment.</param>
    public void AddDecision(
        object? ticket, IAnswer answer, ImmutableArray<Intent> intents, AwaitedIntents awaits, string? confirms, bool mayWait)
    {
        var reply = new PendingReply(ticket, answer, intents, awaits) { MayWait = mayWait };
        if (awaits == AwaitedIntents.OwnAndEarlier)
        {
            foreach (var delivery in _inFlight.Values)
            {
                AddWaiter(delivery, reply);
            }

            // Intents of the current batch are not in flight yet, but a repeated command waits for them too.
            reply.AlsoAwaits = [.. _batch.SelectMany(earlier => earlier.Intents).Where(intent => intent.IsAwaited)];
        }

        if (confirms is not null && RemoveDelivery(confirms) is { } confirmed)
        {
            // The replies that waited for the intent also wait for the intents of its confirmation.
            reply.InheritedWaiters = confirmed.Waiters;
        }

        _batch.Add(reply);
    }

    /// <summary>Called when the batch is durable. Delivers its intents and sends the replies that need not wait for one.</summary>
    public void ReleaseBatch()
    {
        foreach (var reply in _batch)
        {
            foreach (var intent in reply.Intents)
            {
                Deliver(intent, reply.Cause);
                foreach (var waiter in reply.InheritedWaiters)
                {
                    AddWaiter(_inFlight[intent.Key], waiter);
                }
            }

            foreach (var intent in reply.Awaits == AwaitedIntents.None ? [] : reply.Intents.AddRange(reply.AlsoAwaits))
            {
                if (_inFlight.TryGetValue(intent.Key, out var delivery))
                {
                    AddWaiter(delivery, reply);
                }
            }

            foreach (var waiter in reply.InheritedWaiters)
            {
                EndOneWait(waiter);
            }

            reply.IsDurable = true;
            SendIfReady(reply);
        }

        _batch.Clear();
    }

    /// <summary>Drops the current batch, because its commands are decided again.</summary>
    public void DropBatch() => _batch.Clear();

    /// <summary>Delivers an intent unless it is already being delivered. If that was to be answered before it is confirmed, and this one is
    /// not, the answers that wait from now on wait for the confirmation.</summary>
    /// <param name="ticket">The caller whose command led to the intent, or null if no caller did.</param>
    public void Deliver(Intent intent, object? ticket = null)
    {
        if (_inFlight.TryAdd(intent.Key, new Delivery(intent)))
        {
            _unawaited += IsUnawaited(intent) ? 1 : 0;
            _unwoken += NeedsWake(intent) ? 0 : 1;
            emit(new RunnerOutput.Deliver(intent, FailedAttempts: 0, ticket));
        }
        else if (!intent.AnswersUnconfirmed)
        {
            var delivery = _inFlight[intent.Key];
            (delivery.AnswersUnconfirmed, delivery.IsDone) = (false, false);
        }
    }

    /// <summary>An intent was carried out. The replies that wait for it take its receiver's verdict into account. Sends those that need
    /// not wait for the confirmation. An answer that the verdict changes does wait, because callers act on a refusal.</summary>
    public void DeliverySucceeded(string key, IAnswer verdict)
    {
        if (!_inFlight.TryGetValue(key, out var delivery))
        {
            return;
        }

        (delivery.Verdict, delivery.IsDone) = (verdict, delivery.AnswersUnconfirmed);
        var waiters = delivery.Waiters;
        delivery.Waiters = [];
        foreach (var waiter in waiters)
        {
            if (Revise(delivery, waiter) || !delivery.IsDone)
            {
                delivery.Waiters.Add(waiter);
                continue;
            }

            EndOneWait(waiter);
        }
    }

    /// <summary>A delivery failed, or only its confirmation. Fails the replies that wait for it and delivers the intent again.</summary>
    public void DeliveryFailed(string key, Exception fault, bool wasCarriedOut = false)
    {
        if (_inFlight.TryGetValue(key, out var delivery))
        {
            FailReplies(delivery.Waiters, "a step that follows from the command is not done yet; try again.", fault);
            delivery.Waiters.Clear();
            delivery.FailedAttempts++;
            emit(new RunnerOutput.Deliver(delivery.Intent, delivery.FailedAttempts, ConfirmationFault: wasCarriedOut ? fault : null));
        }
    }

    /// <summary>Stops delivering an intent: it is obsolete, or it is delivered again when the state is loaded again.</summary>
    public void Drop(string key) => RemoveDelivery(key);

    /// <summary>Fails all replies: those of the batch and those that wait for an intent. If the storage has refused the write of the batch,
    /// its commands have changed nothing.</summary>
    public void FailAll(string reason, Exception? fault)
    {
        foreach (var reply in _batch)
        {
            FailReply(reply, reason, fault, isUnwritten: true);
            FailReplies(reply.InheritedWaiters, reason, fault);
        }

        _batch.Clear();
        foreach (var delivery in _inFlight.Values)
        {
            FailReplies(delivery.Waiters, reason, fault);
            delivery.Waiters.Clear();
        }
    }

    private static bool NeedsWake(Intent intent) => intent is { IsRecorded: true, IsRepeatedBySender: false };

    private static bool IsUnawaited(Intent intent) => !intent.IsAwaited && NeedsWake(intent);

    /// <summary>Takes the receiver's verdict into account.</summary>
    /// <returns>Whether this changes the answer.</returns>
    private static bool Revise(Delivery delivery, PendingReply reply)
    {
        var before = reply.Answer;
        reply.Answer = delivery is { Intent.Revises: { } revise, Verdict: { } verdict } ? revise(before, verdict) : before;
        return !ReferenceEquals(before, reply.Answer);
    }

    private static void AddWaiter(Delivery delivery, PendingReply reply)
    {
        if ((Revise(delivery, reply) || !delivery.IsDone) && delivery.Intent.IsAwaited)
        {
            delivery.Waiters.Add(reply);
            reply.AwaitedIntents++;
        }
    }

    private Delivery? RemoveDelivery(string key)
    {
        if (_inFlight.Remove(key, out var removed))
        {
            _unawaited -= IsUnawaited(removed.Intent) ? 1 : 0;
            _unwoken -= NeedsWake(removed.Intent) ? 0 : 1;
        }

        return removed;
    }

    /// <summary>Removes one awaited intent from a reply and sends it if it is ready.</summary>
    private void EndOneWait(PendingReply waiter)
    {
        waiter.AwaitedIntents--;
        SendIfReady(waiter);
    }

    private void SendIfReady(PendingReply reply)
    {
        if (reply is { IsDurable: true, AwaitedIntents: 0, IsSettled: false, Ticket: { } ticket })
        {
            reply.IsSettled = true;
            emit(new RunnerOutput.Reply(ticket, reply.Answer));
        }
    }

    private void FailReplies(List<PendingReply> replies, string reason, Exception? fault)
    {
        foreach (var reply in replies)
        {
            FailReply(reply, reason, fault);
        }
    }

    private void FailReply(PendingReply reply, string reason, Exception? fault, bool isUnwritten = false)
    {
        if (reply is { IsSettled: false, Ticket: { } ticket })
        {
            reply.IsSettled = true;

            // Without a fault, the reason is that another host has written to the journal.
            var isFailover = fault is null or EntityUnavailableException { IsFailover: true };
            emit(new RunnerOutput.Fault(ticket, new EntityUnavailableException(entity, reason, fault)
            {
                IsFailover = isFailover,
                IsRefused = isUnwritten && fault is JournalUnavailableException { IsRefusal: true },
            }));
        }
    }

    private sealed class PendingReply(object? ticket, IAnswer answer, ImmutableArray<Intent> intents, AwaitedIntents awaits)
    {
        public object? Ticket { get; } = ticket;

        /// <summary>The caller whose command led to the decision: the one to answer or, for a confirmation, the first one that waited
        /// for its intent. Null if no caller did.</summary>
        public object? Cause => Ticket ?? InheritedWaiters.FirstOrDefault()?.Ticket;

        /// <summary>The answer. A verdict that the reply waits for may change it.</summary>
        public IAnswer Answer { get; set; } = answer;

        public ImmutableArray<Intent> Intents { get; } = intents;

        public AwaitedIntents Awaits { get; } = awaits;

        public bool MayWait { get; init; }

        /// <summary>Intents of other decisions that the reply waits for.</summary>
        public ImmutableArray<Intent> AlsoAwaits { get; set; } = [];

        /// <summary>The replies that waited for the intent that this command confirmed. They also wait for the intents of this
        /// decision.</summary>
        public List<PendingReply> InheritedWaiters { get; set; } = NoWaiters;

        /// <summary>Whether the decision is durable.</summary>
        public bool IsDurable { get; set; }

        /// <summary>The number of intents that the reply still waits for.</summary>
        public int AwaitedIntents { get; set; }

        /// <summary>Whether the reply was sent or failed.</summary>
        public bool IsSettled { get; set; }
    }

    private sealed class Delivery(Intent intent)
    {
        public Intent Intent { get; } = intent;

        public bool AnswersUnconfirmed { get; set; } = intent.AnswersUnconfirmed;

        public List<PendingReply> Waiters { get; set; } = [];

        /// <summary>Whether the answers that the verdict does not change are sent without waiting for a durable confirmation.</summary>
        public bool IsDone { get; set; }

        public int FailedAttempts { get; set; }

        /// <summary>What the receiver answered; null until it has.</summary>
        public IAnswer? Verdict { get; set; }
    }
}
