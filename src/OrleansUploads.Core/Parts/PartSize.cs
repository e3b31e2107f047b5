using System.Numerics;

namespace OrleansUploads.Core.Parts;

/// <summary>Size of every part except the last: a power of two times 1 MiB, from 1 MiB to 4 GiB.</summary>
/// <remarks>Fixed when the upload is initiated. Source: developer guide, "Initiate multipart upload".</remarks>
public readonly record struct PartSize
{
    private PartSize(long bytes) => Bytes = bytes;

    public long Bytes { get; }

    public static PartSize Largest => new(Limits.MaxPartSizeBytes);

    /// <summary>False if the number of bytes is not allowed.</summary>
    public static bool TryCreate(long bytes, out PartSize size)
    {
        var ok = bytes is >= Limits.MinPartSizeBytes and <= Limits.MaxPartSizeBytes && BitOperations.IsPow2(bytes);
        size = ok ? new PartSize(bytes) : default;
        return ok;
    }
}
