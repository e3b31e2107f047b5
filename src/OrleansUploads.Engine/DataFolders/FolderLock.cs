using System.Globalization;

namespace OrleansUploads.Engine.DataFolders;

/// <summary>Lets only one process use a data folder. The operating system releases the lock when the process ends.</summary>
public sealed class FolderLock : IDisposable
{
    private const string FileName = "lock";

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Locks the folder.</summary>
    /// <exception cref="FolderInUseException">Another process has locked it.</exception>
    public static FolderLock Take(string folder)
    {
        var path = Path.Combine(folder, FileName);
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (File.Exists(path) && fault is not (FileNotFoundException or PathTooLongException))
        {
            throw new FolderInUseException(
                $"The data folder {folder} is in use by another server. Stop that server first, or choose another folder.",
                fault);
        }

        file.SetLength(0);
        file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
        file.Flush();
        return new FolderLock(file);
    }

    /// <summary>Releases the folder.</summary>
    public void Dispose() => _file.Dispose();
}

/// <summary>Another process is using the data folder.</summary>
public sealed class FolderInUseException : Exception
{
    /// <param name="message">Which folder, and what to do.</param>
    /// <param name="inner">The error of the operating system.</param>
    public FolderInUseException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
