using System.Security.Cryptography;
using System.Text;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Core.Archives;

/// <summary>Names one archive for ever: 138 characters of URL-safe base64.</summary>
/// <remarks>Derived, never drawn: the same upload completed with the same bytes has the same ID on every machine and
/// after every crash. Unguessable, because the upload ID that goes in is.</remarks>
public readonly record struct ArchiveId
{
    private readonly string? _text;

    private ArchiveId(string text) => _text = text;

    /// <summary>The order of lists: by the characters' codes, the same on every machine.</summary>
    public static IComparer<ArchiveId> Ordinal { get; } =
        Comparer<ArchiveId>.Create(static (x, y) => string.CompareOrdinal(x._text, y._text));

    /// <summary>The ID of what an upload became.</summary>
    public static ArchiveId Derive(UploadId upload, long sizeBytes, TreeHash treeHash)
    {
        var seed = Encoding.ASCII.GetBytes($"archive/1\n{upload}\n{sizeBytes}\n{treeHash}\n");
        Span<byte> bytes = stackalloc byte[2 * SHA512.HashSizeInBytes];
        SHA512.HashData(seed, bytes);
        SHA512.HashData(bytes[..SHA512.HashSizeInBytes], bytes[SHA512.HashSizeInBytes..]);
        return new ArchiveId(UrlSafeText.Encode(bytes, Limits.ArchiveIdChars));
    }

    /// <summary>Reads an ID; false where length or alphabet are wrong, so no archive can have that name.</summary>
    public static bool TryParse(string? text, out ArchiveId id)
    {
        var ok = UrlSafeText.Is(text, Limits.ArchiveIdChars);
        id = ok ? new ArchiveId(text!) : default;
        return ok;
    }

    /// <summary>The 138 characters; empty for the default value.</summary>
    public override string ToString() => _text ?? "";
}
