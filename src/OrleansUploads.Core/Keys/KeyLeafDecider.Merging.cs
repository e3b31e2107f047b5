using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Core.Keys;

/// <content>How an empty leaf gives its range to its left neighbour.</content>
public sealed partial class KeyLeafDecider
{
    /// <summary>Makes the leaf begin to give its range if the decision leaves it with nothing else to do.</summary>
    private Decision<KeyLeafEvent> GivingIfEmpty(KeyLeafState state, Decision<KeyLeafEvent> decision)
    {
        if (decision.Events.IsEmpty || state.Entries.Count > 1)
        {
            return decision;
        }

        var after = decision.Events.Aggregate(state, Evolve);
        if (!LeafGift.IsDue(after))
        {
            return decision;
        }

        var begun = new GivingBegun();
        return Accept(decision.Answer, decision.Events.Add(begun))
            .Telling(decision.Intents.Add(LeafGift.IntentOf(Evolve(after, begun))!)).AnsweringAtOnce();
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
            ? Refuse(NotReady).Telling(LeafMove.IntentOf(state)!)
            : Accept(route, new RangeTaken(command.Upper, command.Right, command.Publications, command.Changes))
                .AnsweringAtOnce();
    }

    /// <summary>Decides for a leaf that gives its range or has given it: it leads every request to the left.</summary>
    private static Decision<KeyLeafEvent> DecideGiven(KeyLeafState state, KeyLeafCommand command)
    {
        switch (command)
        {
            case ConfirmRangeTaken { Route: { } route } when state.Phase == LeafPhase.Giving:
                var given = new RangeGiven(route.Leaf);
                return Accept(given).Telling(LeafGift.IntentOf(KeyLeafEvolution.Apply(state, given))!);
            case ConfirmRouteRemoved when state.Phase == LeafPhase.Given:
                return Accept(new RouteWithdrawn());
            case SealLeaf or UnsealLeaf:
                // The range is, or will be, in a leaf to the left, which the bucket has asked before.
                return Reply(new LeafSealVerdict(IsEmpty: true, state.Right));
            case TakeRange take when take.Giver == state.Leaf.Name:
                return Refuse(NotReady);
            case TakeTicket or IssueTicket or PublishObject or SettlePublication or DeleteObject or FindObject or ListObjectUpload
                or UnlistObjectUpload or ReadLeaf or TakeRange:
                var refusal = Refuse(new ObjectRefusal.PositionMoved(state.From, LeafGift.LeftOf(state)));
                return state.Phase == LeafPhase.Giving ? refusal.Telling(LeafGift.IntentOf(state)!) : refusal;
            default:
                return Nothing;
        }
    }
}
