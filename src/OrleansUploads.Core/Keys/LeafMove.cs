namespace OrleansUploads.Core.Keys;

/// <summary>How the entries of a split move to the new leaf: in messages that the stores of a cluster can hold.</summary>
internal static class LeafMove
{
    /// <summary>The length at which a message takes no more entries, as a journal counts it.</summary>
    internal const int MaxMessageBytes = 24 * 1024;

    /// <summary>Where to cut a leaf: in the middle of its bytes, or near the end if its keys arrive in ascending order.</summary>
    /// <param name="newest">The position of the entry that made the leaf too long.</param>
    public static KeyPosition CutOf(KeyLeafState state, KeyPosition newest)
    {
        var isAscending = state.Upper is null && state.PositionOf(state.Entries[^1]) == newest;
        var keep = isAscending ? state.EntryBytes * 9 / 10 : state.EntryBytes / 2;
        long bytes = 0;
        var isFirst = true;
        foreach (var entry in state.Entries)
        {
            if (bytes >= keep && !isFirst)
            {
                return state.PositionOf(entry);
            }

            isFirst = false;
            bytes += KeyLeafEvolution.BytesOf(entry);
        }

        return state.PositionOf(state.Entries[^1]);
    }

    /// <summary>The intent that a split in progress requires, or null.</summary>
    public static Intent? IntentOf(KeyLeafState state)
    {
        if (state.Split is not { } split)
        {
            return null;
        }

        return split.Next is { } next ? TellRight(state, split, next) : TellRoutes(state, split);
    }

    /// <summary>The first position behind the next message, or null if the message is the last one.</summary>
    public static KeyPosition? EndOfMessage(KeyLeafState state, KeyPosition next)
    {
        long bytes = 0;
        foreach (var entry in state.EntriesIn(next, to: null))
        {
            if (bytes >= MaxMessageBytes)
            {
                return state.PositionOf(entry);
            }

            bytes += KeyLeafEvolution.BytesOf(entry);
        }

        return null;
    }

    /// <summary>The entries in a range of positions, and what is remembered about their keys.</summary>
    /// <param name="to">The first position behind the range, or null for everything to the end.</param>
    public static (IReadOnlyList<KeyEntry> Entries, IReadOnlyList<Publication> Publications) Slice(
        KeyLeafState state, KeyPosition from, KeyPosition? to)
    {
        var publications = state.Unsettled.Values.Concat(state.Settled).Where(publication => IsIn(publication.Position, from, to));
        return (state.EntriesIn(from, to), [.. publications]);
    }

    /// <summary>Whether a position is in a range, which has no end if <paramref name="to"/> is null.</summary>
    internal static bool IsIn(KeyPosition position, KeyPosition from, KeyPosition? to) =>
        position >= from && (to is null || position < to);

    private static Intent TellRight(KeyLeafState state, LeafSplit split, KeyPosition next)
    {
        var end = EndOfMessage(state, next);
        var (entries, publications) = Slice(state, next, end);
        var right = new LeafId(state.Leaf.Index, split.Right);
        var adopt = new AdoptKeys(
            split.At,
            state.Upper,
            state.Right,
            split.Sequence,
            end is null,
            entries,
            publications,
            state.Leaf.Name,
            state.Changes.Where(position => IsIn(position, next, end)))
        { Leaf = right };
        return new Intent(
            string.Create(CultureInfo.InvariantCulture, $"adopt/{split.Number}/{split.Sequence}"),
            new TellEntity(right.Entity, adopt),
            new ConfirmKeysAdopted(split.Number, split.Sequence));
    }

    private static Intent TellRoutes(KeyLeafState state, LeafSplit split) => new(
        string.Create(CultureInfo.InvariantCulture, $"route/{split.Number}"),
        new TellEntity(state.Leaf.Index.Routes, new AddRoute(split.At, split.Right)),
        new ConfirmRouteAdded(split.Number))
    {
        IsAwaited = false,
    };
}

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
            new TellEntity(state.Leaf.Index.Routes, new RemoveRoute(state.From, state.Leaf.Name)),
            new ConfirmRouteRemoved())
        {
            IsAwaited = false,
        },
        _ => null,
    };

    private static Intent TellLeft(KeyLeafState state)
    {
        var take = new TakeRange(state.From, state.Upper, state.Right, state.Leaf.Name, state.Settled, state.Changes);
        return new Intent(
            "give",
            new TellKey(state.Leaf.Index, state.From, take) { Start = LeftOf(state) },
            static route => new ConfirmRangeTaken(((KeyRoute)route).Leaf));
    }
}
