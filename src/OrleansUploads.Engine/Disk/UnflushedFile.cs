namespace OrleansUploads.Engine.Disk;

/// <summary>A new file in an upload's directory. Its bytes and name are not durable yet.</summary>
/// <param name="file">The file.</param>
/// <param name="directory">The directory that contains it.</param>
/// <param name="epoch">The directory's epoch before the file was created.</param>
internal sealed class UnflushedFile(FileStream file, UploadDirectory directory, long epoch) : IDisposable
{
    private bool _isReleased;

    /// <summary>The file, for writing.</summary>
    public FileStream File => file;

    /// <summary>The directory that contains it.</summary>
    public UploadDirectory Directory => directory;

    /// <inheritdoc cref="UploadDirectories.Flush"/>
    public void Flush(IDiskFlush flush)
    {
        FlushBytes(flush);
        FlushName();
    }

    /// <inheritdoc cref="UploadDirectories.FlushBytes"/>
    public void FlushBytes(IDiskFlush flush)
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
