using System.Buffers;
using OrleansUploads.Core.Archives;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Reading;

/// <summary>Reads archives: returns exactly the bytes that were acknowledged, or fails.</summary>
public sealed class ArchiveReader(IPartStore parts)
{
    /// <summary>The number of bytes that are read and verified at a time. The 1 MiB leaf is a multiple of it.</summary>
    public const int BufferBytes = 128 * 1024;

    /// <summary>How many attempts of a distant store are asked for while one is read. Each takes two round trips.</summary>
    private const int AttemptsAhead = 3;

    /// <summary>The name of an attempt in the part store, with slashes: of an object below its prefix, or of a file below its
    /// folder.</summary>
    public static string NameOf(UploadId upload, AttemptId attempt) => StoredNames.PathOf(upload, attempt);

    /// <summary>Copies a range of an archive.</summary>
    /// <param name="manifest">The archive's extents, all in the part store.</param>
    /// <param name="range">The bytes to copy. They must be inside the archive.</param>
    /// <param name="destination">The stream to write to. It receives only verified bytes.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <exception cref="AttemptDamagedException">Stored bytes are damaged. Only a part of the range was copied.</exception>
    public async ValueTask CopyAsync(
        Manifest manifest, PartRange range, Stream destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(range.LastByte, manifest.SizeBytes);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        var opened = new Queue<(Piece Piece, Task<IAttemptReader> Reader)>();
        using var pieces = PiecesOf(manifest, range).GetEnumerator();
        try
        {
            for (OpenUpTo(1); opened.TryDequeue(out var next); OpenUpTo(1))
            {
                OpenUpTo(parts.IsDistant ? AttemptsAhead : 0);
                await using var reader = await next.Reader;
                await CopyAsync(manifest, next.Piece, reader, destination, buffer, cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            foreach (var (_, reader) in opened)
            {
                await DiscardAsync(reader);
            }
        }

        void OpenUpTo(int count)
        {
            while (opened.Count < count && pieces.MoveNext())
            {
                opened.Enqueue((pieces.Current, OpenAsync(manifest, pieces.Current, cancellationToken)));
            }
        }
    }

    /// <summary>Computes the tree hash of a range from the leaf hashes that were stored with the parts.</summary>
    /// <param name="manifest">The archive's extents, all in the part store.</param>
    /// <param name="range">The range. It must be inside the archive.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>Null if the range is not tree-hash aligned and therefore has no tree hash.</returns>
    public async ValueTask<TreeHash?> RangeTreeHashAsync(
        Manifest manifest, PartRange range, CancellationToken cancellationToken)
    {
        if (range.FirstByte == 0 && range.LastByte == manifest.SizeBytes - 1)
        {
            return manifest.TreeHash;
        }

        // The leaves of parts of different lengths are not leaves of the archive.
        if (manifest.PartSizeBytes == 0
            || !TreeHashRanges.IsTreeHashAligned(range.FirstByte, range.LastByte, manifest.SizeBytes))
        {
            return null;
        }

        var (firstPart, firstOffset) = manifest.FindExtent(range.FirstByte);
        var (lastPart, lastOffset) = manifest.FindExtent(range.LastByte);
        if (firstPart != lastPart)
        {
            // An aligned range that spans several parts consists of whole parts.
            var hashes = new TreeHash[lastPart - firstPart + 1];
            for (var part = firstPart; part <= lastPart; part++)
            {
                hashes[part - firstPart] = manifest.Extents[part].TreeHash;
            }

            return TreeHasher.Combine(hashes);
        }

        await using var reader = await OpenAsync(manifest, manifest.Extents[firstPart], cancellationToken);
        var leaves = await reader.ReadLeavesAsync(cancellationToken);
        var firstLeaf = (int)(firstOffset / TreeHash.LeafBytes);
        var lastLeaf = (int)(lastOffset / TreeHash.LeafBytes);
        var wanted = new Sha256Digest[lastLeaf - firstLeaf + 1];
        for (var leaf = firstLeaf; leaf <= lastLeaf; leaf++)
        {
            wanted[leaf - firstLeaf] = leaves[leaf];
        }

        return TreeHasher.FromLeaves(wanted);
    }

    /// <summary>The pieces of the extents that make up a range, in order.</summary>
    private static IEnumerable<Piece> PiecesOf(Manifest manifest, PartRange range)
    {
        var position = range.FirstByte;
        for (var (index, offset) = manifest.FindExtent(position); position <= range.LastByte; index++, offset = 0)
        {
            var extent = manifest.Extents[index];
            var end = Math.Min(extent.LengthBytes, offset + range.LastByte - position + 1);
            yield return new Piece(extent, offset, end);
            position += end - offset;
        }
    }

    private static async ValueTask CopyAsync(
        Manifest manifest, Piece piece, IAttemptReader reader, Stream destination, byte[] buffer, CancellationToken cancellationToken)
    {
        for (var offset = piece.Offset; offset < piece.End;)
        {
            // All reads after the first start at a multiple of the buffer size, where verification is fastest.
            var wanted = (int)Math.Min(piece.End - offset, BufferBytes - (offset % BufferBytes));
            var count = await reader.ReadAsync(offset, buffer.AsMemory(0, wanted), cancellationToken);
            if (count == 0)
            {
                throw StoredDamage.Of(
                    manifest.Upload, AttemptOf(manifest, piece.Extent), $"it ends at byte {offset}, but should have {piece.Extent.LengthBytes} bytes");
            }

            await destination.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            offset += count;
        }
    }

    private static AttemptId AttemptOf(Manifest manifest, Extent extent) => extent.Place.Attempt
        ?? throw new InvalidOperationException($"The bytes of archive {manifest.Archive} are in external storage.");

    /// <summary>Disposes a reader that was opened and not used.</summary>
    private static async ValueTask DiscardAsync(Task<IAttemptReader> opened)
    {
        try
        {
            await (await opened).DisposeAsync();
        }
        catch (Exception)
        {
            // What was not needed may fail.
        }
    }

    /// <summary>Opens an attempt, and announces what will be read of it.</summary>
    private async Task<IAttemptReader> OpenAsync(Manifest manifest, Piece piece, CancellationToken cancellationToken)
    {
        var reader = await OpenAsync(manifest, piece.Extent, cancellationToken);
        reader.Expect(piece.Offset, piece.End - piece.Offset);
        return reader;
    }

    private async ValueTask<IAttemptReader> OpenAsync(
        Manifest manifest, Extent extent, CancellationToken cancellationToken)
    {
        var attempt = AttemptOf(manifest, extent);
        var reader = await parts.OpenAsync(manifest.Upload, attempt, extent.LengthBytes, cancellationToken);
        var isOpen = false;
        try
        {
            if (reader.LengthBytes != extent.LengthBytes)
            {
                throw StoredDamage.Of(
                    manifest.Upload, attempt, $"it has {reader.LengthBytes} bytes instead of {extent.LengthBytes}");
            }

            if (attempt.IsGranted)
            {
                // What a node wrote is verified by its leaves, so they must be those of the part.
                var leaves = await reader.ReadLeavesAsync(cancellationToken);
                if (TreeHasher.FromLeaves([.. leaves]) != extent.TreeHash)
                {
                    throw StoredDamage.Of(
                        manifest.Upload, attempt, "its stored hashes differ from the acknowledged tree hash");
                }
            }

            isOpen = true;
            return reader;
        }
        finally
        {
            if (!isOpen)
            {
                await reader.DisposeAsync();
            }
        }
    }

    /// <summary>The bytes of an extent that are copied, from an offset in it to an end in it.</summary>
    private readonly record struct Piece(Extent Extent, long Offset, long End);
}
