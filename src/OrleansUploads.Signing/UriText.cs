using System.Buffers;
using System.Text;

namespace OrleansUploads.Signing;

/// <summary>Percent-encoding as Signature Version 4 wants it: RFC 3986, upper-case hex, space as <c>%20</c>.</summary>
internal static class UriText
{
    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"u8);

    private static readonly SearchValues<byte> UnreservedOrSlash =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/"u8);

    /// <summary>Encodes a path as it stands; slashes stay.</summary>
    public static void EncodePath(ReadOnlySpan<char> path, PathRule rule, ref Utf8Builder to) =>
        Encode(path, decode: rule == PathRule.EncodeDecoded, UnreservedOrSlash, ref to);

    /// <summary>Decodes and encodes anew one name or value of a query.</summary>
    public static void NormalizeQueryText(ReadOnlySpan<char> text, ref Utf8Builder to) =>
        Encode(text, decode: true, Unreserved, ref to);

    private static void Encode(ReadOnlySpan<char> text, bool decode, SearchValues<byte> keep, ref Utf8Builder to)
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

    // Works on bytes, not characters: an escape sequence need not be UTF-8. A '%' without two hex digits is itself.
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
