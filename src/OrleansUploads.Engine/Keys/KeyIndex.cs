using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Engine.Keys;

/// <summary>Sends commands to the leaves of ordered indexes: finds a leaf by hints, and follows links from there.</summary>
public sealed class KeyIndex(IEntityHost host)
{
    /// <summary>The maximum number of links to follow for one command. Hints make more than a few unlikely.</summary>
    private const int MaxLinks = 100_000;

    /// <summary>The maximum number of times that a command begins again at the first leaf.</summary>
    private const int MaxRestarts = 3;

    private readonly LeafRanges _ranges = new();

    /// <summary>Throws <see cref="EntityUnavailableException"/>; asking again is safe.</summary>
    /// <exception cref="EntityUnavailableException">Nothing is known about the key; asking again is safe.</exception>
    public ValueTask<Outcome<KeyEntry>> FindAsync(ObjectName name, CancellationToken cancellationToken) =>
        AskAsync(ObjectsOf(name.Bucket), PositionOf(name.Key), new FindObject(name.Key), cancellationToken);

    /// <summary>The group of the leaf of a key, as far as is known.</summary>
    public EntityGroup GroupOf(ObjectName name)
    {
        var index = ObjectsOf(name.Bucket);
        return EntityGroup.Of(new LeafId(index, _ranges.Find(index, PositionOf(name.Key)) ?? LeafName.First));
    }

    /// <summary>Deletes the object of a key, if it has one and the condition holds.</summary>
    /// <param name="condition">What must hold of the key, or null for nothing.</param>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; deleting again is safe.</exception>
    public ValueTask<Outcome<Done>> DeleteAsync(
        ObjectName name, PublishCondition? condition, CancellationToken cancellationToken) =>
        AskAsync(ObjectsOf(name.Bucket), PositionOf(name.Key), new DeleteObject(name.Key, condition), cancellationToken);

    /// <summary>Reads entries of one leaf.</summary>
    public async ValueTask<LeafPage> ReadAsync(KeyIndexId index, ReadLeaf read, CancellationToken cancellationToken) =>
        (await AskAsync(index, read.From, read, cancellationToken)).Answer;

    /// <summary>Counts the entries of one leaf.</summary>
    /// <param name="from">The first position to count.</param>
    public async ValueTask<LeafSum> SumAsync(KeyIndexId index, KeyPosition from, CancellationToken cancellationToken) =>
        (await AskAsync(index, from, new SumLeaf(from), cancellationToken)).Answer;

    /// <summary>Takes the ticket of a publication. Nothing is written.</summary>
    /// <exception cref="EntityUnavailableException">There is no ticket; asking again is safe.</exception>
    public async ValueTask<KeyTicket> TakeTicketAsync(ObjectName name, CancellationToken cancellationToken) =>
        (await AskAsync(ObjectsOf(name.Bucket), PositionOf(name.Key), new TakeTicket(name.Key), cancellationToken)).Answer;

    /// <summary>Has a ticket issued for a publication that was overtaken. No other request has the same.</summary>
    /// <exception cref="EntityUnavailableException">There is no ticket; asking again is safe.</exception>
    public async ValueTask<KeyTicket> IssueTicketAsync(ObjectName name, CancellationToken cancellationToken) =>
        (await AskAsync(ObjectsOf(name.Bucket), PositionOf(name.Key), new IssueTicket(name.Key), cancellationToken)).Answer;

    /// <summary>Carries out an intent that is sent to a key.</summary>
    /// <exception cref="EntityUnavailableException">The outcome is unknown, or the bucket may or may not be deleted soon;
    /// repeating the call is safe.</exception>
    internal async ValueTask<IAnswer> TellAsync(EntityId sender, TellKey tell, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(tell.Index, tell.Position, tell.Command, cancellationToken, tell.Start);
        if (answer is ObjectRefusal.LeafIsSealed && tell.Index.Bucket is { } bucket)
        {
            await RequireDeletedAsync(bucket, cancellationToken);
            return new PublicationVerdict.BucketDeleted();
        }

        return answer is Refusal refusal
            ? throw new InvalidOperationException(
                $"A leaf of {tell.Index} refused {tell.Command.GetType().Name} of {sender}: {refusal}.")
            : answer;
    }

    private static KeyIndexId ObjectsOf(BucketIncarnation bucket) => new(bucket, KeyTree.Objects);

    private static KeyPosition PositionOf(ObjectKey key) => new(key.ToString());

    private async ValueTask<Outcome<TAnswer>> AskAsync<TAnswer>(
        KeyIndexId index, KeyPosition position, ICommand<TAnswer> command, CancellationToken cancellationToken)
        where TAnswer : class, IAnswer =>
        Outcome.Of<TAnswer>(await SendAsync(index, position, (KeyLeafCommand)command, cancellationToken));

