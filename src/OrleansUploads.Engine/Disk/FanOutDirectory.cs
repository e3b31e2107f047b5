namespace OrleansUploads.Engine.Disk;

/// <summary>One of the directories that uploads are distributed over: the directories of uploads, and the files of single requests. It is
/// created on first use and never removed.</summary>
/// <remarks>The name of an upload directory is made durable before its files are used, so that a name that could not be
/// flushed can be removed and created again.</remarks>
internal sealed class FanOutDirectory(DurableDirectory root, DurableDirectory directory, IDiskFlush flush)
{
    private readonly Lock _creating = new();
    private volatile bool _isDurable;

    /// <summary>Whether its own name is durable.</summary>
    public bool IsDurable => _isDurable;

    public string Path => directory.Path;

    public long Epoch => directory.Epoch;

    /// <summary>Creates a new file, and this directory if it is missing.</summary>
    /// <exception cref="IOException">The file exists, the disk is full, or this directory could not be made durable.</exception>
    public UnflushedFile Create(string path, long expectedBytes)
    {
        if (!_isDurable)
        {
            CreateSelf();
        }

        var epoch = directory.Epoch;
        try
        {
            return new UnflushedFile(NewFile.Create(path, expectedBytes), directory, epoch, flush);
        }
        catch (IOException error) when (error is DirectoryNotFoundException or FileNotFoundException)
        {
            // An operator has removed the directory.
            CreateSelf();
            return new UnflushedFile(NewFile.Create(path, expectedBytes), directory, epoch, flush);
        }
    }

    /// <summary>Creates the directory of an upload. Its name is not flushed yet. Throws <see cref="FlushFailedException"/> if this directory
    /// itself could not be made durable.</summary>
    public void Make(string path)
    {
        if (!_isDurable || !Directory.Exists(Path))
        {
            CreateSelf();
        }

        OwnerOnly.MakeDirectory(path);
    }

    /// <summary>Makes the name of an upload directory durable.</summary>
    /// <param name="epoch">The epoch before the directory was created.</param>
    /// <exception cref="FlushFailedException">The name is not durable, and the directory must be removed.</exception>
    public void FlushName(long epoch) => directory.Flush(epoch);

    /// <summary>Makes the existing names in this directory durable. The process that created them may have ended before it
    /// flushed them.</summary>
    /// <exception cref="FlushFailedException">The flush failed.</exception>
    public void FlushExisting()
    {
        if (Directory.Exists(Path))
        {
            directory.Flush(directory.Epoch);
            _isDurable = true;
        }
    }

    private void CreateSelf()
    {
        lock (_creating)
        {
            if (!_isDurable || !Directory.Exists(Path))
            {
                root.MakeDirectory(Path);
                _isDurable = true;
            }
        }
    }
}
