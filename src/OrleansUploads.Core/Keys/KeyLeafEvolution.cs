namespace OrleansUploads.Core.Keys;

internal static class KeyLeafEvolution
{
    /// <summary>Number of uploads that a leaf of the index of uploads remembers after they were removed from it. A message that would list
    /// such an upload again can arrive only in a cluster, while two silos run the same upload. In one process, an entity gets the messages
    /// of a sender in order.</summary>
    internal const int MaxSettled = 64;

    /// <summary>Number of removed uploads that are forgotten at once if the leaf remembers too many.</summary>
    private const int MaxForgotten = 2;

    /// <summary>The approximate length of an entry in the journal, without its key.</summary>
    private const int BareEntryBytes = 256;

    public static KeyLeafState Apply(KeyLeafState state, KeyLeafEvent happened) => happened switch
    {
        LeafOpened e => state with { Leaf = e.Leaf, Phase = LeafPhase.Live },
        KeysAdopted e => Adopt(state, e),
        ObjectAdded e => Add(state, e),
        TicketIssued => state with { Changes = state.Changes.WithTicket() },
        ObjectRemoved e => Remove(state, e),
        PublicationSettled e => state with { Unsettled = state.Unsettled.Remove(e.Upload.ToString()) },
        ObjectReleaseDelivered e => state with { Releases = state.Releases.Remove(e.Upload.ToString()) },
        ListedUploadAdded e => WithEntry(state, e.Entry),
        ListedUploadRemoved e => WithSettled(
            WithoutEntry(state, e.Position),
            new Publication(e.Position, e.Position.Upload.GetValueOrDefault(), Round: 0, IsSettled: true)),
        SplitBegun e => state with { Splits = e.Number, Split = new LeafSplit(e.Number, e.At, e.Right, e.At, Sequence: 0) },
        KeysMoved e => Move(state, e),
        RouteDelivered => state with { Split = null },
        GivingBegun => state with { Phase = LeafPhase.Giving },
        RangeTaken e => Take(state, e),
        RangeGiven e => state with { Phase = LeafPhase.Given, Left = e.Taker, Settled = [], Changes = KeyChanges.None },
        RouteWithdrawn => state with { Phase = LeafPhase.Gone },
        LeafSealed e => state with { Phase = LeafPhase.Sealed, SealStep = e.Step, WasSealed = false },
        LeafUnsealed e => state with { Phase = LeafPhase.Live, SealStep = e.Step, WasSealed = e.WasSealed },
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name}."),
    };

    /// <summary>The approximate length of an entry in the journal.</summary>
    internal static int BytesOf(KeyEntry entry) =>
        BareEntryBytes + entry.Key.Bytes + (entry.Archive?.Description.ToString().Length ?? 0);

    /// <summary>The approximate length of entries in the journal.</summary>
    internal static long BytesOf(IReadOnlyList<KeyEntry> entries) => entries.Sum(static entry => (long)BytesOf(entry));

    private static KeyLeafState Adopt(KeyLeafState state, KeysAdopted happened)
    {
        var after = state with
        {
            Leaf = happened.Leaf,
            From = happened.From,
            Upper = happened.Upper,
            Right = happened.Right,
            Left = happened.Left,
            Adopted = happened.Sequence + 1,
            Phase = happened.IsLast ? LeafPhase.Live : LeafPhase.Adopting,
            Changes = state.Changes.With(happened.Changes),
        };
        after = after with
        {
            Entries = state.Entries.AddRange(happened.Entries),
            EntryBytes = state.EntryBytes + BytesOf(happened.Entries),
        };
        return happened.Publications.Aggregate(after, WithPublication);
    }

    private static KeyLeafState Add(KeyLeafState state, ObjectAdded happened)
    {
        var entry = happened.Entry with { Change = new KeyChange(state.Changes.Next, happened.Ticket) };
        var position = entry.PositionIn(KeyTree.Objects);
        var replaced = state.FindEntry(position);
        var after = WithPublication(
            WithEntry(state, entry) with { Changes = state.Changes.WithPublication(position) },
            new Publication(position, entry.Upload, happened.Round, IsSettled: false));
        return replaced is null ? after : WithRelease(after, replaced.Upload, happened.At);
    }

    private static KeyLeafState Remove(KeyLeafState state, ObjectRemoved happened)
    {
        var position = new KeyPosition(happened.Key.ToString());
        var after = state with { Changes = state.Changes.WithDeletion(position) };
        return state.FindEntry(position) is { } removed
            ? WithRelease(WithoutEntry(after, position), removed.Upload, happened.At)
            : after;
    }

    private static KeyLeafState WithRelease(KeyLeafState state, UploadId upload, DateTimeOffset at) =>
        state with { Releases = state.Releases.SetItem(upload.ToString(), new PendingRelease(upload, at)) };

    private static KeyLeafState WithEntry(KeyLeafState state, KeyEntry entry)
    {
        var index = state.IndexOf(state.PositionOf(entry));
        var isNew = index < 0;
        return state with
        {
            Entries = isNew ? state.Entries.Insert(~index, entry) : state.Entries.SetItem(index, entry),
            EntryBytes = state.EntryBytes + BytesOf(entry) - (isNew ? 0 : BytesOf(state.Entries[index])),
        };
    }

    private static KeyLeafState WithoutEntry(KeyLeafState state, KeyPosition position) =>
        state.IndexOf(position) is >= 0 and var index
            ? state with { Entries = state.Entries.RemoveAt(index), EntryBytes = state.EntryBytes - BytesOf(state.Entries[index]) }
            : state;

    private static KeyLeafState WithPublication(KeyLeafState state, Publication publication) => publication.IsSettled
        ? WithSettled(state, publication)
        : state with { Unsettled = state.Unsettled.SetItem(publication.Upload.ToString(), publication) };

    /// <summary>Remembers an upload that was removed from the index of uploads. Older versions remembered publications, too.</summary>
    private static KeyLeafState WithSettled(KeyLeafState state, Publication publication)
    {
        if (state.Leaf.Index.Tree == KeyTree.Objects)
        {
            return state;
        }

        var settled = state.Settled.RemoveAll(known => known.Upload == publication.Upload);
        var forgotten = Math.Clamp(settled.Length + 1 - MaxSettled, 0, MaxForgotten);
        return state with { Settled = [.. settled.AsSpan(forgotten..), publication] };
    }

    /// <summary>Takes the range of the right neighbour and what it remembers, and keeps the newest of both leaves. The removed uploads
    /// may be more than one leaf remembers, and become fewer with each further one.</summary>
    private static KeyLeafState Take(KeyLeafState state, RangeTaken happened)
    {
        var newestFirst = Interleave(state.Settled, happened.Publications);
        return state with
        {
            Upper = happened.Upper,
            Right = happened.Right,
            Settled = [.. newestFirst.Take(2 * MaxSettled).Reverse()],
            Changes = state.Changes.With(happened.Changes),
        };
    }

    /// <summary>What two leaves remember, the newest of both first.</summary>
    private static List<Publication> Interleave(ImmutableArray<Publication> own, IReadOnlyList<Publication> taken)
    {
        var newestFirst = new List<Publication>(own.Length + taken.Count);
        for (var age = 1; age <= Math.Max(own.Length, taken.Count); age++)
        {
            newestFirst.AddRange(own.Skip(own.Length - age).Take(age <= own.Length ? 1 : 0));
            newestFirst.AddRange(taken.Skip(taken.Count - age).Take(age <= taken.Count ? 1 : 0));
        }

        return newestFirst;
    }

    /// <summary>Drops what the new leaf has adopted. With the last message the leaf no longer owns the positions.</summary>
    private static KeyLeafState Move(KeyLeafState state, KeysMoved happened)
    {
        if (state.Split is not { Next: { } next } split)
        {
            return state;
        }

        var moved = LeafMove.Slice(state, next, happened.Next);
        var after = state with
        {
            Entries = state.Entries.RemoveRange(state.FirstIndexFrom(next), moved.Entries.Count),
            EntryBytes = state.EntryBytes - BytesOf(moved.Entries),
            Unsettled = state.Unsettled.RemoveRange(moved.Publications.Select(publication => publication.Upload.ToString())),
            Settled = state.Settled.RemoveRange(moved.Publications),
            Changes = state.Changes.Where(position => !LeafMove.IsIn(position, next, happened.Next)),
            Split = split with { Next = happened.Next, Sequence = happened.Sequence + 1 },
        };
        return happened.Next is null ? after with { Upper = split.At, Right = split.Right } : after;
    }
}