    private async ValueTask<IAnswer> SendAsync(
        KeyIndexId index,
        KeyPosition position,
        KeyLeafCommand command,
        CancellationToken cancellationToken,
        LeafName? start = null)
    {
        var leaf = new LeafId(index, start ?? await FindLeafAsync(index, position, cancellationToken));
        var restarts = 0;
        for (var links = 0; links < MaxLinks; links++)
        {
            var (answer, _) = await host.SendAsync(leaf.Entity, command with { Leaf = leaf }, cancellationToken);
            switch (answer)
            {
                case ObjectRefusal.PositionMoved moved:
                    leaf = leaf with { Name = moved.Leaf };
                    _ranges.Learn(index, new KeyRoute(moved.From, Upper: null, moved.Leaf));
                    break;
                case ObjectRefusal.LeafNotReady when restarts++ < MaxRestarts:
                    // A hint of a host with outdated state. The first leaf always leads to the right one, but it may be far from it.
                    _ranges.Forget(index, position);
                    leaf = leaf with { Name = restarts == 1 ? await AskRoutesAsync(index, position, cancellationToken) : LeafName.First };
                    break;
                case ObjectRefusal.LeafNotReady:
                    throw new EntityUnavailableException(leaf.Entity, "it has not taken over its keys yet; try again.", inner: null);
                default:
                    return answer;
            }
        }

        throw new EntityUnavailableException(leaf.Entity, "too many links lead to it; try again.", inner: null);
    }

    private async ValueTask<LeafName> FindLeafAsync(KeyIndexId index, KeyPosition position, CancellationToken cancellationToken) =>
        _ranges.Find(index, position) ?? await AskRoutesAsync(index, position, cancellationToken);

    private async ValueTask<LeafName> AskRoutesAsync(KeyIndexId index, KeyPosition position, CancellationToken cancellationToken)
    {
        var route = (await host.AskAsync(index.Routes, new FindRoute(position), cancellationToken)).Answer;
        _ranges.Learn(index, route);
        return route.Leaf;
    }

    /// <summary>A sealed leaf does not know whether its bucket is deleted, or will take objects again.</summary>
    private async ValueTask RequireDeletedAsync(BucketIncarnation incarnation, CancellationToken cancellationToken)
    {
        var name = incarnation.Name;
        var found = await host.AskAsync(name.Entity, new FindBucket(name), cancellationToken);
        if (found.TryGet(out var bucket, out _) && bucket.Bucket == incarnation)
        {
            throw new EntityUnavailableException(name.Entity, "the bucket is being deleted; try again.", inner: null);
        }
    }
}

/// <summary>Remembers which leaf has which positions. The ranges may be outdated: a leaf may have moved positions to
/// leaves on its right, or all of them to a leaf on its left. In both cases it has a link to follow. Thread-safe.</summary>
internal sealed class LeafRanges
{
    /// <summary>The number of ranges at which everything is forgotten. It bounds the memory to a few MiB.</summary>
    private const int MaxRanges = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<KeyIndexId, List<KeyRoute>> _indexes = [];
    private int _count;

    /// <summary>The leaf that has a position, as far as is known, or null if nothing is known.</summary>
    public LeafName? Find(KeyIndexId index, KeyPosition position)
    {
        lock (_gate)
        {
            return _indexes.TryGetValue(index, out var ranges)
                && IndexOf(ranges, position) is >= 0 and var at
                && !(position >= ranges[at].Upper)
                    ? ranges[at].Leaf
                    : null;
        }
    }

    /// <summary>Remembers a range. Ranges that begin within it stay as they are, because they are newer.</summary>
    public void Learn(KeyIndexId index, KeyRoute range)
    {
        lock (_gate)
        {
            if (_count >= MaxRanges)
            {
                _indexes.Clear();
                _count = 0;
            }

            if (!_indexes.TryGetValue(index, out var ranges))
            {
                _indexes[index] = ranges = [];
            }

            var at = IndexOf(ranges, range.From);
            if (at >= 0 && ranges[at].From == range.From)
            {
                ranges.RemoveAt(at--);
                _count--;
            }
            else if (at >= 0 && !(ranges[at].Upper <= range.From))
            {
                ranges[at] = ranges[at] with { Upper = range.From };
            }

            KeyPosition? next = at + 1 < ranges.Count ? ranges[at + 1].From : null;
            ranges.Insert(at + 1, range with { Upper = next < range.Upper || range.Upper is null ? next : range.Upper });
            _count++;
        }
    }

    public void Forget(KeyIndexId index, KeyPosition position)
    {
        lock (_gate)
        {
            if (_indexes.TryGetValue(index, out var ranges) && IndexOf(ranges, position) is >= 0 and var at)
            {
                ranges.RemoveAt(at);
                _count--;
            }
        }
    }

    private static int IndexOf(List<KeyRoute> ranges, KeyPosition position)
    {
        var (low, high) = (0, ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = ranges[middle].From <= position ? (middle + 1, high) : (low, middle);
        }

        return low - 1;
    }
}
