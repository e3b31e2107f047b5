namespace OrleansUploads.Core.Keys;

/// <summary>How an empty leaf gives its range to its left neighbour.</summary>
internal static class LeafGift
{
    /// <summary>Whether a leaf has nothing left to do but to give its range. The first leaf has no left neighbour.</summary>
    public static bool IsDue(KeyLeafState state) =>
        state is { Phase: LeafPhase.Live, Entries.IsEmpty: true, Unsettled.IsEmpty: true, Releases.IsEmpty: true, Split: null }
        && state.Leaf.Name != LeafName.First;

    /// <summary>A leaf that is known to be further left. From there, links lead to the left neighbour.</summary>
    public static LeafName LeftOf(KeyLeafState state) => state.Left ?? LeafName.First;

    /// <summary>The intent of a leaf that gives its range, or has given it and is still in the routes; null for other leaves.</summary>
    public static Intent? IntentOf(KeyLeafState state) => state.Phase switch
    {
        LeafPhase.Giving => TellLeft(state),
        LeafPhase.Given => new Intent(
            "remove-route",
            new TellEntity(state.Leaf.Index.Routes, new RemoveRoute(state.From, state.Leaf.Name)) { HasWaiter = false },
            new ConfirmRouteRemoved()),
        _ => null,
    };

    private static Intent TellLeft(KeyLeafState state)
    {
        var take = new TakeRange(state.From, state.Upper, state.Right, state.Leaf.Name, state.Settled, state.Changes);
        return new Intent(
            "give", new TellKey(state.Leaf.Index, state.From, take) { Start = LeftOf(state) }, new ConfirmRangeTaken());
    }
}
