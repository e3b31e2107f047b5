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
            return new UnflushedFile(file, this, epoch, flush);
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

    public void Flush(long epoch) => directory.Flush(epoch);

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
                return CreateFile(path, expectedBytes);
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

    private static FileStream CreateFile(string path, long expectedBytes)
    {
        var options = OwnerOnly.NewFile();
        options.Share = FileShare.ReadWrite | FileShare.Delete;
        options.BufferSize = 0;

        // A full disk refuses the file here. More is allocated as bytes arrive.
        options.PreallocationSize = Math.Min(expectedBytes, AllocationAhead.Bytes);
        return new FileStream(path, options);
    }
}

/// <summary>A new file in an upload's directory. Its bytes and name are not durable yet. It knows the directory's epoch from
/// before it was created.</summary>
internal sealed class UnflushedFile(FileStream file, UploadDirectory directory, long epoch, IDiskFlush flush) : IDisposable
{
    private bool _isReleased;

    public FileStream File => file;

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
