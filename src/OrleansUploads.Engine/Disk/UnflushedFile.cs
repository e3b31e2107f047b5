namespace OrleansUploads.Engine.Disk;

/// <summary>A new file in a directory. Its bytes and name are not durable yet.</summary>
/// <param name="epoch">The directory's epoch from before the file was created.</param>
/// <param name="user">The upload whose directory it is, or null for the file of a single request.</param>
internal sealed class UnflushedFile(
    FileStream file, DurableDirectory directory, long epoch, IDiskFlush flush, UploadDirectory? user = null) : IDisposable
{
    private bool _isReleased;

    public FileStream File => file;

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

    public void Dispose()
    {
        file.Dispose();
        if (!_isReleased)
        {
            _isReleased = true;
            user?.Release();
        }
    }
}
