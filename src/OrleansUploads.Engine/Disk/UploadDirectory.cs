using OrleansUploads.Core.Values;

namespace OrleansUploads.Engine.Disk;

/// <summary>The directory of one upload, as long as this process uses it.</summary>
/// <remarks>Files are created and the directory is removed under one lock, so a file is never created in a directory
/// that is just going. A retired one does neither any more: the caller asks <see cref="UploadDirectories"/> again.
/// </remarks>
/// <param name="upload">Whose directory it is.</param>
/// <param name="directory">Where it is.</param>
/// <param name="fanOut">The directory that it is in.</param>
/// <param name="isShared">Whether other processes use it too. One of them may have made it and not flushed its name yet.</param>
internal sealed class UploadDirectory(
    UploadId upload, DurableDirectory directory, FanOutDirectory fanOut, bool isShared)
{
    private const int MaxRemovals = 8;

    private readonly Lock _gate = new();
    private int _unflushed;
    private long? _nameEpoch;
    private volatile bool _isReady;
    private volatile bool _retired;

    /// <summary>Whose directory it is.</summary>
    public UploadId Upload { get; } = upload;

    /// <summary>Held while the upload's manifest is stored, so that one that could not be made durable is not taken for another
    /// that was.</summary>
    public Lock StoringManifest { get; } = new();

    /// <summary>Full path.</summary>
    public string Path => directory.Path;

    /// <summary>Creates a new file, and the directory where it is missing; null when this object is retired.</summary>
    /// <exception cref="IOException">A file of that name exists, there is no room, or the directory could not be made durable.
    /// </exception>
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
                _nameEpoch = fanOut.Epoch;
            }

            var file = Create(path, expectedBytes);
            if (_nameEpoch is { } nameEpoch)
            {
                FlushName(file, nameEpoch);
            }

            _unflushed++;
            _isReady = true;
            return new UnflushedFile(file, this, epoch);
        }
    }

    /// <summary>Removes the directory if nothing is in it; false when this object was retired already.</summary>
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
                // Where it cannot be removed, an empty directory does no harm.
                _retired = !Directory.EnumerateFileSystemEntries(Path).Any() && TryRemove();
            }
            catch (DirectoryNotFoundException)
            {
                _retired = true;
            }

            return true;
        }
    }

    /// <summary>Whether a file can be created without waiting for a flush, as far as is known.</summary>
    public bool IsReady => _isReady;

    /// <summary>Whether this object creates and removes no more.</summary>
    public bool IsRetired => _retired;

    /// <summary>Ends the use of this object unless its name or a file of it is still to be flushed, for which it must remember the
    /// flushes that failed; returns when no creation or removal is under way.</summary>
    public bool TryRetire()
    {
        lock (_gate)
        {
            _retired |= _unflushed == 0 && _nameEpoch is null;
            return _retired;
        }
    }

    /// <summary>A file of this directory is flushed, or given up.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _unflushed--;
        }
    }

    /// <inheritdoc cref="DurableDirectory.Flush"/>
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
            // Something is in it, or it cannot be removed.
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
                // Not made yet, or removed from outside, for example by another process that deletes the upload. Which of
                // the two it is called depends on whether that process has just made it again.
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
            // After the file is there: an empty directory may be removed by another process while this one waits.
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
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            // A disk that cannot take even that refuses it now. More is allocated as bytes come.
            PreallocationSize = Math.Min(expectedBytes, AllocationAhead.Bytes),
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
