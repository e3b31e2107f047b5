namespace OrleansUploads.Engine.Disk;

/// <summary>A random mark that identifies a folder. All processes that share the folder see the same mark.</summary>
public static class FolderMark
{
    public const string FileName = "folder-mark";

    /// <summary>Name of the file with the claim: how a mark begins that is made for this data folder.</summary>
    public const string ClaimFileName = "store-claim";

    /// <returns>Null if the folder does not exist or has no mark.</returns>
    public static byte[]? Find(string folder) => DurableFile.TryRead(PathIn(folder));

    /// <summary>Returns the mark, and creates it if it is missing. It is durable on return. If several processes create one
    /// at the same time, exactly one succeeds and all return its mark.</summary>
    /// <param name="flush">Null for the operating system's flushes.</param>
    /// <exception cref="FlushFailedException">The mark could not be made durable.</exception>
    public static byte[] FindOrMake(string folder, ReadOnlySpan<byte> random, IDiskFlush? flush = null) =>
        FindOrMake(folder, FileName, random, flush ?? SystemFlush.Instance);

    /// <summary>Returns the claim, and creates it if it is missing. It is durable on return.</summary>
    /// <exception cref="FlushFailedException">The claim could not be made durable.</exception>
    public static byte[] FindOrMakeClaim(string folder, ReadOnlySpan<byte> random, IDiskFlush flush) =>
        FindOrMake(folder, ClaimFileName, random, flush);

    private static byte[] FindOrMake(string folder, string name, ReadOnlySpan<byte> random, IDiskFlush flush)
    {
        var path = Path.Combine(folder, name);
        if (DurableFile.TryRead(path) is { } found)
        {
            // The process that created the file may have ended before it was durable.
            using var file = File.OpenHandle(path, access: FileAccess.ReadWrite, share: FileShare.ReadWrite);
            flush.RequireFile(file, path);
            flush.RequireDirectory(folder);
            return found;
        }

        DurableFile.MakeOnce(path, random, flush);
        return File.ReadAllBytes(path);
    }

    private static string PathIn(string folder) => Path.Combine(folder, FileName);
}
