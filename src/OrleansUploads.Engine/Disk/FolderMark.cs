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
    public static byte[] FindOrMake(string folder, ReadOnlySpan<byte> random)
    {
        if (Find(folder) is { } found)
        {
            return found;
        }

        // Written whole under another name first, so that nobody ever reads half a mark.
        var unfinished = $"{PathIn(folder)}.{Convert.ToHexStringLower(random)}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(unfinished, options))
        {
            file.Write(random);
            file.Flush(flushToDisk: true);
        }

        if (!ExclusiveRename.TryMove(unfinished, PathIn(folder)))
        {
            File.Delete(unfinished);
        }

        using (var handle = DirectoryFsync.Open(folder))
        {
            if (handle is not null)
            {
                RandomAccess.FlushToDisk(handle);
            }
        }

        return File.ReadAllBytes(PathIn(folder));
    }

    private static string PathIn(string folder) => Path.Combine(folder, FileName);
}
