using System.Diagnostics;
using System.Net;

namespace OrleansUploads.Gateway.Http.Admission;

/// <summary>The unit by which work is counted and limited: an account once a signature has been verified, and before that a
/// network address.</summary>
internal readonly record struct TrafficSource
{
    private const int NetworkBytesOfIPv6 = 8;

    private TrafficSource(AccountId? account, IPAddress? address)
    {
        Account = account;
        Address = address;
    }

    /// <summary>The account, or null before a signature has been verified.</summary>
    public AccountId? Account { get; }

    /// <summary>The network address, or null for an account and for a transport without addresses.</summary>
    public IPAddress? Address { get; }

    public static TrafficSource Of(AccountId account) => new(account, null);

    /// <summary>A /64 network of IPv6 counts as one address, because one machine usually has all of it.</summary>
    public static TrafficSource Of(IPAddress? address) => new(null, NetworkOf(address));

    private static IPAddress? NetworkOf(IPAddress? address)
    {
        if (address is null || address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
        {
            return address;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytesOfIPv6).Clear();
        return new IPAddress(bytes);
    }
}

/// <summary>Items in order of arrival, in one queue for each source. Not thread-safe.</summary>
/// <remarks>When an item has to be evicted, it is the oldest item of the longest queue. So the source with the most items
/// loses first, and a source with few items is safe from one with many.</remarks>
internal sealed class SourceQueues<T>
    where T : class
{
    private readonly Dictionary<TrafficSource, Queue> _queues = [];
    private readonly SortedSet<Queue> _byLength = new(Comparer<Queue>.Create(Compare));
    private long _added;

    public int Count { get; private set; }

    /// <summary>The oldest item of the longest queue, or null if there are no items.</summary>
    public T? OldestOfLongest => _byLength.Min?.Items.First!.Value.Item;

    /// <summary>The items of the longest queue, oldest first.</summary>
    public IEnumerable<T> Longest => _byLength.Min?.Items.Select(entry => entry.Item) ?? [];

    /// <summary>Adds an item, and returns its position for <see cref="Remove"/>.</summary>
    public Position Add(TrafficSource source, T item)
    {
        if (_queues.TryGetValue(source, out var queue))
        {
            _byLength.Remove(queue);
        }
        else
        {
            _queues.Add(source, queue = new Queue(source));
        }

        var node = queue.Items.AddLast((item, _added++));
        _byLength.Add(queue);
        Count++;
        return new Position(queue, node);
    }

    public void Remove(Position position)
    {
        // The sort order of a queue depends on its items, so take it out of the sorted set before changing them.
        var found = _byLength.Remove(position.Queue);
        Debug.Assert(found, "Every queue with items is in the sorted set.");
        position.Queue.Items.Remove(position.Node);
        if (position.Queue.Items.Count > 0)
        {
            _byLength.Add(position.Queue);
        }
        else
        {
            _queues.Remove(position.Queue.Source);
        }

        Count--;
    }

    private static int Compare(Queue left, Queue right)
    {
        var byLength = right.Items.Count.CompareTo(left.Items.Count);
        return byLength != 0 ? byLength : left.Items.First!.Value.Number.CompareTo(right.Items.First!.Value.Number);
    }

    internal sealed class Position(Queue queue, LinkedListNode<(T Item, long Number)> node)
    {
        public Queue Queue { get; } = queue;

        public LinkedListNode<(T Item, long Number)> Node { get; } = node;
    }

    internal sealed class Queue(TrafficSource source)
    {
        public TrafficSource Source { get; } = source;

        public LinkedList<(T Item, long Number)> Items { get; } = [];
    }
}
