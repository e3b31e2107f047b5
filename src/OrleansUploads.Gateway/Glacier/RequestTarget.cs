namespace OrleansUploads.Gateway.Glacier;

/// <summary>The path and query of a request, read from the raw target: what the signature covers, decoded once.</summary>
/// <param name="Path">The path as sent.</param>
/// <param name="Segments">Its segments, decoded; an encoded slash is part of its segment.</param>
/// <param name="Query">The query.</param>
internal sealed record RequestTarget(string Path, string[] Segments, QueryText Query)
{
    /// <summary>Reads a raw target. One that is not an absolute path, or has a segment <c>.</c> or <c>..</c>, has no segments:
    /// clients resolve those before they sign.</summary>
    public static RequestTarget Parse(string rawTarget)
    {
        var mark = rawTarget.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? rawTarget : rawTarget[..mark];
        var query = QueryText.Parse(mark < 0 ? "" : rawTarget[(mark + 1)..]);
        if (!path.StartsWith('/'))
        {
            return new RequestTarget(path, [], query);
        }

        var segments = path[1..].Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            segments[i] = Uri.UnescapeDataString(segments[i]);
            if (segments[i] is "." or "..")
            {
                return new RequestTarget(path, [], query);
            }
        }

        return new RequestTarget(path, segments, query);
    }
}
