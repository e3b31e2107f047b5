using OrleansUploads.Core.Archives;

namespace OrleansUploads.Core.Uploads;

/// <summary>Makes the manifest of an object from its parts.</summary>
public static class ObjectManifest
{
    /// <summary>The manifest. Empty parts have no extent.</summary>
    /// <param name="upload">The upload that became the object.</param>
    /// <param name="sizeBytes">The object's size.</param>
    /// <param name="parts">The parts, by number.</param>
    public static Manifest Of(UploadId upload, long sizeBytes, IReadOnlyList<NumberedPart> parts)
    {
        var extents = new List<Extent>(parts.Count);
        foreach (var part in parts)
        {
            if (part.Attempt is { } attempt)
            {
                extents.Add(new Extent(PartPlace.In(attempt), part.LengthBytes, part.TreeHash));
            }
        }

        // Not the tree hash of the object unless its parts have the lengths of an archive's; it identifies the extents.
        var combined = TreeHasher.Combine(extents.Select(extent => extent.TreeHash).ToArray());
        return new Manifest(
            upload,
            ArchiveId.Derive(upload, sizeBytes, combined),
            sizeBytes,
            combined,
            CommonLength(extents),
            extents)
        {
            Parts = [.. parts.Select(part => new ManifestPart(part.Number, part.LengthBytes, part.Md5, part.Checksum))],
        };
    }

    /// <summary>The length that all extents but the last have, if the last is not longer, or 0 if they have none.</summary>
    private static long CommonLength(List<Extent> extents)
    {
        var length = extents.Count > 0 ? extents[0].LengthBytes : 0;
        for (var i = 1; i < extents.Count; i++)
        {
            if (extents[i].LengthBytes != length && (i < extents.Count - 1 || extents[i].LengthBytes > length))
            {
                return 0;
            }
        }

        return length;
    }
}
