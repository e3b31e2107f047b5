namespace OrleansUploads.Gateway.Http.Exchanges;

/// <summary>The path and query of a request, decoded once from the raw target. The raw target is what the signature covers.</summary>
/// <param name="Raw">Path and query as sent.</param>
/// <param name="Path">The path as sent.</param>
/// <param name="Segments">The decoded segments of the path. An encoded slash is part of its segment.</param>
/// <param name="Query">The query's parameters.</param>
internal sealed record RequestTarget(string Raw, string Path, string[] Segments, QueryParameters Query)
{
    /// <summary>Parses a raw target. If it is not an absolute path or has a segment <c>.</c> or <c>..</c>, the result has no
    /// segments, because clients resolve such segments before they sign.</summary>
    public static RequestTarget Parse(string rawTarget)
    {
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
}
