using System.Numerics;
using OrleansUploads.Client.Transfers;

namespace OrleansUploads.Cli.Transfers;

/// <summary>Options of uploads and downloads.</summary>
internal static class TransferOptions
{
    /// <summary>The smallest part that is chosen for a file: 16 MiB. A worker holds it in memory, and its leaves fill the lanes of client
    /// and server. Smaller parts cost more requests than a broken connection costs bytes.</summary>
    public const long FilePartBytes = 16L << 20;

    /// <summary>The part size for a stream: 32 MiB, enough for 312 GiB. Each worker holds a part in memory.</summary>
    public const int StreamPartBytes = 32 << 20;

    private const int MaxWorkers = 64;
    private const long MinPartBytes = 1L << 20;
    private const long MaxPartBytes = 4L << 30;

    /// <summary>How long the first parts of all workers may take at a given rate. A break before their end loses them.</summary>
    private const int FirstPartsSeconds = 16;

    /// <summary>The part size for a file: one with which 10,000 parts cover it, and at a low rate a smaller one than usual.</summary>
    /// <param name="sizeBytes">The size of the file.</param>
    /// <param name="bytesPerSecond">The maximum rate of all workers together, or null for none.</param>
    /// <param name="workers">The number of parts that are sent at the same time.</param>
    public static long PartBytesFor(long sizeBytes, long? bytesPerSecond, int workers)
    {
        var affordable = bytesPerSecond is { } rate ? Math.Max(MinPartBytes, rate * FirstPartsSeconds / workers) : FilePartBytes;
        var largest = (long)BitOperations.RoundUpToPowerOf2((ulong)affordable + 1) / 2;
        return Math.Max(Math.Min(FilePartBytes, largest), PartPlan.Smallest(sizeBytes).PartSizeBytes);
    }

    /// <summary>The option <c>--workers 4</c>.</summary>
    public static Option<int> Workers() => new Option<int>("--workers", "-w")
    {
        Description = $"How many requests run at the same time, up to {MaxWorkers}.",
        HelpName = "count",
        DefaultValueFactory = _ => 4,
    }.Refuse(static text => int.TryParse(text, out var count) && count is >= 1 and <= MaxWorkers
        ? null
        : $"--workers is '{text}'. It must be a number from 1 to {MaxWorkers}.");

    /// <summary>The option <c>--part-size 64MiB</c>.</summary>
    public static Option<long?> PartSize() => new Option<long?>("--part-size")
    {
        Description = "The size of the parts: 1MiB times a power of two, up to 4GiB. "
            + "[default: 16MiB, less with a low --limit, more if 10,000 parts of a large file need it; 32MiB for standard input]",
        HelpName = "size",
    }.Parse(
        static text => ByteCount.TryParse(text, out var bytes) && bytes is >= MinPartBytes and <= MaxPartBytes && long.IsPow2(bytes)
            ? bytes
            : null,
        static text => $"--part-size is '{text}'. It must be 1MiB times a power of two, such as 16MiB or 64MiB, up to 4GiB.");
}
