namespace OrleansUploads.Engine.Disk;

/// <summary>Files and directories that only their owner can read.</summary>
internal static class OwnerOnly
{
    private const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a directory, and those above it that are missing.</summary>
    public static void MakeDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, ReadWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>How a new file is made.</summary>
    public static FileStreamOptions NewFile()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = ReadWrite;
        }

        return options;
    }

    /// <summary>Takes from all but the owner what they may do with a file or directory. Where it is not this process's own, it
    /// stays as it is: its owner has given this process the right to use it, and may have given it to others.</summary>
    public static void Restrict(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        try
        {
            var mode = File.GetUnixFileMode(path);
            var restricted = mode & (ReadWrite | UnixFileMode.UserExecute);
            if (mode != restricted)
            {
                File.SetUnixFileMode(path, restricted);
            }
        }
        catch (Exception error) when (error is UnauthorizedAccessException or FileNotFoundException)
        {
        }
    }
}
