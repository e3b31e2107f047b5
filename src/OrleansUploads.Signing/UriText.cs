using System.Buffers;
using System.Text;

namespace OrleansUploads.Signing;

/// <summary>Percent-encoding for Signature Version 4: RFC 3986 with upper-case hex digits and <c>%20</c> for a space.</summary>
internal static class UriText
{
    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"u8);

    private static readonly SearchValues<byte> UnreservedOrSlash =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/"u8);

    /// <summary>Encodes a path according to a rule. Slashes are not encoded.</summary>
    public static void EncodePath(ReadOnlySpan<char> path, PathRule rule, Utf8Builder to) =>
        Encode(path, decode: rule == PathRule.EncodeDecoded, UnreservedOrSlash, to);

    /// <summary>Decodes a name or value of a query and encodes it again.</summary>
    public static void NormalizeQueryText(ReadOnlySpan<char> text, Utf8Builder to) =>
        Encode(text, decode: true, Unreserved, to);

    private static void Encode(ReadOnlySpan<char> text, bool decode, SearchValues<byte> keep, Utf8Builder to)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var bytes = rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented));
        if (decode)
        {
            bytes = bytes[..DecodeInPlace(bytes)];
        }

        foreach (var value in bytes)
        {
            if (keep.Contains(value))
            {
                to.Append(value);
            }
            else
            {
                to.AppendPercentEncoded(value);
            }
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    // Works on bytes, not characters, because escape sequences need not be valid UTF-8. A '%' without two hex digits stays
    // unchanged.
    private static int DecodeInPlace(Span<byte> bytes)
    {
        Span<byte> decoded = stackalloc byte[1];
        var length = 0;
        for (var at = 0; at < bytes.Length; at++, length++)
        {
            var escaped = bytes[at] == '%' && at + 2 < bytes.Length
                && Convert.FromHexString(bytes.Slice(at + 1, 2), decoded, out _, out _) == OperationStatus.Done;
            bytes[length] = escaped ? decoded[0] : bytes[at];
            at += escaped ? 2 : 0;
        }

        return length;
    }
}
