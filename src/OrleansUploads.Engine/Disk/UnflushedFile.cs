namespace OrleansUploads.Engine.Disk;

/// <summary>A new file in an upload's directory. Its bytes and name are not durable yet. It knows the directory's epoch from
/// before it was created.</summary>
internal sealed class UnflushedFile(FileStream file, UploadDirectory directory, long epoch, IDiskFlush flush) : IDisposable
{
    private bool _isReleased;

    /// <summary>The file, for writing.</summary>
    public FileStream File => file;

    /// <summary>The directory that contains it.</summary>
    public UploadDirectory Directory => directory;

    /// <summary>Makes the file's bytes and its name durable.</summary>
    /// <exception cref="FlushFailedException">The flush failed; the file must be deleted.</exception>
    /// <exception cref="DirectoryNotFoundException">The directory was removed.</exception>
    public void Flush()
    {
        FlushBytes();
        FlushName();
    }

    /// <summary>Makes the file's bytes durable, but not its name.</summary>
    /// <exception cref="FlushFailedException">The flush failed; the file must be deleted.</exception>
    public void FlushBytes()
    {
        flush.RequireFile(file.SafeFileHandle, file.Name);
        file.Dispose();
    }

    /// <summary>Makes the file's current name durable.</summary>
    /// <exception cref="FlushFailedException">The flush failed; the file must be deleted.</exception>
    /// <exception cref="DirectoryNotFoundException">The directory was removed.</exception>
    public void FlushName() => directory.Flush(epoch);

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        file.Dispose();
        if (!_isReleased)
        {
            _isReleased = true;
            directory.Release();
        }
    }
}
