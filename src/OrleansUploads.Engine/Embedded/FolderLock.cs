using System.Globalization;

namespace OrleansUploads.Engine.Embedded;

/// <summary>Keeps a data folder to one process. The lock goes with the process, however it ends.</summary>
public sealed class FolderLock : IDisposable
{
    private const string FileName = "lock";

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Takes the folder.</summary>
    /// <exception cref="FolderTakenException">Another process has it.</exception>
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
            throw new FolderTakenException(
                $"The data folder {folder} is in use by another server. Stop that one first, or give this one another folder.",
                fault);
        }

        file.SetLength(0);
        file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
        file.Flush();
        return new FolderLock(file);
    }

    /// <summary>Gives the folder back.</summary>
    public void Dispose() => _file.Dispose();
}

/// <summary>Another process is using the data folder.</summary>
public sealed class FolderTakenException : Exception
{
    /// <summary>Says which folder, and what to do.</summary>
    public FolderTakenException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
