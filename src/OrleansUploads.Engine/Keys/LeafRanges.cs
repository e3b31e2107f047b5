using OrleansUploads.Core.Keys;

namespace OrleansUploads.Engine.Keys;

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

    /// <summary>Forgets which leaf has a position.</summary>
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
