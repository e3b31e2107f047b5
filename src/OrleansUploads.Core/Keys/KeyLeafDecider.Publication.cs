using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Keys;

/// <content>What is published, deleted and listed, and the splits that follow.</content>
public sealed partial class KeyLeafDecider
{
    private static readonly PublicationVerdict Published = new PublicationVerdict.Published();

    /// <summary>Publishes an object unless its condition fails, or its key was changed by a request that may have begun later. A publication
    /// that was interrupted and comes late therefore never undoes a change that was acknowledged meanwhile, and a repeated message, which
    /// finds the change of the first one, never publishes twice.</summary>
    private Decision<KeyLeafEvent> Publish(KeyLeafState state, PublishObject command, ServiceTime time)
    {
        var entry = command.Entry;
        var position = entry.PositionIn(KeyTree.Objects);
        var current = state.Entries.GetValueOrDefault(position);
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
    /// way. Publications without conditions are in the order of their tickets, so that of two concurrent requests both succeed. With equal
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
        var current = state.Entries.GetValueOrDefault(position);
        if (!Holds(command.Condition, current))
        {
            return Refuse(new ObjectRefusal.PreconditionFailed(current is not null));
        }

        return Change(state, position, Done.Instance, new ObjectRemoved(command.Key, time.Now));
    }

    private Decision<KeyLeafEvent> ListUpload(KeyLeafState state, ListObjectUpload command)
    {
        var position = command.Entry.PositionIn(KeyTree.Uploads);
        return state.Entries.ContainsKey(position) || state.Find(command.Entry.Upload) is not null
            ? Nothing
            : Change(state, position, Done.Instance, new ListedUploadAdded(command.Entry));
    }

    private static Decision<KeyLeafEvent> UnlistUpload(KeyLeafState state, UnlistObjectUpload command) =>
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
    private Decision<KeyLeafEvent> Change(KeyLeafState state, KeyPosition position, object answer, KeyLeafEvent happened)
    {
        var after = Evolve(state, happened);
        var newReleases = after.Releases.Values.Where(release => !state.Releases.ContainsValue(release)).Select(TellUpload);
        if (!IsTooLong(after))
        {
            return Accept(answer, happened).Telling([.. newReleases]).AnsweringAtOnce();
        }

        var split = BeginSplit(after, position);
        var move = LeafMove.IntentOf(Evolve(after, split));
        return Accept(answer, happened, split).Telling([.. newReleases, move!]).AnsweringAtOnce();
    }

    private bool IsTooLong(KeyLeafState state) =>
        state.EntryBytes > maxBytes && state.Split is null && state.Entries.Count > 1;

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
            return Nothing.Telling(LeafMove.IntentOf(state)!);
        }

        var moved = new KeysMoved(split.Number, split.Sequence, LeafMove.EndOfMessage(state, next));
        return Accept(moved).Telling(LeafMove.IntentOf(Evolve(state, moved))!);
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
        return Accept(Done.Instance, routed, split).Telling(LeafMove.IntentOf(Evolve(after, split))!);
    }
}
