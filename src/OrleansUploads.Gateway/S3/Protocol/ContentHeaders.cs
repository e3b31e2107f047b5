using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>The headers of an object that browsers interpret, such as <c>Content-Disposition</c>. A client states them, and gets the same
/// bytes back. RFC 2047 would make them unreadable to browsers.</summary>
internal static class ContentHeaders
{
    /// <summary>Their names, in lower case.</summary>
    public static readonly string[] Names =
        ["cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires"];

    private static readonly FrozenSet<string> Known = Names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Characters that no header can have.</summary>
    private static readonly SearchValues<char> Controls =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Append('\u007F').Select(static code => (char)code)]);

    /// <summary>The encoding that a response header is sent in, or null for ASCII.</summary>
    public static Encoding? EncodingOf(string header) => Known.Contains(header) ? Encoding.Latin1 : null;

    /// <summary>The value that is sent as the bytes that the client stated. They were UTF-8.</summary>
    public static string AsStated(string text) =>
        Ascii.IsValid(text) || text.AsSpan().ContainsAny(Controls)
            ? S3Encoding.Header(text)
            : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>Whether a header can have a value that the query of a request gives it.</summary>
    public static bool CanBe(string text) => !text.AsSpan().ContainsAny(Controls) && !text.AsSpan().ContainsAnyExceptInRange('\0', '\u00FF');
}
