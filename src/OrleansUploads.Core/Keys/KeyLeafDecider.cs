using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Core.Keys;

/// <summary>The rules of a leaf of an ordered index. A leaf alone decides what is published under its keys, in one order.</summary>
/// <remarks>The leaves of an index form a B-link tree (Lehman and Yao, 1981): each owns a range of positions and has a link to its right
/// neighbour. A leaf that gets too long moves its upper positions to a new leaf. From the event that begins the split it refuses them; the
/// refusal waits until the new leaf owns them. A request that reaches a leaf too far to the left follows the links. An empty leaf gives its
/// range to its left neighbour, and leads requests that still reach it to the left.</remarks>
public sealed class KeyLeafDecider(long maxBytes = KeyLeafDecider.DefaultMaxBytes)
    : Decider<KeyLeafState, KeyLeafCommand, KeyLeafEvent>
{
    /// <summary>The length at which a leaf splits by default: 128 KiB.</summary>
    public const long DefaultMaxBytes = 128 * 1024;

    private const int SmallLeaf = 16;

    private static readonly ObjectRefusal NotReady = new ObjectRefusal.LeafNotReady();

    public override KeyLeafState Initial => KeyLeafState.Unborn;

    public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time)
    {
        var leaf = command.Leaf ?? state.Leaf;
        if (command is AdoptKeys adopt)
        {
            return Adopt(state, leaf, adopt);
        }

        if (state.Phase == LeafPhase.Adopting || (state.Phase == LeafPhase.Unborn && leaf.Name != LeafName.First))
        {
            return Refuse(NotReady);
        }

        if (state.Phase is LeafPhase.Giving or LeafPhase.Given or LeafPhase.Gone)
        {
            return DecideGiven(state, command);
        }

        // The first leaf exists without having been created, until something is written to it.
        var live = state.Phase == LeafPhase.Unborn ? Evolve(state, new LeafOpened(leaf)) : state;
        return GivingIfEmpty(live, Opening(state, leaf, DecideLive(live, command, time)));
    }

    public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened) => KeyLeafEvolution.Apply(state, happened);

    public override IEnumerable<Intent> Pending(KeyLeafState state) =>
        (LeafMove.IntentOf(state) ?? LeafGift.IntentOf(state)) is { } move
            ? [move, .. state.Releases.Values.Select(TellUpload)]
            : state.Releases.Values.Select(TellUpload);

    /// <remarks>A longer leaf allows a longer history behind its snapshot, but a smaller share of its length.</remarks>
    public override int SnapshotCost(KeyLeafState state)
    {
        var length = 1 + state.Entries.Length + state.Unsettled.Count + state.Releases.Count + state.Changes.Deletions.Count;
        return Math.Min(length, SmallLeaf + (length / 4));
    }

    /// <summary>An entry takes 230 bytes in a journal and 470 in memory, almost half of them for its upload ID.</summary>
    public override int MemoryPerHistoryByte => 2;

    private static Decision<KeyLeafEvent> Adopt(KeyLeafState state, LeafId leaf, AdoptKeys command) =>
        state.Phase is LeafPhase.Unborn or LeafPhase.Adopting && command.Sequence == state.Adopted
            ? Accept(new KeysAdopted(
                leaf,
                command.From,
                command.Upper,
                command.Right,
                command.Sequence,
                command.IsLast,
                command.Entries,
                command.Publications,
                command.Left,
                command.Changes))
            : Nothing;

    /// <summary>The first event of the first leaf is that it was opened.</summary>
    private static Decision<KeyLeafEvent> Opening(KeyLeafState state, LeafId leaf, Decision<KeyLeafEvent> decision) =>
        state.Phase != LeafPhase.Unborn || decision.Events.IsEmpty
            ? decision
            : decision with { Events = decision.Events.Insert(0, new LeafOpened(leaf)) };

    private Decision<KeyLeafEvent> DecideLive(KeyLeafState state, KeyLeafCommand command, ServiceTime time) => command switch
    {
        TakeTicket c => RefusalAt(state, new KeyPosition(c.Key.ToString())) ?? Reply(new KeyTicket(state.Changes.Newest)),
        IssueTicket c => RefusalAt(state, new KeyPosition(c.Key.ToString()))
            ?? Accept(new KeyTicket(state.Changes.Next), new TicketIssued()),
        PublishObject c => RefusalAt(state, c.Entry.PositionIn(KeyTree.Objects)) ?? Publish(state, c, time),
        SettlePublication c => RefusalAt(state, new KeyPosition(c.Key.ToString())) ?? Settle(state, c),
        DeleteObject c => RefusalAt(state, new KeyPosition(c.Key.ToString())) ?? Delete(state, c, time),
        FindObject c => RefusalAt(state, new KeyPosition(c.Key.ToString())) ?? Find(state, c),
        ListUpload c => RefusalAt(state, c.Entry.PositionIn(KeyTree.Uploads)) ?? AddUpload(state, c),
        UnlistUpload c => RefusalAt(state, c.Position) ?? RemoveUpload(state, c),
        TakeRange c => Take(state, c),
        ReadLeaf c => RefusalAt(state, c.From) ?? Read(state, c),
        SumLeaf c => RefusalAt(state, c.From) ?? Sum(state, c),
        SealLeaf c => Seal(state, c.Step),
        UnsealLeaf c => Unseal(state, c.Step),
        ConfirmKeysAdopted c => KeysAdopted(state, c),
        ConfirmRouteAdded c => state.Split is { IsMoved: true } split && split.Number == c.Split
            ? SplitAgain(state, new RouteDelivered(split.Number))
            : Nothing,
        ConfirmObjectReleased c => state.Releases.ContainsKey(c.Upload.ToString())
            ? Accept(new ObjectReleaseDelivered(c.Upload))
            : Nothing,
        ConfirmRangeTaken or ConfirmRouteRemoved => Nothing,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
    };

    /// <summary>The refusal of a position that the leaf does not own, or null if it owns the position.</summary>
    private static Decision<KeyLeafEvent>? RefusalAt(KeyLeafState state, KeyPosition position)
    {
        if (position < state.From)
        {
            return Refuse(new ObjectRefusal.PositionMoved(KeyPosition.Start, LeafName.First));
        }

        if (state.End is not { } end || state.Next is not { } next || position < end)
        {
            return null;
        }

        var refusal = Refuse(new ObjectRefusal.PositionMoved(end, next));
        return state.Split is { IsMoved: false } && LeafMove.IntentOf(state) is { } adoption ? refusal.Raising(adoption) : refusal;
    }

    private static Decision<KeyLeafEvent> Find(KeyLeafState state, FindObject command) =>
        state.FindEntry(new KeyPosition(command.Key.ToString())) is { } entry
            ? Reply(entry)
            : Refuse(new ObjectRefusal.KeyNotFound());

    /// <summary>Reads entries. If the page goes beyond a split in progress, the answer waits until the new leaf can be read.</summary>
    private static Decision<KeyLeafEvent> Read(KeyLeafState state, ReadLeaf command)
    {
        IEnumerable<KeyEntry> all = state.EntriesIn(command.From, state.End);
        var (entries, hasMore) = (command.Prefixes?.FirstOfEach(all) ?? all).FirstPage(command.Limit);
        var page = Reply(new LeafPage(entries, hasMore, state.End, state.Next));
        return !hasMore && state.Split is { IsMoved: false } ? page.Raising(LeafMove.IntentOf(state)!) : page;
    }

    private static Decision<KeyLeafEvent> Sum(KeyLeafState state, SumLeaf command)
    {
        var entries = state.EntriesIn(command.From, state.End);
        var sum = Reply(new LeafSum(entries.Length, entries.Sum(static entry => entry.SizeBytes ?? 0), state.End));
        return state.Split is { IsMoved: false } ? sum.Raising(LeafMove.IntentOf(state)!) : sum;
    }

    /// <summary>A late message of an earlier step must not seal the leaf again, because nothing would unseal it.</summary>
    private static Decision<KeyLeafEvent> Seal(KeyLeafState state, long step) => state switch
    {
        _ when step < state.SealStep => Reply(new LeafSealVerdict(IsEmpty: false, state.Next)),
        { Phase: LeafPhase.Sealed } => step > state.SealStep
            ? Accept(new LeafSealVerdict(IsEmpty: true, state.Next), new LeafSealed(step))
            : Reply(new LeafSealVerdict(IsEmpty: true, state.Next)),
        { Entries.IsEmpty: true } => Accept(new LeafSealVerdict(IsEmpty: true, state.Next), new LeafSealed(step)),
        _ => Reply(new LeafSealVerdict(IsEmpty: false, state.Next)),
    };

    /// <summary>The answer says whether the leaf was sealed, because then leaves to its right may be sealed too. A repeated message gets
    /// the answer of the first one, even if the leaf has entries since.</summary>
    private static Decision<KeyLeafEvent> Unseal(KeyLeafState state, long step) => state switch
    {
        _ when step < state.SealStep => Reply(new LeafSealVerdict(state.Entries.IsEmpty, state.Next)),
        { Phase: LeafPhase.Sealed } => Accept(new LeafSealVerdict(IsEmpty: true, state.Next), new LeafUnsealed(step)),
        { WasSealed: true } when step == state.SealStep => Reply(new LeafSealVerdict(IsEmpty: true, state.Next)),
        { Phase: LeafPhase.Live } when step > state.SealStep => Accept(
            new LeafSealVerdict(state.Entries.IsEmpty, state.Next), new LeafUnsealed(step, WasSealed: false)),
        _ => Reply(new LeafSealVerdict(state.Entries.IsEmpty, state.Next)),
    };

    private static Intent TellUpload(PendingRelease release) => new(
        string.Create(CultureInfo.InvariantCulture, $"release/{release.Upload}/{release.At.ToUnixTimeMilliseconds()}"),
        new TellEntity(release.Upload.Entity, new ReleaseObject(release.At)),
        new ConfirmObjectReleased(release.Upload))
    {
        IsAwaited = false,
    };

    /// <summary>Makes the leaf begin to give its range if the decision leaves it with nothing else to do.</summary>
    private Decision<KeyLeafEvent> GivingIfEmpty(KeyLeafState state, Decision<KeyLeafEvent> decision)
    {
        if (decision.Events.IsEmpty || state.Entries.Length > 1)
        {
            return decision;
        }

        var after = decision.Events.Aggregate(state, Evolve);
        if (!LeafGift.IsDue(after))
        {
            return decision;
        }

        var begun = new GivingBegun();
        return decision with
        {
            Events = decision.Events.Add(begun),
            Intents = decision.Intents.Add(LeafGift.IntentOf(Evolve(after, begun))!),
            Awaits = AwaitedIntents.None,
        };
    }

    /// <summary>Takes the range of the right neighbour. A message that arrives again finds the range in the leaf, or in one to its
    /// right.</summary>
    private static Decision<KeyLeafEvent> Take(KeyLeafState state, TakeRange command)
    {
        var route = new KeyRoute(state.From, Upper: null, state.Leaf.Name);
        if (state.End != command.From || state.Next != command.Giver)
        {
            return RefusalAt(state, command.From) ?? Reply(route);
        }

        // The neighbour may have adopted its keys, and lost all of them, before this leaf has heard of the adoption.
        return state.Split is { IsMoved: false }
            ? Refuse(NotReady).Raising(LeafMove.IntentOf(state)!)
            : Accept(route, new RangeTaken(command.Upper, command.Right, command.Publications, command.Changes))
                .AnsweringAtOnce();
    }

    /// <summary>Decides for a leaf that gives its range or has given it: it leads every request to the left.</summary>
    private static Decision<KeyLeafEvent> DecideGiven(KeyLeafState state, KeyLeafCommand command)
    {
        switch (command)
        {
            case ConfirmRangeTaken { Taker: var taker } when state.Phase == LeafPhase.Giving:
                var given = new RangeGiven(taker);
                return Accept(given).Raising(LeafGift.IntentOf(KeyLeafEvolution.Apply(state, given))!);
            case ConfirmRouteRemoved when state.Phase == LeafPhase.Given:
                return Accept(new RouteWithdrawn());
            case SealLeaf or UnsealLeaf:
                // The range is, or will be, in a leaf to the left, which the bucket has asked before.
                return Reply(new LeafSealVerdict(IsEmpty: true, state.Right));
            case TakeRange take when take.Giver == state.Leaf.Name:
                return Refuse(NotReady);
            case TakeTicket or IssueTicket or PublishObject or SettlePublication or DeleteObject or FindObject or ListUpload
                or UnlistUpload or ReadLeaf or SumLeaf or TakeRange:
                var refusal = Refuse(new ObjectRefusal.PositionMoved(state.From, LeafGift.LeftOf(state)));
                return state.Phase == LeafPhase.Giving ? refusal.Raising(LeafGift.IntentOf(state)!) : refusal;
            default:
                return Nothing;
        }
    }

    private static readonly PublicationVerdict Published = new PublicationVerdict.Published();

    /// <summary>Publishes an object unless its condition fails, or its key was changed by a request that may have begun later. A publication
    /// that was interrupted and comes late therefore never undoes a change that was acknowledged meanwhile, and a repeated message, which
    /// finds the change of the first one, never publishes twice.</summary>
    private Decision<KeyLeafEvent> Publish(KeyLeafState state, PublishObject command, ServiceTime time)
    {
        var entry = command.Entry;
        var position = entry.PositionIn(KeyTree.Objects);
        var current = state.FindEntry(position);
        if (current?.Upload == entry.Upload || state.Unsettled.ContainsKey(entry.Upload.ToString()))
        {
            return Reply(Published);
        }

        if (state.Phase == LeafPhase.Sealed)
        {
            return Refuse(new ObjectRefusal.LeafIsSealed());
        }

        if (!Holds(command.Condition, current))
        {
            // Nothing is recorded: the condition can hold later only if the key is changed, and then the ticket is too old.
            return Reply(Failed(command.Condition, current));
        }

        if (RefusalOfTicket(state, command, position, time) is { } late)
        {
            return Reply(late);
        }

        var ticket = command.Condition is null ? command.Ticket ?? 0 : (long?)null;
        return Change(state, position, Published, new ObjectAdded(entry, command.Round, time.Now, ticket));
    }

    /// <summary>What becomes of a publication instead, because its key was changed after its ticket was taken; null if nothing stands in its
    /// way. Publications without conditions are in the order of their tickets, so two concurrent requests both succeed. With equal
    /// tickets, it is not known which request began first: the one that comes second may have been abandoned before the other began.</summary>
    private static PublicationVerdict? RefusalOfTicket(
        KeyLeafState state, PublishObject command, KeyPosition position, ServiceTime time)
    {
        var ticket = command.Ticket ?? 0;
        var newest = state.FindChange(position);
        if (ticket > state.Changes.Newest)
        {
            return new PublicationVerdict.Overtaken();
        }

        if (ticket >= (newest?.Number ?? state.Changes.Forgotten))
        {
            return null;
        }

        return command.Condition is null && newest?.Ticket is { } other && other != ticket
            ? other > ticket ? new PublicationVerdict.Overwritten(time.Now) : null
            : new PublicationVerdict.Overtaken();
    }

    private static Decision<KeyLeafEvent> Settle(KeyLeafState state, SettlePublication command) =>
        state.Unsettled.ContainsKey(command.Upload.ToString()) ? Accept(new PublicationSettled(command.Upload)) : Nothing;

    /// <summary>Deletes the object of a key. Deleting what does not exist succeeds, and is recorded: a publication that was interrupted
    /// before must not come after it.</summary>
    private Decision<KeyLeafEvent> Delete(KeyLeafState state, DeleteObject command, ServiceTime time)
    {
        var position = new KeyPosition(command.Key.ToString());
        var current = state.FindEntry(position);
        if (!Holds(command.Condition, current))
        {
            return Refuse(new ObjectRefusal.PreconditionFailed(current is not null));
        }

        return Change(state, position, Done.Instance, new ObjectRemoved(command.Key, time.Now));
    }

    private Decision<KeyLeafEvent> AddUpload(KeyLeafState state, ListUpload command)
    {
        var position = command.Entry.PositionIn(KeyTree.Uploads);
        return state.FindEntry(position) is not null || state.Find(command.Entry.Upload) is not null
            ? Nothing
            : Change(state, position, Done.Instance, new ListedUploadAdded(command.Entry));
    }

    private static Decision<KeyLeafEvent> RemoveUpload(KeyLeafState state, UnlistUpload command) =>
        command.Position.Upload is { } upload && state.Find(upload) is null
            ? Accept(new ListedUploadRemoved(command.Position))
            : Nothing;

    /// <summary>The verdict about a condition that failed, now or when it was first decided. A key that had to be absent had an object
    /// then, even if it has been deleted since, and a key that had to be present had none.</summary>
    private static PublicationVerdict.ConditionFailed Failed(PublishCondition? condition, KeyEntry? current) =>
        new(condition?.PresenceIfFailed() ?? current is not null);

    private static bool Holds(PublishCondition? condition, KeyEntry? current) =>
        condition is null || condition.Holds(current?.ETag);

    /// <summary>Accepts a change and begins a split if the leaf has become too long. The answer waits only for its own
    /// decision.</summary>
    private Decision<KeyLeafEvent> Change(KeyLeafState state, KeyPosition position, IAnswer answer, KeyLeafEvent happened)
    {
        var after = Evolve(state, happened);
        var newReleases = after.Releases.Values.Where(release => !state.Releases.ContainsValue(release)).Select(TellUpload);
        if (!IsTooLong(after))
        {
            return Accept(answer, happened).Raising([.. newReleases]).AnsweringAtOnce();
        }

        var split = BeginSplit(after, position);
        var move = LeafMove.IntentOf(Evolve(after, split));
        return Accept(answer, happened, split).Raising([.. newReleases, move!]).AnsweringAtOnce();
    }

    private bool IsTooLong(KeyLeafState state) =>
        state.EntryBytes > maxBytes && state.Split is null && state.Entries.Length > 1;

    private static SplitBegun BeginSplit(KeyLeafState state, KeyPosition newest)
    {
        var number = state.Splits + 1;
        return new SplitBegun(number, LeafMove.CutOf(state, newest), LeafName.OfSplit(state.Leaf, number));
    }

    private Decision<KeyLeafEvent> KeysAdopted(KeyLeafState state, ConfirmKeysAdopted command)
    {
        if (state.Split is not { Next: { } next } split)
        {
            return Nothing;
        }

        if (split.Number != command.Split || split.Sequence != command.Sequence)
        {
            // A refusal that was decided just before an earlier message was confirmed waits for the repetition of that message. The new
            // leaf is ready only after the last message.
            return Nothing.Raising(LeafMove.IntentOf(state)!);
        }

        var moved = new KeysMoved(split.Number, split.Sequence, LeafMove.EndOfMessage(state, next));
        return Accept(moved).Raising(LeafMove.IntentOf(Evolve(state, moved))!);
    }

    /// <summary>Ends a split, and begins the next one if the leaf is still or again too long.</summary>
    private Decision<KeyLeafEvent> SplitAgain(KeyLeafState state, RouteDelivered routed)
    {
        var after = Evolve(state, routed);
        if (!IsTooLong(after))
        {
            return Accept(routed);
        }

        var split = BeginSplit(after, after.From);
        return Accept(Done.Instance, routed, split).Raising(LeafMove.IntentOf(Evolve(after, split))!);
    }
}
