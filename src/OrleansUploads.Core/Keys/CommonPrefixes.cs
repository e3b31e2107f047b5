namespace OrleansUploads.Core.Keys;

/// <summary>Says which keys a listing shows as one common prefix: those with the same text up to the first delimiter behind the
/// prefix.</summary>
/// <param name="Prefix">The prefix of all keys of the listing, or empty.</param>
/// <param name="Delimiter">Not empty.</param>
public sealed record CommonPrefixes(string Prefix, string Delimiter)
{
    /// <summary>The common prefix that stands for a key, with its delimiter; null if the key is listed itself, or does not have the
    /// prefix.</summary>
    public string? PrefixOf(string key)
    {
        if (!key.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var at = key.IndexOf(Delimiter, Prefix.Length, StringComparison.Ordinal);
        return at < 0 ? null : key[..(at + Delimiter.Length)];
    }

    /// <summary>Leaves out the entries whose common prefix an earlier entry has.</summary>
    /// <param name="entries">Entries in order.</param>
    internal IEnumerable<KeyEntry> FirstOfEach(IEnumerable<KeyEntry> entries)
    {
        string? last = null;
        foreach (var entry in entries)
        {
            var key = entry.Key.ToString();
            if (last is null || !key.StartsWith(last, StringComparison.Ordinal))
            {
                last = PrefixOf(key);
                yield return entry;
            }
        }
    }
}
