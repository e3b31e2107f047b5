namespace OrleansUploads.Engine.Disk;

/// <summary>The directory of one upload, while this process uses it.</summary>
/// <remarks>One lock guards the creation of files and the removal of the directory, so a file is never created in a
/// directory that is being removed. A retired object does neither; the caller gets a new one from
/// <see cref="UploadDirectories"/>.</remarks>
internal sealed class UploadDirectory(
    UploadId upload, DurableDirectory directory, FanOutDirectory fanOut, bool isShared, IDiskFlush flush)
{
    private const int MaxRemovals = 8;

    private readonly Lock _gate = new();
    private int _unflushed;
    private long? _nameEpoch;
    private volatile bool _isReady;
    private volatile bool _retired;

    public UploadId Upload { get; } = upload;

    /// <summary>Held while the upload's manifest is stored, so that a manifest that could not be made durable is not
    /// mistaken for a durable one.</summary>
    public Lock StoringManifest { get; } = new();

    public string Path => directory.Path;

    /// <summary>Creates a new file, and the directory if it is missing, or null if this object is retired.</summary>
    /// <exception cref="IOException">A file with that name exists, the disk is full, or the directory could not be made
    /// durable.</exception>
    public UnflushedFile? TryCreate(string name, long expectedBytes)
    {
        var path = System.IO.Path.Join(Path, name);
        lock (_gate)
        {
            if (_retired)
            {
                return null;
            }

            var epoch = directory.Epoch;
            if (isShared && !_isReady)
            {
                // Another process may have created the directory without flushing its name yet.
                _nameEpoch = fanOut.Epoch;
            }

            var file = Create(path, expectedBytes);
            if (_nameEpoch is { } nameEpoch)
            {
                FlushName(file, nameEpoch);
            }

            _unflushed++;
            _isReady = true;
            return new UnflushedFile(file, directory, epoch, flush, user: this);
        }
    }

    /// <summary>Removes the directory if it is empty; false if this object was already retired.</summary>
    public bool TryRemoveIfEmpty()
    {
        lock (_gate)
        {
            if (_retired)
            {
                return false;
            }

            try
            {
                // An empty directory that cannot be removed is harmless.
                _retired = !Directory.EnumerateFileSystemEntries(Path).Any() && TryRemove();
            }
            catch (DirectoryNotFoundException)
            {
                _retired = true;
            }

            return true;
        }
    }

    /// <summary>Whether a file can probably be created without waiting for a flush.</summary>
    public bool IsReady => _isReady;

    public bool IsRetired => _retired;

    /// <summary>Retires this object unless the directory's name or one of its files is not flushed yet: until then, it must
    /// remember failed flushes. Does not wait for a creation or removal in progress, which may flush.</summary>
    public bool TryRetire()
    {
        if (!_gate.TryEnter())
        {
            return false;
        }

        try
        {
            _retired |= _unflushed == 0 && _nameEpoch is null;
            return _retired;
        }
        finally
        {
            _gate.Exit();
        }
    }

    public void Release()
    {
        lock (_gate)
        {
            _unflushed--;
        }
    }

    private bool TryRemove()
    {
        try
        {
            Directory.Delete(Path, recursive: false);
            _nameEpoch = null;
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            _nameEpoch = null;
            return true;
        }
        catch (IOException)
        {
            // The directory is not empty or cannot be removed.
            return false;
        }
    }

    private FileStream Create(string path, long expectedBytes)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return NewFile.Create(path, expectedBytes);
            }
            catch (IOException error) when (
                error is DirectoryNotFoundException or FileNotFoundException && attempt < MaxRemovals)
            {
                // The directory does not exist yet, or was removed, for example by another process that deletes the upload.
                // FileNotFoundException means that it exists again already.
                var epoch = fanOut.Epoch;
                fanOut.Make(Path);
                _nameEpoch = epoch;
            }
        }
    }

    private void FlushName(FileStream file, long epoch)
    {
        try
        {
            // Flush the name only after creating the file, because another process may remove an empty directory during the
            // flush.
            fanOut.FlushName(epoch);
            _nameEpoch = null;
        }
        catch (FlushFailedException failure)
        {
            file.Dispose();
            File.Delete(file.Name);
            throw isShared || TryRemove() ? failure : FlushFailedException.Final(failure);
        }
    }
}
