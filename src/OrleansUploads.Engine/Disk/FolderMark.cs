namespace OrleansUploads.Engine.Disk;

/// <summary>A random mark that identifies a folder. All processes that share the folder see the same mark.</summary>
public static class FolderMark
{
    /// <summary>Name of the file that contains the mark.</summary>
    public const string FileName = "folder-mark";

    /// <summary>Returns the mark, or null if the folder does not exist or has no mark.</summary>
    public static byte[]? Find(string folder) => DurableFile.TryRead(PathIn(folder));

    /// <summary>Returns the mark, and creates it if it is missing. It is durable on return. If several processes create one
    /// at the same time, exactly one succeeds and all return its mark.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="random">The content of a new mark: unique random bytes.</param>
    /// <param name="flush">Makes files and directories durable, or null for the operating system's flushes.</param>
    /// <exception cref="FlushFailedException">The mark could not be made durable.</exception>
    public static byte[] FindOrMake(string folder, ReadOnlySpan<byte> random, IDiskFlush? flush = null)
    {
        flush ??= SystemFlush.Instance;
        if (Find(folder) is { } found)
        {
            // The process that created the mark may have ended before it was durable.
            using var file = File.OpenHandle(PathIn(folder), access: FileAccess.ReadWrite, share: FileShare.ReadWrite);
            flush.RequireFile(file, PathIn(folder));
            flush.RequireDirectory(folder);
            return found;
        }

        DurableFile.MakeOnce(PathIn(folder), random, flush);
        return File.ReadAllBytes(PathIn(folder));
    }

    /// <summary>Removes the mark, durably. Removing a missing one does nothing.</summary>
    /// <exception cref="FlushFailedException">The mark may come back in a power cut.</exception>
    internal static void Remove(string folder)
    {
        File.Delete(PathIn(folder));
        SystemFlush.Instance.RequireDirectory(folder);
    }

    private static string PathIn(string folder) => Path.Combine(folder, FileName);
}
