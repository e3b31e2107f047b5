using OrleansUploads.Core.Keys;

namespace OrleansUploads.Engine.Keys;

/// <summary>What to list of an ordered index.</summary>
/// <param name="Index">The index.</param>
/// <param name="Prefix">Only keys with this prefix, or empty for all. Well-formed UTF-16.</param>
/// <param name="Delimiter">Keys with the same text up to the first delimiter behind the prefix are one common prefix; empty for
/// none.</param>
/// <param name="After">Only what is behind this position; null to begin with the first. A common prefix that the position lies in is
/// left out.</param>
/// <param name="Limit">The maximum number of entries and common prefixes together; not negative.</param>
public sealed record KeyListing(KeyIndexId Index, string Prefix, string Delimiter, KeyPosition? After, int Limit);

/// <summary>A page of an ordered index.</summary>
/// <param name="Entries">The entries, in order.</param>
/// <param name="CommonPrefixes">The common prefixes, in order.</param>
/// <param name="Next">Where the next page begins: behind this position; null on the last page.</param>
public sealed record KeyPage(IReadOnlyList<KeyEntry> Entries, IReadOnlyList<string> CommonPrefixes, KeyPosition? Next);
