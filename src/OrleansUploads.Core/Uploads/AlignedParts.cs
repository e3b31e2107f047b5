using System.Buffers;

namespace OrleansUploads.Core.Uploads;

/// <summary>The part geometry of the vault API: parts are ranges that start at multiples of the part size, and completion
/// checks the size and tree hash of the archive.</summary>
/// <remarks>Everything else about parts (attempts, fences, completion, expiry) does not depend on the geometry and is in
/// <see cref="UploadDecider"/>. Source: developer guide, "Upload part" and "Complete multipart upload".</remarks>
/// <param name="size">The size of every part except the last.</param>
internal readonly struct AlignedParts(PartSize size)
{
    /// <summary>Returns why a range cannot be a part: it does not start at a multiple of the part size, is longer than the
    /// part size, or lies beyond the last of <see cref="Limits.MaxParts"/> slots. Null if it can be a part.</summary>
    public Refusal? RefusalOfRange(PartRange range) =>
        range.FirstByte % size.Bytes != 0 ? new Refusal.RangeNotAligned(range, size)
        : range.LastByte - range.FirstByte >= size.Bytes ? new Refusal.PartTooLarge(range, size)
        : range.FirstByte / size.Bytes >= Limits.MaxParts ? new Refusal.TooManyParts(range, size, Limits.MaxParts)
        : null;

    /// <summary>The number of the part with a range that <see cref="RefusalOfRange"/> allows. The part at the beginning has number
    /// 1.</summary>
    public int NumberOf(PartRange range) => (int)Math.Min(range.FirstByte / size.Bytes, Limits.MaxParts) + 1;

    /// <summary>The first number whose part starts at or after an offset; at most one more than <see cref="Limits.MaxParts"/>.</summary>
    public int FirstNumberFrom(long firstByte) =>
        (int)Math.Min((firstByte / size.Bytes) + (firstByte % size.Bytes > 0 ? 1 : 0), Limits.MaxParts) + 1;

    /// <summary>The bytes of a part.</summary>
    public PartRange RangeOf(int number, long lengthBytes)
    {
        var first = (number - 1) * size.Bytes;
        return new PartRange(first, first + lengthBytes - 1);
    }

    /// <summary>Returns why parts do not form the stated archive: there is no part, there is a gap, a part before the last
    /// one is short, or the size or tree hash differs. Null if they form the archive.</summary>
    public Refusal? RefusalOfCompletion(PartMap parts, long sizeBytes, TreeHash treeHash)
    {
        if (parts.Count == 0)
        {
            return new Refusal.NoParts();
        }

        var hashes = ArrayPool<TreeHash>.Shared.Rent(parts.LastNumber);
        try
        {
            long uploadedBytes = 0;
            for (var number = 1; number <= parts.LastNumber; number++)
            {
                if (parts[number] is not { } part)
                {
                    return new Refusal.PartMissing(GapFrom(parts, number));
                }

                if (part.LengthBytes < size.Bytes && number < parts.LastNumber)
                {
                    return new Refusal.PartTooShort(RangeOf(number, part.LengthBytes), size);
                }

                hashes[number - 1] = part.TreeHash;
                uploadedBytes += part.LengthBytes;
            }

            if (uploadedBytes != sizeBytes)
            {
                return new Refusal.SizeDiffers(sizeBytes, uploadedBytes);
            }

            var computed = TreeHasher.Combine(hashes.AsSpan(0, parts.LastNumber));
            return computed == treeHash ? null : new Refusal.TreeHashDiffers(treeHash, computed);
        }
        finally
        {
            ArrayPool<TreeHash>.Shared.Return(hashes);
        }
    }

    private PartRange GapFrom(PartMap parts, int firstMissing)
    {
        var next = firstMissing;
        while (parts[next] is null)
        {
            next++;
        }

        return RangeOf(firstMissing, (next - firstMissing) * size.Bytes);
    }
}
