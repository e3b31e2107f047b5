namespace OrleansUploads.Core.Deciding;

/// <summary>The intervals in which the service was available, by its wall clock. Their number is bounded: if there are too many,
/// two neighbours are merged into one interval with the sum of their lengths and the start of the first. Merging moves served
/// time to earlier instants, so deadlines that depend on it can only move later.</summary>
public sealed class ServedIntervals : IStoredAs<ServedIntervals, IReadOnlyList<ServedInterval>>
{
    /// <summary>Maximum number of intervals to remember.</summary>
    public const int MaxIntervals = 256;

    /// <summary>Gaps up to this length are ignored. Reading two clocks in sequence, or slewing a clock, can cause them.</summary>
    private static readonly TimeSpan MaxIgnoredGap = TimeSpan.FromMilliseconds(100);

    private ServedIntervals(ImmutableArray<ServedInterval> inOrder) => InOrder = inOrder;

    /// <summary>The service was never available.</summary>
    public static ServedIntervals None { get; } = new([]);

    /// <summary>The intervals, separate from each other, oldest first.</summary>
    public ImmutableArray<ServedInterval> InOrder { get; }

    public IReadOnlyList<ServedInterval> ToStored() => InOrder;

    public static ServedIntervals FromStored(IReadOnlyList<ServedInterval> stored) => new([.. stored]);

    /// <summary>The end of the newest interval: the last instant at which the service is known to have been available.</summary>
    public DateTimeOffset? Last => InOrder.IsEmpty ? null : InOrder[^1].To;

    /// <summary>Returns a copy with another interval, which must end later than all others. Overlapping time counts
    /// once.</summary>
    public ServedIntervals With(ServedInterval served)
    {
        if (InOrder.IsEmpty)
        {
            return new([served]);
        }

        var newest = InOrder[^1];
        if (served.To <= newest.To)
        {
            return this;
        }

        if (served.From - newest.To <= MaxIgnoredGap)
        {
            return new(InOrder.SetItem(InOrder.Length - 1, newest with { To = served.To }));
        }

        return new((InOrder.Length < MaxIntervals ? InOrder : WithoutSmallestGap()).Add(served));
    }

    /// <summary>The total time since an instant that lies in these intervals.</summary>
    public TimeSpan TotalSince(DateTimeOffset since)
    {
        var total = TimeSpan.Zero;
        for (var i = InOrder.Length - 1; i >= 0 && InOrder[i].To > since; i--)
        {
            total += InOrder[i].To - (InOrder[i].From > since ? InOrder[i].From : since);
        }

        return total;
    }

    /// <summary>The latest instant, in whole milliseconds, since which these intervals add up to a duration; <see
    /// cref="DateTimeOffset.MinValue"/> if they never do.</summary>
    public DateTimeOffset Ago(TimeSpan served)
    {
        for (var i = InOrder.Length - 1; i >= 0; i--)
        {
            var length = InOrder[i].To - InOrder[i].From;
            if (served <= length)
            {
                return (InOrder[i].To - served).InWholeMilliseconds();
            }

            served -= length;
        }

        return DateTimeOffset.MinValue;
    }

    private ImmutableArray<ServedInterval> WithoutSmallestGap()
    {
        var first = 0;
        for (var i = 1; i < InOrder.Length - 1; i++)
        {
            if (InOrder[i + 1].From - InOrder[i].To < InOrder[first + 1].From - InOrder[first].To)
            {
                first = i;
            }
        }

        var both = InOrder[first] with { To = InOrder[first].To + InOrder[first + 1].Length };
        return InOrder.RemoveAt(first + 1).SetItem(first, both);
    }
}

/// <summary>An interval in which the service was available without interruption.</summary>
/// <param name="From">Start of the interval.</param>
/// <param name="To">End of the interval; not before its start.</param>
public readonly record struct ServedInterval(DateTimeOffset From, DateTimeOffset To)
{
    public TimeSpan Length => To - From;
}
