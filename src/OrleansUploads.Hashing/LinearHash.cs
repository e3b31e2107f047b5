using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansUploads.Hashing;

/// <summary>SHA-256 of a sequence of bytes, as in the <c>x-amz-content-sha256</c> header.</summary>
[JsonConverter(typeof(HashJsonConverter<LinearHash>))]
public readonly record struct LinearHash(Sha256Digest Digest) : IParsable<LinearHash>, ISpanFormattable
{
    /// <summary>Parses 64 hex digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out LinearHash hash)
    {
        var ok = Sha256Digest.TryParse(hex, out var digest);
        hash = new LinearHash(digest);
        return ok;
    }

    static LinearHash IParsable<LinearHash>.Parse(string s, IFormatProvider? provider) =>
        TryParse(s, out var hash) ? hash : throw new FormatException($"'{s}' is not a valid LinearHash.");

    static bool IParsable<LinearHash>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out LinearHash result) =>
        TryParse(s, out result);

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(
        Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        Convert.TryToHexStringLower(Digest.Span, destination, out charsWritten);

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString() => Digest.ToString();
}
