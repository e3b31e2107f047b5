namespace OrleansUploads.Gateway.Glacier;

/// <summary>The requested page of a list.</summary>
/// <param name="Marker">Of the previous page, or null for the first page.</param>
internal readonly record struct PageRequest(int Limit, string? Marker)
{
    /// <summary>The most vaults on a page, and the default.</summary>
    public const int MaxVaults = 10;

    /// <summary>The most parts, uploads or jobs on a page, and the default.</summary>
    public const int MaxItems = 50;

    /// <summary>Reads <c>limit</c> and <c>marker</c>. A limit above the maximum means the maximum, because clients send 1000
    /// everywhere. An empty marker means the first page.</summary>
    public static PageRequest Read(QueryParameters query, int maxItems)
    {
        var text = query.FirstValue("limit");
        long limit = maxItems;
        if (text is not null && !ProtocolNumber.TryParseLimit(text, out limit))
        {
            throw GlacierError.Invalid($"Invalid limit: {text}. It must be a whole number of at least 1.");
        }

        var marker = query.FirstValue("marker");
        return new PageRequest((int)Math.Min(limit, maxItems), string.IsNullOrEmpty(marker) ? null : marker);
    }

    /// <summary>The error for a marker that no page has returned.</summary>
    public static GlacierError InvalidMarker(string marker) =>
        GlacierError.Invalid($"Invalid marker: {marker}. Send the Marker of the previous page, or none.");
}
