using OrleansUploads.Core.Keys;

namespace OrleansUploads.Engine.Keys;

/// <summary>Lists ordered indexes leaf by leaf. A listing is not a snapshot: each entry was correct at some time between the
/// request and the answer.</summary>
public sealed class KeyLister(KeyIndex keys)
{
    /// <summary>Lists one page. For each common prefix, at most two leaves are read.</summary>
    /// <exception cref="Entities.EntityUnavailableException">A leaf could not be read; listing again is safe.</exception>
    public async ValueTask<KeyPage> ListAsync(KeyListing listing, CancellationToken cancellationToken)
    {
        var page = new PageInProgress(listing);
        while (!page.IsEnded)
        {
            page.Add(await keys.ReadAsync(listing.Index, page.Read, cancellationToken));
        }

        return page.ToPage();
    }

    /// <summary>Counts the entries, and adds up the sizes of their objects. Each leaf is counted at some time between the request and the
    /// answer.</summary>
    /// <param name="maxLeaves">The maximum number of leaves that are asked; at least 1.</param>
    /// <param name="cancellationToken">Cancels the count.</param>
    /// <exception cref="Entities.EntityUnavailableException">A leaf could not be read; counting again is safe.</exception>
    public async ValueTask<KeySum> SumAsync(KeyIndexId index, int maxLeaves, CancellationToken cancellationToken)
    {
        var (count, bytes) = (0L, 0L);
        KeyPosition? from = KeyPosition.Start;
        for (var leaves = 0; leaves < maxLeaves && from is { } position; leaves++)
        {
            var leaf = await keys.SumAsync(index, position, cancellationToken);
            count += leaf.Count;
            bytes += leaf.Bytes;
            from = leaf.Upper;
        }

        return new KeySum(count, bytes, HasMore: from is not null);
    }

    /// <summary>A page that is filled from one leaf after another.</summary>
    private sealed class PageInProgress
    {
        private readonly KeyListing _listing;
        private readonly CommonPrefixes? _rule;
        private readonly List<KeyEntry> _entries = [];
        private readonly List<string> _prefixes = [];
        private readonly KeyPosition? _behind;
        private string? _commonPrefix;
        private KeyPosition _last;
        private bool _isTruncated;

        public PageInProgress(KeyListing listing)
        {
            _listing = listing;
            _rule = listing.Delimiter.Length == 0 ? null : new CommonPrefixes(listing.Prefix, listing.Delimiter);
            _behind = listing.After;
            From = new KeyPosition(listing.Prefix);
            IsEnded = listing.Limit == 0;
            if (listing.After is not { } after)
            {
                return;
            }

            From = after > From ? after : From;
            if (_rule?.PrefixOf(after.Key) is { } inside)
            {
                MoveBehind(inside);
            }
        }

        public bool IsEnded { get; private set; }

        /// <summary>What to read next: one entry more than fits, to see whether there is more, and one that may be the position to begin
        /// behind.</summary>
        public ReadLeaf Read => new(From, _listing.Limit - Count + 2, _rule);

        private KeyPosition From { get; set; }

        private int Count => _entries.Count + _prefixes.Count;

        public void Add(LeafPage leaf)
        {
            foreach (var entry in leaf.Entries)
            {
                if (!Add(entry))
                {
                    IsEnded = true;
                    return;
                }
            }

            if (leaf.HasMore)
            {
                Continue(leaf.Entries[^1].PositionIn(_listing.Index.Tree));
            }
            else if (leaf.Upper is { } upper)
            {
                Continue(upper);
            }
            else
            {
                IsEnded = true;
            }
        }

        public KeyPage ToPage() => new(_entries, _prefixes, _isTruncated ? _last : null);

        /// <summary>Adds an entry. Returns false if the page ends before it.</summary>
        private bool Add(KeyEntry entry)
        {
            var key = entry.Key.ToString();
            var position = entry.PositionIn(_listing.Index.Tree);
            if (position <= _behind || position < From || position <= LastEntry
                || (_commonPrefix is not null && key.StartsWith(_commonPrefix, StringComparison.Ordinal)))
            {
                return true;
            }

            if (!key.StartsWith(_listing.Prefix, StringComparison.Ordinal))
            {
                return false;
            }

            if (Count == _listing.Limit)
            {
                _isTruncated = true;
                return false;
            }

            if (_rule?.PrefixOf(key) is { } common)
            {
                _prefixes.Add(common);
                _commonPrefix = common;
                _last = new KeyPosition(common);
            }
            else
            {
                _entries.Add(entry);
                _last = position;
            }

            return true;
        }

        private KeyPosition? LastEntry =>
            _entries.Count > 0 ? _entries[^1].PositionIn(_listing.Index.Tree) : null;

        /// <summary>Goes on from a position, or behind the last common prefix if this is further.</summary>
        private void Continue(KeyPosition position)
        {
            From = position;
            if (_commonPrefix is not null && position.Key.StartsWith(_commonPrefix, StringComparison.Ordinal))
            {
                MoveBehind(_commonPrefix);
            }
        }

        private void MoveBehind(string prefix)
        {
            if (ObjectKey.EndOfPrefix(prefix) is not { } end)
            {
                IsEnded = true;
            }
            else if (new KeyPosition(end) is var position && position > From)
            {
                From = position;
            }
        }
    }
}

/// <summary>The entries of an ordered index.</summary>
/// <param name="Bytes">The sizes of their objects together.</param>
/// <param name="HasMore">Whether there may be more, which were not counted.</param>
public readonly record struct KeySum(long Count, long Bytes, bool HasMore);

/// <summary>What to list of an ordered index.</summary>
/// <param name="Prefix">Only keys with this prefix, or empty for all. Well-formed UTF-16.</param>
/// <param name="Delimiter">The delimiter of <see cref="CommonPrefixes"/>; empty for none.</param>
/// <param name="After">Only what is behind this position; null to begin with the first. A common prefix that the position
/// lies in is left out.</param>
/// <param name="Limit">The maximum number of entries and common prefixes together; not negative.</param>
public sealed record KeyListing(KeyIndexId Index, string Prefix, string Delimiter, KeyPosition? After, int Limit);

/// <summary>A page of an ordered index.</summary>
/// <param name="Entries">The entries, in order.</param>
/// <param name="CommonPrefixes">The common prefixes, in order.</param>
/// <param name="Next">Where the next page begins: behind this position; null on the last page.</param>
public sealed record KeyPage(IReadOnlyList<KeyEntry> Entries, IReadOnlyList<string> CommonPrefixes, KeyPosition? Next);
