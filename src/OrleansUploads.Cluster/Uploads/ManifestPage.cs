using System.Collections.Immutable;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Cluster.Uploads;

/// <summary>Lists a manifest page by page.</summary>
internal static class ManifestPage
{
    /// <summary>Returns the page of extents that a query asks for.</summary>
    public static PartListing Create(Manifest manifest, ListParts query)
    {
        var parts = ImmutableArray.CreateBuilder<PartEntry>();
        var first = 0L;
        foreach (var extent in manifest.Extents)
        {
            if (first >= query.FirstByte)
            {
                if (parts.Count == query.Limit)
                {
                    return new PartListing(parts.ToImmutable(), first);
                }

                parts.Add(new PartEntry(
                    first, first + extent.LengthBytes - 1, extent.TreeHash.ToString(), extent.Place.Location?.ToString()));
            }

            first += extent.LengthBytes;
        }

        return new PartListing(parts.ToImmutable(), NextFirstByte: null);
    }
}
