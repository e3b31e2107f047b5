using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Core.Values;

/// <summary>Permanent ID of an archive: 138 characters of URL-safe base64.</summary>
/// <remarks>The ID is derived, not random: completing the same upload with the same bytes gives the same ID on every machine and
/// after every crash. It cannot be guessed, because it is derived from the upload ID, which is random.</remarks>
public readonly record struct ArchiveId : ITextValue<ArchiveId>
{
    private const int HashedChars = 16;

    private readonly string? _text;

    private ArchiveId(string text) => _text = text;

    /// <summary>The order of archive lists: ordinal, so that it is the same on every machine.</summary>
    public static IComparer<ArchiveId> Ordinal { get; } =
        Comparer<ArchiveId>.Create(static (x, y) => string.CompareOrdinal(x._text, y._text));

    public static ArchiveId Derive(UploadId upload, long sizeBytes, TreeHash treeHash)
    {
        var seed = Encoding.ASCII.GetBytes($"archive/1\n{upload}\n{sizeBytes}\n{treeHash}\n");
        Span<byte> bytes = stackalloc byte[2 * SHA512.HashSizeInBytes];
        SHA512.HashData(seed, bytes);
        SHA512.HashData(bytes[..SHA512.HashSizeInBytes], bytes[SHA512.HashSizeInBytes..]);
        return new ArchiveId(UrlSafeText.Encode(bytes, Limits.ArchiveIdChars));
    }

    /// <summary>Parses an ID. Returns false if the length or a character is invalid, so no archive can have this ID.</summary>
    public static bool TryParse(string? text, out ArchiveId id)
    {
        var ok = UrlSafeText.IsValid(text, Limits.ArchiveIdChars);
        id = ok ? new ArchiveId(text!) : default;
        return ok;
    }

    /// <summary>A hash of the first characters, which are as random as the rest.</summary>
    public override int GetHashCode() => string.GetHashCode(_text.AsSpan(0, _text is null ? 0 : HashedChars));

    /// <summary>Empty for the default value.</summary>
    public override string ToString() => _text ?? "";
}
