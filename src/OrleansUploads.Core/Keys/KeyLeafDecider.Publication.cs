using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Messages.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Keys;

/// <content>What is published, deleted and listed, and the splits that follow.</content>
public sealed partial class KeyLeafDecider
{
    private static readonly PublicationVerdict Published = new PublicationVerdict.Published();

    /// <summary>Publishes an object unless its condition fails. A repeated message gets the answer of the first one, even if the
    /// object has been overwritten or deleted since. If the leaf may have forgotten the first one, nothing is published.</summary>
    private Decision<KeyLeafEvent> Publish(KeyLeafState state, PublishObject command, ServiceTime time)
    {
        var entry = command.Entry;
        var position = entry.PositionIn(KeyTree.Objects);
        var current = state.Entries.GetValueOrDefault(position);
        if (current?.Upload == entry.Upload)
        {
            return Reply(Published);
        }

        if (state.Find(entry.Upload) is { } known)
        {
            if (known.Round >= command.Round)
            {
                return Reply(Published);
            }

            if (-known.Round >= command.Round)
            {
                return Reply(Failed(command.Condition, current));
            }
        }
        else if (entry.At <= state.ForgottenUntil)
        {
            var next = state.ForgottenUntil.Value + ServiceTime.Resolution;
            return Reply(new PublicationVerdict.Outdated(next > time.Now ? next : time.Now));
        }

        if (state.Phase == LeafPhase.Sealed)
        {
            return Refuse(new ObjectRefusal.LeafIsSealed());
        }

        if (!Holds(command.Condition, current))
        {
            // A late repetition must not succeed after the client was told that the condition failed.
            return Accept(
                Failed(command.Condition, current),
                new PublicationRefused(position, entry.Upload, command.Round, entry.At));
        }

        return Change(state, position, Published, new ObjectAdded(entry, command.Round, time.Now));
    }

    private static Decision<KeyLeafEvent> Settle(KeyLeafState state, SettlePublication command) =>
        state.Unsettled.ContainsKey(command.Upload.ToString()) ? Accept(new PublicationSettled(command.Upload)) : Nothing;

    /// <summary>Deletes the object of a key. Deleting what does not exist succeeds.</summary>
    private Decision<KeyLeafEvent> Delete(KeyLeafState state, DeleteObject command, ServiceTime time)
    {
        var position = new KeyPosition(command.Key.ToString());
        var current = state.Entries.GetValueOrDefault(position);
        if (!Holds(command.Condition, current))
        {
            return Refuse(new ObjectRefusal.PreconditionFailed(current is not null));
        }

        return current is null ? Nothing : Change(state, position, Done.Instance, new ObjectRemoved(command.Key, time.Now));
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
