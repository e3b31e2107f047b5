using System.Numerics;
using OrleansUploads.Client.Models;
using OrleansUploads.Core;

namespace OrleansUploads.Client.Transfers;

/// <summary>How an archive is cut into parts.</summary>
public readonly record struct PartPlan
{
    private PartPlan(long sizeBytes, long partSizeBytes)
    {
        SizeBytes = sizeBytes;
        PartSizeBytes = partSizeBytes;
    }

    /// <summary>Size of the archive.</summary>
    public long SizeBytes { get; }

    /// <summary>Length of every part but the last.</summary>
    public long PartSizeBytes { get; }

    /// <summary>How many parts.</summary>
    public int PartCount => (int)(((SizeBytes - 1) / PartSizeBytes) + 1);

    /// <summary>The smallest parts of which 10,000 cover the archive.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The archive is empty, or larger than 10,000 parts of 4 GiB.</exception>
    public static PartPlan Smallest(long sizeBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sizeBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sizeBytes, Limits.MaxParts * Limits.MaxPartSizeBytes);
        var partSizeBytes = Limits.MinPartSizeBytes;
        while (partSizeBytes * Limits.MaxParts < sizeBytes)
        {
            partSizeBytes *= 2;
        }

        return new PartPlan(sizeBytes, partSizeBytes);
    }

    /// <summary>Parts of a given size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part size is none of 1 MiB to 4 GiB by powers of two, or the
    /// archive is empty or would need more than 10,000 parts.</exception>
    public static PartPlan Of(long sizeBytes, long partSizeBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partSizeBytes, Limits.MinPartSizeBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(partSizeBytes, Limits.MaxPartSizeBytes);
        if (!BitOperations.IsPow2(partSizeBytes))
        {
            throw new ArgumentOutOfRangeException(
                nameof(partSizeBytes), partSizeBytes, "A part size is 1 MiB times a power of two.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(sizeBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sizeBytes, Limits.MaxParts * partSizeBytes);
        return new PartPlan(sizeBytes, partSizeBytes);
    }

    /// <summary>The bytes of a part, counted from 0.</summary>
    public ByteRange RangeOf(int part)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(part);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(part, PartCount);
        var start = part * PartSizeBytes;
        return new ByteRange(start, Math.Min(start + PartSizeBytes, SizeBytes));
    }
}
