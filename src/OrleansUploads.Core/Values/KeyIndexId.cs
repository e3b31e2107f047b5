using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Core.Values;

/// <summary>The two ordered indexes of a bucket. The values are stored: never change them.</summary>
public enum KeyTree
{
    /// <summary>The objects, by key.</summary>
    Objects = 0,

    /// <summary>The multipart uploads in progress, by key, time of initiation and upload ID.</summary>
    Uploads = 1,
}

/// <summary>ID of an ordered index.</summary>
public readonly record struct KeyIndexId(BucketIncarnation Bucket, KeyTree Tree) : ITextValue<KeyIndexId>
{
    private const string Objects = "/o";
    private const string Uploads = "/u";

    /// <summary>ID of the entity with hints about which leaf has a key.</summary>
    public EntityId Routes => new(EntityKind.KeyRoutes, ToString());

    /// <summary>Parses the result of <see cref="ToString"/>.</summary>
    public static bool TryParse(string? text, out KeyIndexId index)
    {
        index = default;
        KeyTree? tree = text?.EndsWith(Objects, StringComparison.Ordinal) == true ? KeyTree.Objects
            : text?.EndsWith(Uploads, StringComparison.Ordinal) == true ? KeyTree.Uploads
            : null;
        if (tree is not { } known || !BucketIncarnation.TryParse(text![..^Objects.Length], out var bucket))
        {
            return false;
        }

        index = new KeyIndexId(bucket, known);
        return true;
    }

    /// <summary><c>name/epoch/o</c> for objects, <c>name/epoch/u</c> for uploads.</summary>
    public override string ToString() => $"{Bucket}{(Tree == KeyTree.Objects ? Objects : Uploads)}";
}

/// <summary>Name of a leaf, unique within its index and never used again.</summary>
public readonly record struct LeafName : ITextValue<LeafName>
{
    private const int NameBytes = 16;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create("0123456789abcdef");

    private readonly string? _text;

    private LeafName(string text) => _text = text;

    /// <summary>The name of the leaf that an index begins with. It always has the smallest keys.</summary>
    public static LeafName First { get; } = new("0");

    /// <summary>Parses a name.</summary>
    public static bool TryParse(string? text, out LeafName name)
    {
        var ok = text == First._text
            || (text is { Length: 2 * NameBytes } && !text.AsSpan().ContainsAnyExcept(Alphabet));
        name = ok ? new LeafName(text!) : default;
        return ok;
    }

    /// <summary>The name of the leaf that a split creates. Leaves number their splits, so the name never occurs again.</summary>
    internal static LeafName OfSplit(LeafId leaf, long split)
    {
        var seed = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"leaf/1\n{leaf}\n{split}\n"));
        return new LeafName(Convert.ToHexStringLower(SHA256.HashData(seed).AsSpan(0, NameBytes)));
    }

    /// <summary>The name.</summary>
    public override string ToString() => _text ?? "";
}

/// <summary>ID of a leaf of an ordered index.</summary>
public readonly record struct LeafId(KeyIndexId Index, LeafName Name) : ITextValue<LeafId>
{
    /// <summary>ID of the leaf entity.</summary>
    public EntityId Entity => new(EntityKind.KeyLeaf, ToString());

    /// <summary>Parses the result of <see cref="ToString"/>.</summary>
    public static bool TryParse(string? text, out LeafId leaf)
    {
        leaf = default;
        var slash = text?.LastIndexOf('/') ?? -1;
        if (slash < 0
            || !KeyIndexId.TryParse(text![..slash], out var index)
            || !LeafName.TryParse(text[(slash + 1)..], out var name))
        {
            return false;
        }

        leaf = new LeafId(index, name);
        return true;
    }

    /// <summary><c>name/epoch/o/leaf</c>.</summary>
    public override string ToString() => $"{Index}/{Name}";
}

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
