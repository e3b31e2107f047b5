using OrleansUploads.Core.Archives;

namespace OrleansUploads.Core.Uploads;

/// <summary>Lists the parts of finished archives and objects in external storage, with their locations.</summary>
public static class ExternalManifest
{
    /// <summary>Whether an upload has become an archive in external storage.</summary>
    public static bool IsOf(UploadSummary upload)
    {
        ArgumentNullException.ThrowIfNull(upload);
        return upload is { Phase: UploadPhase.Completed, Spec.ByteStorage: ByteStorage.External };
    }

    /// <summary>Returns the page of a manifest's extents that a query asks for.</summary>
    public static PartsPage PageOf(ArchiveUploadSpec spec, Manifest manifest, ListParts query)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(query);
        var parts = new List<ListedPart>();
        var first = 0L;
        foreach (var extent in manifest.Extents)
        {
            if (first >= query.FirstByte)
            {
                if (parts.Count == query.Limit)
                {
                    return new PartsPage(spec, parts, first);
                }

                var range = new PartRange(first, first + extent.LengthBytes - 1);
                parts.Add(new ListedPart(range, extent.TreeHash, extent.Place.Location));
            }

            first += extent.LengthBytes;
        }

        return new PartsPage(spec, parts, NextFirstByte: null);
    }

    /// <summary>Returns the page of an object's parts that a query asks for.</summary>
    public static NumberedPartsPage PageOf(ObjectDescription description, Manifest manifest, ListNumberedParts query)
    {
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(query);
        var (parts, hasMore) = PartsOf(manifest)
            .Where(part => part.Number > query.After)
            .Select(part => new ListedNumberedPart(part, description.Published.At))
            .FirstPage(query.Limit);
        return new NumberedPartsPage(description.Spec, parts, hasMore);
    }

    private static IEnumerable<NumberedPart> PartsOf(Manifest manifest)
    {
        var next = 0;
        foreach (var (number, lengthBytes, md5, checksum) in manifest.Parts ?? [])
        {
            // An empty part has no extent.
            Extent? extent = lengthBytes > 0 ? manifest.Extents[next++] : null;
            yield return new NumberedPart(
                number, lengthBytes, md5, extent?.TreeHash ?? TreeHasher.Empty, Attempt: null, checksum, extent?.Place.Location);
        }
    }
}
