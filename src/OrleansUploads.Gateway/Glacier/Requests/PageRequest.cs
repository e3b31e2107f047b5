using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Gateway.Glacier.Errors;

namespace OrleansUploads.Gateway.Glacier.Requests;

/// <summary>Which page of a list is wanted.</summary>
/// <param name="Limit">Most items on it.</param>
/// <param name="Marker">What the page before gave; null for the first page.</param>
internal readonly record struct PageRequest(int Limit, string? Marker)
{
    /// <summary>Most vaults on a page, and the default.</summary>
    public const int MaxVaults = 10;

    /// <summary>Most parts, uploads or jobs on a page, and the default.</summary>
    public const int MaxItems = 50;

    /// <summary>Reads <c>limit</c> and <c>marker</c>. A limit above the maximum is taken for the maximum, as clients send
    /// 1000 everywhere; an empty marker means the first page.</summary>
    public static bool TryRead(
        QueryText query, int maxItems, out PageRequest page, [NotNullWhen(false)] out GlacierError? error)
    {
        page = default;
        var text = query.Find("limit");
        long limit = maxItems;
        if (text is not null && !Digits.TryReadLimit(text, out limit))
        {
            error = GlacierError.Invalid($"Invalid limit: {text}. It must be a whole number of at least 1.");
            return false;
        }

        var marker = query.Find("marker");
        page = new PageRequest((int)Math.Min(limit, maxItems), string.IsNullOrEmpty(marker) ? null : marker);
        error = null;
        return true;
    }

    /// <summary>The error of a marker that no page has given.</summary>
    public static GlacierError InvalidMarker(string marker) =>
        GlacierError.Invalid($"Invalid marker: {marker}. Send the Marker of the page before, or none.");
}
