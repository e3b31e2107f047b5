namespace OrleansUploads.Engine.Disk;

/// <summary>One of the directories that the upload directories are spread over.</summary>
/// <remarks>What is in it is durable by name before anybody writes below it, so that a name that could not be flushed can be
/// removed and made anew.</remarks>
/// <param name="root">Where it is.</param>
/// <param name="directory">The directory itself, made when it is needed.</param>
internal sealed class FanOutDirectory(DurableDirectory root, DurableDirectory directory)
{
    private readonly Lock _making = new();
    private volatile bool _isDurable;

    /// <summary>Full path.</summary>
    public string Path => directory.Path;

    /// <inheritdoc cref="DurableDirectory.Epoch"/>
    public long Epoch => directory.Epoch;

    /// <summary>Makes an upload directory, whose name is still to be flushed.</summary>
    /// <param name="path">Its full path.</param>
    /// <exception cref="FlushFailedException">This directory itself could not be made durable.</exception>
    public void Make(string path)
    {
        if (!_isDurable || !Directory.Exists(Path))
        {
            MakeSelf();
        }

        OwnerOnly.MakeDirectory(path);
    }

    /// <summary>Makes the name of an upload directory durable.</summary>
    /// <param name="epoch">The epoch before the name was made.</param>
    /// <exception cref="FlushFailedException">It is not durable and must be removed.</exception>
    public void FlushName(long epoch) => directory.Flush(epoch);

    /// <summary>Makes the names in it durable which are there already. The process that made them may have ended before it flushed
    /// them.</summary>
    /// <exception cref="FlushFailedException">It failed.</exception>
    public void FlushExisting()
    {
        if (Directory.Exists(Path))
        {
            directory.Flush(directory.Epoch);
            _isDurable = true;
        }
    }

    private void MakeSelf()
    {
        lock (_making)
        {
            if (!_isDurable || !Directory.Exists(Path))
            {
                root.MakeDirectory(Path);
                _isDurable = true;
            }
        }
    }
}
