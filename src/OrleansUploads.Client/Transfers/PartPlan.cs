using System.Numerics;
using OrleansUploads.Client.Wire;

namespace OrleansUploads.Client.Transfers;

/// <summary>The division of an archive into parts.</summary>
public readonly record struct PartPlan
{
    private PartPlan(long sizeBytes, long partSizeBytes)
    {
        SizeBytes = sizeBytes;
        PartSizeBytes = partSizeBytes;
    }

    /// <summary>The size of the archive in bytes.</summary>
    public long SizeBytes { get; }

    /// <summary>The length of every part except the last, in bytes.</summary>
    public long PartSizeBytes { get; }

    /// <summary>The number of parts.</summary>
    public int PartCount => (int)(((SizeBytes - 1) / PartSizeBytes) + 1);

    /// <summary>Divides an archive into parts of the smallest size with which 10,000 parts cover it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The archive is empty, or larger than 10,000 parts of 4 GiB.</exception>
    public static PartPlan Smallest(long sizeBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sizeBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sizeBytes, GlacierLimits.MaxParts * GlacierLimits.MaxPartSizeBytes);
        var partSizeBytes = GlacierLimits.MinPartSizeBytes;
        while (partSizeBytes * GlacierLimits.MaxParts < sizeBytes)
        {
            partSizeBytes *= 2;
        }

        return new PartPlan(sizeBytes, partSizeBytes);
    }

    /// <summary>Divides an archive into parts of a given size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part size is not 1 MiB times a power of two or exceeds 4 GiB, or the
    /// archive is empty or needs more than 10,000 parts.</exception>
    public static PartPlan Of(long sizeBytes, long partSizeBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partSizeBytes, GlacierLimits.MinPartSizeBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(partSizeBytes, GlacierLimits.MaxPartSizeBytes);
        if (!BitOperations.IsPow2(partSizeBytes))
        {
            throw new ArgumentOutOfRangeException(
                nameof(partSizeBytes), partSizeBytes, "The part size must be 1 MiB times a power of two.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(sizeBytes, 1);
        if (sizeBytes > GlacierLimits.MaxParts * partSizeBytes)
        {
            throw new ArgumentOutOfRangeException(
                nameof(partSizeBytes),
                partSizeBytes,
                $"{GlacierLimits.MaxParts} parts of {partSizeBytes} bytes are fewer than the {sizeBytes} bytes of the archive. "
                + $"Use parts of at least {Smallest(sizeBytes).PartSizeBytes} bytes.");
        }

        return new PartPlan(sizeBytes, partSizeBytes);
    }

    /// <summary>Returns the range of a part. Parts are numbered from 0.</summary>
    public ByteRange RangeOf(int part)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(part);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(part, PartCount);
        var start = part * PartSizeBytes;
        return new ByteRange(start, Math.Min(start + PartSizeBytes, SizeBytes));
    }
}
