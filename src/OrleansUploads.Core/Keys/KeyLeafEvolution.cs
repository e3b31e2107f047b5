using System.Collections.Immutable;
using OrleansUploads.Core.Messages.Keys;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Keys;

/// <summary>The state of a leaf from its events.</summary>
internal static class KeyLeafEvolution
{
    /// <summary>Number of settled publications that a leaf remembers, apart from those of current objects, which their entries prove. Such a
    /// publication can be repeated only in a cluster, while two silos run the same upload and both deliver its message. In one process, an
    /// entity gets the messages of a sender in order. A message that is repeated even later gets <see
    /// cref="PublicationVerdict.Outdated"/>.</summary>
    internal const int MaxSettled = 64;

    /// <summary>The round of a published object in what is remembered about it after its end: its upload publishes nothing more.</summary>
    private const int AnyRound = int.MaxValue;

    /// <summary>Number of settled publications that are forgotten at once if the leaf remembers too many.</summary>
    private const int MaxForgotten = 2;

    /// <summary>The approximate length of an entry in the journal without its key.</summary>
    private const int BareEntryBytes = 256;

    /// <summary>The state after an event.</summary>
    public static KeyLeafState Apply(KeyLeafState state, KeyLeafEvent happened) => happened switch
    {
        LeafOpened e => state with { Leaf = e.Leaf, Phase = LeafPhase.Live },
        KeysAdopted e => Adopt(state, e),
        ObjectAdded e => Add(state, e),
        PublicationRefused e => WithSettled(state, new Publication(e.Position, e.Upload, -e.Round, IsSettled: true, e.At)),
        ObjectRemoved e => Remove(state, new KeyPosition(e.Key.ToString()), e.At),
        PublicationSettled e => state.Unsettled.TryGetValue(e.Upload.ToString(), out var publication)
            ? Settle(state with { Unsettled = state.Unsettled.Remove(e.Upload.ToString()) }, publication)
            : state,
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
        RangeGiven e => state with { Phase = LeafPhase.Given, Left = e.Taker, Settled = [] },
        RouteWithdrawn => state with { Phase = LeafPhase.Gone },
        LeafSealed e => state with { Phase = LeafPhase.Sealed, SealStep = e.Step, WasSealed = false },
        LeafUnsealed e => state with { Phase = LeafPhase.Live, SealStep = e.Step, WasSealed = e.WasSealed },
        LeafSnapshot e => Restore(e),
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name}."),
    };

    /// <summary>The approximate length of an entry in the journal.</summary>
    internal static int BytesOf(KeyEntry entry) => BareEntryBytes + entry.Key.Bytes;

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
            ForgottenUntil = Newer(state.ForgottenUntil, happened.ForgottenUntil),
        };
        after = happened.Entries.Aggregate(after, WithEntry);
        return happened.Publications.Aggregate(after, WithPublication);
    }

    private static KeyLeafState Add(KeyLeafState state, ObjectAdded happened)
    {
        var entry = happened.Entry;
        var position = entry.PositionIn(KeyTree.Objects);
        var replaced = state.Entries.GetValueOrDefault(position);
        var after = WithPublication(
            WithEntry(state, entry), new Publication(position, entry.Upload, happened.Round, IsSettled: false, entry.At));
        return replaced is null ? after : WithRelease(after, position, replaced, happened.At);
    }

    private static KeyLeafState Remove(KeyLeafState state, KeyPosition position, DateTimeOffset at) =>
        state.Entries.TryGetValue(position, out var removed)
            ? WithRelease(WithoutEntry(state, position), position, removed, at)
            : state;

    private static KeyLeafState WithRelease(KeyLeafState state, KeyPosition position, KeyEntry removed, DateTimeOffset at)
    {
        var upload = removed.Upload;
        var after = state with
        {
            Releases = state.Releases.SetItem(upload.ToString(), new PendingRelease(upload, at)),
        };
        return state.Unsettled.ContainsKey(upload.ToString())
            ? after
            : WithSettled(after, new Publication(position, upload, AnyRound, IsSettled: true, removed.At));
    }

    /// <summary>The upload has recorded the publication. While its object is the current one of its key, the entry tells a late message
    /// that, so nothing else need be remembered.</summary>
    private static KeyLeafState Settle(KeyLeafState state, Publication publication) =>
        state.Entries.GetValueOrDefault(publication.Position)?.Upload == publication.Upload
            ? state
            : WithSettled(state, publication);

    private static KeyLeafState WithEntry(KeyLeafState state, KeyEntry entry)
    {
        var position = entry.PositionIn(state.Leaf.Index.Tree);
        var before = state.Entries.TryGetValue(position, out var replaced) ? BytesOf(replaced) : 0;
        return state with
        {
            Entries = state.Entries.SetItem(position, entry),
            EntryBytes = state.EntryBytes + BytesOf(entry) - before,
        };
    }

    private static KeyLeafState WithoutEntry(KeyLeafState state, KeyPosition position) =>
        state.Entries.TryGetValue(position, out var removed)
            ? state with { Entries = state.Entries.Remove(position), EntryBytes = state.EntryBytes - BytesOf(removed) }
            : state;

    private static KeyLeafState WithPublication(KeyLeafState state, Publication publication) => publication.IsSettled
        ? WithSettled(state, publication)
        : state with { Unsettled = state.Unsettled.SetItem(publication.Upload.ToString(), publication) };

    private static KeyLeafState WithSettled(KeyLeafState state, Publication publication)
    {
        var settled = state.Settled.RemoveAll(known => known.Upload == publication.Upload);
        var forgotten = Math.Clamp(settled.Length + 1 - MaxSettled, 0, MaxForgotten);
        return state with
        {
            Settled = [.. settled.AsSpan(forgotten..), publication with { IsSettled = true }],
            ForgottenUntil = Newer(state.ForgottenUntil, NewestOf(settled.Take(forgotten))),
        };
    }

    /// <summary>Takes the range of the right neighbour and what it remembers, so that of both leaves the newest is kept. The result may be
    /// longer than what one leaf remembers, and becomes shorter with each further publication.</summary>
    private static KeyLeafState Take(KeyLeafState state, RangeTaken happened)
    {
        var newestFirst = Interleave(state.Settled, happened.Publications);
        return state with
        {
            Upper = happened.Upper,
            Right = happened.Right,
            Settled = [.. newestFirst.Take(2 * MaxSettled).Reverse()],
            ForgottenUntil = Newer(
                Newer(state.ForgottenUntil, happened.ForgottenUntil), NewestOf(newestFirst.Skip(2 * MaxSettled))),
        };
    }

    private static DateTimeOffset? NewestOf(IEnumerable<Publication> publications) =>
        publications.Max(publication => publication.At);

    private static DateTimeOffset? Newer(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b : a;

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
        if (state.Split is not { } split)
        {
            return state;
        }

        var moved = LeafMove.Slice(state, split.Next, happened.Next);
        var after = state with
        {
            Entries = state.Entries.RemoveRange(moved.Entries.Select(entry => entry.PositionIn(state.Leaf.Index.Tree))),
            EntryBytes = state.EntryBytes - moved.Entries.Sum(entry => (long)BytesOf(entry)),
            Unsettled = state.Unsettled.RemoveRange(moved.Publications.Select(publication => publication.Upload.ToString())),
            Settled = state.Settled.RemoveRange(moved.Publications),
            Split = split with { Next = happened.Next, Sequence = happened.Sequence + 1 },
        };
        return happened.Next is null ? after with { Upper = split.At, Right = split.Right } : after;
    }

    private static KeyLeafState Restore(LeafSnapshot snapshot)
    {
        var empty = KeyLeafState.Unborn with
        {
            Leaf = snapshot.Leaf,
            From = snapshot.From,
            Upper = snapshot.Upper,
            Right = snapshot.Right,
            Left = snapshot.Left,
            Phase = snapshot.Phase,
            Adopted = snapshot.Adopted,
            Splits = snapshot.Splits,
            Split = snapshot.Split,
            SealStep = snapshot.SealStep,
            WasSealed = snapshot.WasSealed,
            ForgottenUntil = snapshot.ForgottenUntil,
            Releases = KeyLeafState.Unborn.Releases.AddRange(
                snapshot.Releases.Select(release => KeyValuePair.Create(release.Upload.ToString(), release))),
        };
        var tree = snapshot.Leaf.Index.Tree;
        empty = empty with
        {
            Entries = empty.Entries.AddRange(
                snapshot.Entries.Select(entry => KeyValuePair.Create(entry.PositionIn(tree), entry))),
            EntryBytes = snapshot.Entries.Sum(entry => (long)BytesOf(entry)),
        };
        return empty with
        {
            Settled = [.. snapshot.Publications.Where(publication => publication.IsSettled)],
            Unsettled = empty.Unsettled.AddRange(snapshot.Publications.Where(publication => !publication.IsSettled)
                .Select(publication => KeyValuePair.Create(publication.Upload.ToString(), publication))),
        };
    }
}
