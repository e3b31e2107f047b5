using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Signing;

/// <summary>The canonical text form of a request, which signer and verifier hash.</summary>
/// <remarks>It consists of method, path, query, header block, names of the signed headers, and payload hash, each on its own
/// line.</remarks>
public static class CanonicalRequest
{
    private const int InitialBytes = 1024;

    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"u8);

    private static readonly SearchValues<byte> UnreservedOrSlash =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/"u8);

    /// <summary>Returns the canonical request as text, to compare when signatures differ. It contains no secret.</summary>
    public static string Format(in SigningRequest request, SigningRules rules, IReadOnlyList<string> signedHeaders)
    {
        using var text = Write(request, rules, signedHeaders);
        return Encoding.UTF8.GetString(text.Written);
    }

    /// <summary>Writes the SHA-256 of the canonical request to 32 bytes.</summary>
    internal static void Hash(
        in SigningRequest request, SigningRules rules, IReadOnlyList<string> signedHeaders, Span<byte> hash)
    {
        using var text = Write(request, rules, signedHeaders);
        SHA256.HashData(text.Written, hash);
    }

    private static Utf8Builder Write(in SigningRequest request, SigningRules rules, IReadOnlyList<string> signedHeaders)
    {
        var target = request.RawTarget.AsSpan();
        var pathChars = target.IndexOf('?');
        var path = pathChars < 0 ? target : target[..pathChars];
        var query = pathChars < 0 ? default : target[(pathChars + 1)..];

        var to = new Utf8Builder(InitialBytes);
        to.Append(request.Method);
        to.Append((byte)'\n');
        Encode(path.IsEmpty ? "/" : path, decode: rules.Path == PathRule.EncodeDecoded, UnreservedOrSlash, to);
        to.Append((byte)'\n');
        WriteQuery(query, request.IsPresigned, to);
        to.Append((byte)'\n');
        WriteHeaders(request.Header, signedHeaders, to);
        to.Append((byte)'\n');
        WriteNames(signedHeaders, to);
        to.Append((byte)'\n');
        to.Append(request.PayloadHash);
        return to;
    }

    private static void WriteQuery(ReadOnlySpan<char> query, bool isPresigned, Utf8Builder to)
    {
        if (query.IsEmpty)
        {
            return;
        }

        var parameters = new List<(string Name, string Value)>();
        foreach (var range in query.Split('&'))
        {
            var parameter = query[range];
            if (!parameter.IsEmpty)
            {
                var equals = parameter.IndexOf('=');
                var name = equals < 0 ? parameter : parameter[..equals];
                var value = equals < 0 ? default : parameter[(equals + 1)..];
                if (!isPresigned || !name.Equals(PresignedUrl.SignatureParameter, StringComparison.OrdinalIgnoreCase))
                {
                    parameters.Add((Normalize(name), Normalize(value)));
                }
            }
        }

        // Sort by name, then by value: sorting whole "name=value" strings would put "a-b=" before "a=".
        parameters.Sort(static (left, right) =>
            string.CompareOrdinal(left.Name, right.Name) is var byName and not 0
                ? byName
                : string.CompareOrdinal(left.Value, right.Value));

        for (var i = 0; i < parameters.Count; i++)
        {
            if (i > 0)
            {
                to.Append((byte)'&');
            }

            to.Append(parameters[i].Name);
            to.Append((byte)'=');
            to.Append(parameters[i].Value);
        }
    }

    /// <summary>A plus sign is a blank, as in forms.</summary>
    private static string Normalize(ReadOnlySpan<char> text)
    {
        using var encoded = new Utf8Builder(64);
        Encode(text, decode: true, Unreserved, encoded, plusIsBlank: true);
        return Encoding.ASCII.GetString(encoded.Written);
    }

    private static void WriteHeaders(HeaderLookup header, IReadOnlyList<string> names, Utf8Builder to)
    {
        for (var i = 0; i < names.Count; i++)
        {
            to.Append(names[i]);
            to.Append((byte)':');
            WriteCollapsed(header(names[i]), to);
            to.Append((byte)'\n');
        }
    }

    // Trims the value and replaces each inner run of white space with one space. Line breaks count as white space, so a value
    // cannot forge a line of the canonical request.
    private static void WriteCollapsed(ReadOnlySpan<char> value, Utf8Builder to)
    {
        const string WhiteSpace = " \t\r\n";
        value = value.Trim(WhiteSpace);
        while (value.IndexOfAny(WhiteSpace) is var gap and >= 0)
        {
            to.Append(value[..gap]);
            to.Append((byte)' ');
            value = value[gap..].TrimStart(WhiteSpace);
        }

        to.Append(value);
    }

    private static void WriteNames(IReadOnlyList<string> names, Utf8Builder to)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (i > 0)
            {
                to.Append((byte)';');
            }

            to.Append(names[i]);
        }
    }

    /// <summary>Percent-encodes a text as RFC 3986 says, with upper-case hex digits and <c>%20</c> for a space.</summary>
    private static void Encode(ReadOnlySpan<char> text, bool decode, SearchValues<byte> keep, Utf8Builder to, bool plusIsBlank = false)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var bytes = rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented));
        if (plusIsBlank)
        {
            bytes.Replace((byte)'+', (byte)' ');
        }

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
