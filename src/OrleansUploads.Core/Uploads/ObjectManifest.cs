using OrleansUploads.Core.Archives;

namespace OrleansUploads.Core.Uploads;

/// <summary>Makes the manifest of an object from its parts.</summary>
public static class ObjectManifest
{
    /// <summary>The manifest of parts in the order of their numbers. Empty parts have no extent.</summary>
    public static Manifest Of(UploadId upload, long sizeBytes, IReadOnlyList<NumberedPart> parts)
    {
        var extents = parts
            .Where(part => part.Attempt is not null)
            .Select(part => new Extent(PartPlace.In(part.Attempt!.Value), part.LengthBytes, part.TreeHash))
            .ToList();

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
