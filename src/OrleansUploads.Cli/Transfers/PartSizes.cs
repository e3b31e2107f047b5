using OrleansUploads.Client.Transfers;

namespace OrleansUploads.Cli.Transfers;

/// <summary>Chooses part sizes.</summary>
internal static class PartSizes
{
    /// <summary>The smallest part that is chosen for a file: 16 MiB. A worker holds it in memory, and its leaves fill the lanes of client
    /// and server. Smaller parts cost more requests than a broken connection costs bytes.</summary>
    public const long FileBytes = 16L << 20;

    /// <summary>The part size for a stream: 32 MiB, enough for 312 GiB. Each worker holds a part in memory.</summary>
    public const int StreamBytes = 32 << 20;

    private const long MinBytes = 1L << 20;
    private const long MaxBytes = 4L << 30;

    /// <summary>The part size with which 10,000 parts cover a file.</summary>
    public static long ForFile(long sizeBytes) => Math.Max(FileBytes, PartPlan.Smallest(sizeBytes).PartSizeBytes);

    /// <summary><c>--part-size 64MiB</c>.</summary>
    public static Option<long?> Option() => new("--part-size")
    {
        Description = "The size of the parts: 1MiB times a power of two, up to 4GiB. "
            + "[default: 16MiB, or what 10,000 parts of a large file need; 32MiB for standard input]",
        HelpName = "size",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (ByteCount.TryParse(text, out var bytes) && bytes is >= MinBytes and <= MaxBytes && long.IsPow2(bytes))
            {
                return bytes;
            }

            result.AddError($"--part-size is '{text}'. It must be 1MiB times a power of two, such as 16MiB or 64MiB, up to 4GiB.");
            return null;
        },
    };
}
