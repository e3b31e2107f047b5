using OrleansUploads.Core.Archives;

namespace OrleansUploads.Engine.Bytes;

/// <summary>Lists the parts of a finished archive in external storage, with their locations.</summary>
public static class ExternalManifest
{
    /// <summary>Whether an upload has become such an archive.</summary>
    public static bool IsOf(UploadSummary upload)
    {
        ArgumentNullException.ThrowIfNull(upload);
        return upload is { Phase: UploadPhase.Completed, Spec.ByteStorage: ByteStorage.External };
    }

    /// <summary>Returns the page of a manifest's extents that a query asks for.</summary>
    public static PartsPage PageOf(UploadSpec spec, Manifest manifest, ListParts query)
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
}
