using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Core.Values;

/// <summary>The kinds of ordered indexes. A bucket has both, a vault only the index of uploads. The values are stored: never change
/// them.</summary>
public enum KeyTree
{
    Objects = 0,

    /// <summary>The multipart uploads in progress, by key, time of initiation and upload ID. Those of a vault have no key.</summary>
    Uploads = 1,
}

/// <summary>ID of an ordered index of a bucket or of a vault.</summary>
public readonly record struct KeyIndexId : ITextValue<KeyIndexId>
{
    private const string Objects = "/o";
    private const string Uploads = "/u";

    public KeyIndexId(BucketIncarnation bucket, KeyTree tree) => (Bucket, Tree) = (bucket, tree);

    public KeyIndexId(VaultIncarnation vault) => (Vault, Tree) = (vault, KeyTree.Uploads);

    public BucketIncarnation? Bucket { get; }

    public VaultIncarnation? Vault { get; }

    public KeyTree Tree { get; }

    public EntityId Routes => new(EntityKind.KeyRoutes, ToString());

    public static bool TryParse(string? text, out KeyIndexId index)
    {
        index = default;
        KeyTree? tree = text?.EndsWith(Objects, StringComparison.Ordinal) == true ? KeyTree.Objects
            : text?.EndsWith(Uploads, StringComparison.Ordinal) == true ? KeyTree.Uploads
            : null;
        if (tree is not { } known)
        {
            return false;
        }

        var container = text![..^Objects.Length];
        if (BucketIncarnation.TryParse(container, out var bucket))
        {
            index = new KeyIndexId(bucket, known);
            return true;
        }

        if (known != KeyTree.Uploads || !VaultIncarnation.TryParse(container, out var vault))
        {
            return false;
        }

        index = new KeyIndexId(vault);
        return true;
    }

    /// <summary>The incarnation of the bucket or vault, then <c>/o</c> for objects or <c>/u</c> for uploads.</summary>
    public override string ToString() =>
        $"{(Vault is { } vault ? vault.ToString() : Bucket.ToString())}{(Tree == KeyTree.Objects ? Objects : Uploads)}";
}

public static class VaultIndex
{
    extension(VaultIncarnation vault)
    {
        /// <summary>ID of the ordered index of the uploads in progress.</summary>
        public KeyIndexId Uploads => new(vault);
    }
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

    public override string ToString() => _text ?? "";
}

/// <summary>ID of a leaf of an ordered index.</summary>
public readonly record struct LeafId(KeyIndexId Index, LeafName Name) : ITextValue<LeafId>
{
    public EntityId Entity => new(EntityKind.KeyLeaf, ToString());

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

    /// <summary>The index, then <c>/</c> and the name.</summary>
    public override string ToString() => $"{Index}/{Name}";
}

/// <summary>A position in an ordered index: of an entry, or between entries.</summary>
/// <param name="Key">The key, or any text that is compared with keys; empty for the beginning, and for uploads without a key.</param>
/// <param name="At">In the index of uploads the time of initiation; null otherwise, and then before all uploads of the key.</param>
/// <param name="Upload">In the index of uploads the upload; null otherwise.</param>
public readonly record struct KeyPosition(string Key, DateTimeOffset? At = null, UploadId? Upload = null)
    : IComparable<KeyPosition>
{
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

    public static bool operator <(KeyPosition left, KeyPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(KeyPosition left, KeyPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(KeyPosition left, KeyPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(KeyPosition left, KeyPosition right) => left.CompareTo(right) >= 0;
}
