using System.Text;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Http.Exchanges;

/// <summary>The path and query of a request, decoded once from the raw target. The raw target is what the signature covers.</summary>
/// <param name="Raw">Path and query as sent, without scheme and authority.</param>
/// <param name="Path">The path as sent, below the prefix.</param>
/// <param name="Segments">The decoded segments of this path. An encoded slash is part of its segment.</param>
/// <param name="Query">The query's parameters.</param>
internal sealed record RequestTarget(string Raw, string Path, string[] Segments, QueryParameters Query)
{
    /// <summary>What stands before the path, as sent, if the fronts are mapped below a prefix; else empty.</summary>
    public string Prefix { get; private init; } = "";

    private static readonly string[] Schemes = ["http://", "https://"];

    /// <summary>The target of a request. The base path of the application, and what stands before the fronts in the pattern of their
    /// endpoint, is its prefix.</summary>
    public static RequestTarget Of(HttpContext context, Endpoint? endpoint)
    {
        var target = Parse(RawOf(context));
        var ofBase = SegmentsOf(context.Request.PathBase);
        var ofPattern = (endpoint as RouteEndpoint)?.RoutePattern.PathSegments.Count - 1 ?? 0;
        return ofBase.Length + ofPattern == 0
            ? target
            : target.Below([.. ofBase, .. SegmentsOf(context.Request.Path).Take(ofPattern)]);

        static string[] SegmentsOf(PathString path) => path.HasValue ? path.Value![1..].Split('/') : [];
    }

    /// <summary>The target as sent. A server without connections, such as that of <c>Microsoft.AspNetCore.TestHost</c>, has only the
    /// decoded one, and clients encode most paths in the same way.</summary>
    public static string RawOf(HttpContext context) =>
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget is { Length: > 0 } raw
            ? raw
            : UriHelper.GetEncodedPathAndQuery(context.Request);

    /// <summary>Parses a raw target. If it is not an absolute path or has a segment <c>.</c> or <c>..</c>, the result has no
    /// segments, because clients resolve such segments before they sign.</summary>
    public static RequestTarget Parse(string rawTarget)
    {
        rawTarget = WithoutAuthority(rawTarget);
        var mark = rawTarget.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? rawTarget : rawTarget[..mark];
        var query = QueryParameters.Parse(mark < 0 ? "" : rawTarget[(mark + 1)..]);
        if (!path.StartsWith('/'))
        {
            return new RequestTarget(rawTarget, path, [], query);
        }

        var segments = path[1..].Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            segments[i] = Uri.UnescapeDataString(segments[i]);
            if (segments[i] is "." or "..")
            {
                return new RequestTarget(rawTarget, path, [], query);
            }
        }

        return new RequestTarget(rawTarget, path, segments, query);
    }

    /// <summary>The target below a prefix. If the path was sent in a form that had to be resolved to find the prefix, the result has no
    /// segments.</summary>
    private RequestTarget Below(string[] prefix)
    {
        if (!Segments.AsSpan().StartsWith(prefix))
        {
            return this with { Segments = [] };
        }

        var end = 0;
        for (var i = 0; i < prefix.Length; i++)
        {
            end = Path.IndexOf('/', end + 1) is var next and >= 0 ? next : Path.Length;
        }

        return this with
        {
            Prefix = Path[..end],
            Path = end < Path.Length ? Path[end..] : "/",
            Segments = Segments.Length > prefix.Length ? Segments[prefix.Length..] : [""],
        };
    }

    /// <summary>The same target with blanks for the plus signs in its path, or null if the path has none.</summary>
    public RequestTarget? WithBlanks()
    {
        if (!Path.Contains('+', StringComparison.Ordinal))
        {
            return null;
        }

        var below = string.Concat(Path.Replace("+", "%20", StringComparison.Ordinal), Raw.AsSpan(Prefix.Length + Path.Length));
        return Parse(below) with { Raw = Prefix + below, Prefix = Prefix };
    }

    /// <summary>Removes scheme and authority. Clients that take the server for a proxy send them, and HTTP requires every server to accept
    /// them (RFC 9112, section 3.2.2). Kestrel has compared the authority with the host.</summary>
    private static string WithoutAuthority(string rawTarget)
    {
        var scheme = Array.Find(Schemes, scheme => rawTarget.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));
        if (scheme is null)
        {
            return rawTarget;
        }

        var rest = rawTarget.AsSpan(scheme.Length);
        var end = rest.IndexOfAny('/', '?');
        return end < 0 ? "/"
            : rest[end] == '?' ? string.Concat("/", rest[end..])
            : rest[end..].ToString();
    }
}

/// <summary>The decoded parameters of a query. A plus sign is a blank, for the signature as well.</summary>
internal sealed class QueryParameters
{
    private static readonly QueryParameters Empty = new([]);

    private readonly List<(string Name, string Value)> _parameters;

    private QueryParameters(List<(string Name, string Value)> parameters) => _parameters = parameters;

    /// <summary>Parses a query, without its question mark.</summary>
    public static QueryParameters Parse(string query)
    {
        if (query.Length == 0)
        {
            return Empty;
        }

        var parameters = new List<(string, string)>();
        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = parameter.IndexOf('=', StringComparison.Ordinal);
            parameters.Add(equals < 0
                ? (QueryText.Decode(parameter), "")
                : (QueryText.Decode(parameter[..equals]), QueryText.Decode(parameter[(equals + 1)..])));
        }

        return new QueryParameters(parameters);
    }

    /// <summary>All parameters, decoded, in the order sent.</summary>
    public IReadOnlyList<(string Name, string Value)> All => _parameters;

    /// <summary>The decoded names of all parameters, in the order sent.</summary>
    public IEnumerable<string> Names => _parameters.Select(static parameter => parameter.Name);

    /// <summary>The first value of a parameter, or null if the query does not have it, empty if it has no value.</summary>
    public string? FirstValue(string name)
    {
        foreach (var parameter in _parameters)
        {
            if (parameter.Name == name)
            {
                return parameter.Value;
            }
        }

        return null;
    }
}

/// <summary>How the values of request headers are decoded. Kestrel would answer a value that is not UTF-8 with an empty status 400. So bytes
/// that are not UTF-8 are decoded to a mark, and the front describes the error.</summary>
internal static class HeaderText
{
    /// <summary>A code point that Unicode reserves for internal use and that no text has.</summary>
    private const char Mark = '\uFFFF';

    /// <summary>UTF-8 that decodes each sequence of invalid bytes to the mark.</summary>
    public static Encoding Encoding { get; } =
        Encoding.GetEncoding("utf-8", EncoderFallback.ExceptionFallback, new DecoderReplacementFallback(Mark.ToString()));

    /// <summary>How Kestrel reads <c>Content-Length</c>. Its own parser accepts a sign, which other servers do not: behind a proxy, the body
    /// could become a request of its own. Source: RFC 9110, section 8.6.</summary>
    public static Encoding LengthEncoding { get; } = new DigitsEncoding();

    /// <summary>Whether the bytes of a value were valid.</summary>
    public static bool IsValid(string? value) => !value.AsSpan().Contains(Mark);

    /// <summary>ASCII that decodes everything but digits to the mark.</summary>
    private sealed class DigitsEncoding : ASCIIEncoding
    {
        public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
        {
            for (var i = 0; i < bytes.Length; i++)
            {
                chars[i] = char.IsAsciiDigit((char)bytes[i]) ? (char)bytes[i] : Mark;
            }

            return bytes.Length;
        }
    }
}
