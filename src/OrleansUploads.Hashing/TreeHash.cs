using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansUploads.Hashing;

/// <summary>SHA-256 tree hash: the digests of 1 MiB leaves are combined in pairs, level by level, up to a single root. For data
/// of at most 1 MiB it equals the linear hash.</summary>
[JsonConverter(typeof(HashJsonConverter<TreeHash>))]
public readonly record struct TreeHash(Sha256Digest Digest) : IParsable<TreeHash>, ISpanFormattable
{
    /// <summary>The length of one leaf: 1 MiB. Only the last leaf may be shorter. Part sizes are multiples of it.</summary>
    public const int LeafBytes = 1024 * 1024;

    /// <summary>Parses 64 hex digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out TreeHash hash)
    {
        var ok = Sha256Digest.TryParse(hex, out var digest);
        hash = new TreeHash(digest);
        return ok;
    }

    static TreeHash IParsable<TreeHash>.Parse(string s, IFormatProvider? provider) =>
        TryParse(s, out var hash) ? hash : throw new FormatException($"'{s}' is not a valid TreeHash.");

    static bool IParsable<TreeHash>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out TreeHash result) =>
        TryParse(s, out result);

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(
        Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        Convert.TryToHexStringLower(Digest.Span, destination, out charsWritten);

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString() => Digest.ToString();
}
