namespace OrleansUploads.Core.Values;

/// <summary>A position in an ordered index: of an entry, or between entries.</summary>
/// <param name="Key">The key, or any text that is compared with keys, or empty for the beginning.</param>
/// <param name="At">In the index of uploads the time of initiation; null otherwise, and then before all uploads of the key.</param>
/// <param name="Upload">In the index of uploads the upload; null otherwise.</param>
public readonly record struct KeyPosition(string Key, DateTimeOffset? At = null, UploadId? Upload = null)
    : IComparable<KeyPosition>
{
    /// <summary>The beginning of an index.</summary>
    public static KeyPosition Start => new("");

    /// <summary>The position behind everything with a key.</summary>
    public static KeyPosition Behind(string key) => new(key, DateTimeOffset.FromUnixTimeMilliseconds(LastMillisecond));

    private const long LastMillisecond = 253_402_300_799_999;

    /// <summary>Compares keys by their UTF-8 bytes, then times, then upload IDs.</summary>
    public int CompareTo(KeyPosition other)
    {
        var order = ObjectKey.Compare(Key ?? "", other.Key ?? "");
        order = order != 0 ? order : Nullable.Compare(At, other.At);
        return order != 0 ? order : string.CompareOrdinal(Upload?.ToString(), other.Upload?.ToString());
    }

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/>.</summary>
    public static bool operator <(KeyPosition left, KeyPosition right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> sorts behind <paramref name="right"/>.</summary>
    public static bool operator >(KeyPosition left, KeyPosition right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> does not sort behind <paramref name="right"/>.</summary>
    public static bool operator <=(KeyPosition left, KeyPosition right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> does not sort before <paramref name="right"/>.</summary>
    public static bool operator >=(KeyPosition left, KeyPosition right) => left.CompareTo(right) >= 0;
}
