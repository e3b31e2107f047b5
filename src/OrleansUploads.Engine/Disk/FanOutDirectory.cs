namespace OrleansUploads.Engine.Disk;

/// <summary>One of the directories that upload directories are distributed over. It is created on first use.</summary>
/// <remarks>The name of an upload directory is made durable before its files are used, so that a name that could not be
/// flushed can be removed and created again.</remarks>
internal sealed class FanOutDirectory(DurableDirectory root, DurableDirectory directory)
{
    private readonly Lock _creating = new();
    private volatile bool _isDurable;

    /// <summary>Full path.</summary>
    public string Path => directory.Path;

    /// <inheritdoc cref="DurableDirectory.Epoch"/>
    public long Epoch => directory.Epoch;

    /// <summary>Creates an upload directory. Its name is not flushed yet.</summary>
    /// <exception cref="FlushFailedException">This directory itself could not be made durable.</exception>
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
