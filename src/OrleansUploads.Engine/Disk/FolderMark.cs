using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Disk;

/// <summary>A mark in a folder, by which it is known again. Whoever shares the folder sees the same one.</summary>
public static class FolderMark
{
    /// <summary>Name of the file that holds it.</summary>
    public const string FileName = "folder-mark";

    /// <summary>The mark; null where there is none, or no such folder.</summary>
    public static byte[]? Find(string folder)
    {
        try
        {
            return File.ReadAllBytes(PathIn(folder));
        }
        catch (IOException error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The mark, which is made where there is none; durable on return. Of many who make one at once exactly one
    /// does.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="random">What the mark is if it is made: random bytes that nobody else has.</param>
    /// <param name="flush">Makes files and directories durable; null for the operating system's own way.</param>
    /// <exception cref="FlushFailedException">It could not be made durable.</exception>
    public static byte[] FindOrMake(string folder, ReadOnlySpan<byte> random, IDiskFlush? flush = null)
    {
        flush ??= SystemFlush.Instance;
        if (Find(folder) is { } found)
        {
            // The process that made it may have ended before it was durable.
            using var file = File.OpenHandle(PathIn(folder), access: FileAccess.ReadWrite, share: FileShare.ReadWrite);
            flush.RequireFile(file, PathIn(folder));
            flush.RequireDirectory(folder);
            return found;
        }

        // Written whole under another name first, so that nobody ever reads half a mark.
        var unfinished = $"{PathIn(folder)}.{Convert.ToHexStringLower(random)}";
        using (var file = new FileStream(unfinished, OwnerOnly.NewFile()))
        {
            file.Write(random);
            file.Flush();
            flush.RequireFile(file.SafeFileHandle, unfinished);
        }

        if (!ExclusiveRename.TryMove(unfinished, PathIn(folder)))
        {
            File.Delete(unfinished);
        }

        flush.RequireDirectory(folder);
        return File.ReadAllBytes(PathIn(folder));
    }

    private static string PathIn(string folder) => Path.Combine(folder, FileName);
}
