using System.Buffers;
using OrleansUploads.Core;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Retrieval;

/// <summary>Reads archives back: exactly the bytes that were acknowledged, or an error. Of an archive whose bytes are kept
/// elsewhere there is only the manifest to read.</summary>
public sealed class ArchiveReader(IPartStore parts)
{
    /// <summary>Bytes that are read and verified at a time; divides the 1 MiB leaf.</summary>
    public const int BufferBytes = 256 * 1024;

    /// <summary>Reads the manifest of the archive that an upload became.</summary>
    /// <exception cref="AttemptDamagedException">It is missing or not what was written.</exception>
    public async ValueTask<Manifest> ReadManifestAsync(UploadId upload, CancellationToken cancellationToken) =>
        await parts.ReadManifestAsync(upload, cancellationToken)
            ?? throw new AttemptDamagedException($"The manifest of upload {upload} is missing from the part store.");

    /// <summary>Copies a range of an archive.</summary>
    /// <param name="manifest">Which bytes make up the archive; they are in the part store.</param>
    /// <param name="range">The bytes that are wanted; inside the archive.</param>
    /// <param name="destination">Gets only verified bytes.</param>
    /// <param name="cancellationToken">The reader is gone.</param>
    /// <exception cref="AttemptDamagedException">Stored bytes are not those that were written; less than the range was
    /// copied.</exception>
    public async ValueTask CopyAsync(
        Manifest manifest, PartRange range, Stream destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(range.LastByte, manifest.SizeBytes);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var position = range.FirstByte;
            while (position <= range.LastByte)
            {
                var extent = manifest.Extents[(int)(position / manifest.PartSizeBytes)];
                await using var reader = await OpenAsync(manifest, extent, cancellationToken);
                var offset = position % manifest.PartSizeBytes;
                var end = Math.Min(extent.LengthBytes, offset + range.LastByte - position + 1);
                while (offset < end)
                {
                    // After the first read all others begin at a multiple of the buffer, where verifying is quickest.
                    var wanted = (int)Math.Min(end - offset, BufferBytes - (offset % BufferBytes));
                    var count = await reader.ReadAsync(offset, buffer.AsMemory(0, wanted), cancellationToken);
                    if (count == 0)
                    {
                        throw new AttemptDamagedException(
                            $"Attempt {extent.Place.Attempt} of upload {manifest.Upload} ends at byte {offset}, before its "
                            + "length.");
                    }

                    await destination.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                    offset += count;
                    position += count;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The tree hash of a range, from the leaves that were kept when the parts were stored.</summary>
    /// <param name="manifest">Which bytes make up the archive; they are in the part store.</param>
    /// <param name="range">The bytes; inside the archive.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null where the range is not tree-hash aligned, and so has none.</returns>
    public async ValueTask<TreeHash?> RangeTreeHashAsync(
        Manifest manifest, PartRange range, CancellationToken cancellationToken)
    {
        if (range.FirstByte == 0 && range.LastByte == manifest.SizeBytes - 1)
        {
            return manifest.TreeHash;
        }

        if (!TreeHashRanges.IsTreeHashAligned(range.FirstByte, range.LastByte, manifest.SizeBytes))
        {
            return null;
        }

        var size = manifest.PartSizeBytes;
        var firstPart = (int)(range.FirstByte / size);
        var lastPart = (int)(range.LastByte / size);
        if (firstPart != lastPart)
        {
            // An aligned range over several parts is made of whole ones.
            var hashes = new TreeHash[lastPart - firstPart + 1];
            for (var part = firstPart; part <= lastPart; part++)
            {
                hashes[part - firstPart] = manifest.Extents[part].TreeHash;
            }

            return TreeHasher.Combine(hashes);
        }

        await using var reader = await OpenAsync(manifest, manifest.Extents[firstPart], cancellationToken);
        var leaves = await reader.ReadLeavesAsync(cancellationToken);
        var firstLeaf = (int)(range.FirstByte % size / Limits.LeafBytes);
        var lastLeaf = (int)(range.LastByte % size / Limits.LeafBytes);
        var wanted = new Sha256Digest[lastLeaf - firstLeaf + 1];
        for (var leaf = firstLeaf; leaf <= lastLeaf; leaf++)
        {
            wanted[leaf - firstLeaf] = leaves[leaf];
        }

        return TreeHasher.FromLeaves(wanted);
    }

    private async ValueTask<IAttemptReader> OpenAsync(
        Manifest manifest, Extent extent, CancellationToken cancellationToken)
    {
        var attempt = extent.Place.Attempt
            ?? throw new InvalidOperationException($"The bytes of archive {manifest.Archive} are kept elsewhere.");
        var reader = await parts.OpenAsync(manifest.Upload, attempt, cancellationToken);
        if (reader.LengthBytes == extent.LengthBytes)
        {
            return reader;
        }

        await reader.DisposeAsync();
        throw new AttemptDamagedException(
            $"Attempt {attempt} of upload {manifest.Upload} has {reader.LengthBytes} bytes instead of "
            + $"{extent.LengthBytes}.");
    }
}
