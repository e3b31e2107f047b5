namespace OrleansUploads.Engine.Disk;

/// <summary>Files and directories that only their owner can read.</summary>
internal static class OwnerOnly
{
    private const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;

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

    public static FileStreamOptions NewFile() => WithMode(new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write });

    /// <summary>Options for opening a file that one process at a time may have open. It is created if it is missing.</summary>
    public static FileStreamOptions LockFile() => WithMode(
        new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None });

    /// <summary>Removes all permissions of group and others from a file or directory. One that another user owns stays as it
    /// is, because its owner granted access to this process and may have granted it to others.</summary>
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

    private static FileStreamOptions WithMode(FileStreamOptions options)
    {
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = ReadWrite;
        }

        return options;
    }
}
