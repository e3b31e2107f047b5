using System.Globalization;
using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Engine.DataFolders;

/// <summary>Lets only one process use a data folder. The operating system releases the lock when the process ends.</summary>
public sealed class FolderLock : IDisposable
{
    internal const string FileName = "lock";

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    public static FolderLock Take(string folder)
    {
        var path = Path.Combine(folder, FileName);
        FileStream file;
        try
        {
            file = new FileStream(path, OwnerOnly.LockFile());
        }
        catch (IOException fault) when (DiskErrors.IsHeld(fault))
        {
            throw InUse(folder, fault);
        }

        try
        {
            WriteId(file);
            return new FolderLock(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Locks a folder that this process cannot change. Returns null if the folder has never been locked, so that no
    /// server uses it.</summary>
    /// <exception cref="FolderInUseException">Another process has locked it.</exception>
    public static FolderLock? TakeReadOnly(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return new FolderLock(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (IOException fault) when (DiskErrors.IsHeld(fault))
        {
            throw InUse(folder, fault);
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Writes the process ID, which is only for people. A full disk has no room for it.</summary>
    private static void WriteId(FileStream file)
    {
        try
        {
            var id = Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n";
            RandomAccess.SetLength(file.SafeFileHandle, 0);
            RandomAccess.Write(file.SafeFileHandle, System.Text.Encoding.ASCII.GetBytes(id), 0);
        }
        catch (IOException fault) when (DiskErrors.IsFull(fault))
        {
        }
    }

    private static FolderInUseException InUse(string folder, IOException fault) => new(
        $"The data folder {folder} is in use by another server. Stop that server first, or choose another folder.", fault);
}

public sealed class FolderInUseException : Exception
{
    public FolderInUseException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
