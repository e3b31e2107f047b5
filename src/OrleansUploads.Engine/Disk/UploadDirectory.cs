using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Engine.Disk;

/// <summary>The directory of one upload, as long as this process uses it.</summary>
/// <remarks>Files are created and the directory is removed under one lock, so a file is never created in a directory
/// that is just going. A retired one does neither any more: the caller asks <see cref="UploadDirectories"/> again.
/// </remarks>
internal sealed class UploadDirectory(UploadId upload, string path, DurableDirectory parent)
{
    private const int MaxRemovals = 8;

    private readonly DurableDirectory _directory = new(path, parent);
    private readonly Lock _gate = new();
    private bool _isMade;
    private volatile bool _retired;

    /// <summary>Whose directory it is.</summary>
    public UploadId Upload { get; } = upload;

    /// <summary>Full path.</summary>
    public string Path => _directory.Path;

    /// <summary>Creates a new file, and the directory where it is missing; null when this object is retired.</summary>
    /// <exception cref="IOException">A file of that name exists, or there is no room.</exception>
    public FileStream? TryCreate(string name, long expectedBytes)
    {
        var path = System.IO.Path.Join(Path, name);
        lock (_gate)
        {
            if (_retired)
            {
                return null;
            }

            if (!_isMade)
            {
                _directory.Make();
                _isMade = true;
            }

            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    return Create(path, expectedBytes);
                }
                catch (DirectoryNotFoundException) when (attempt < MaxRemovals)
                {
                    // Removed from outside, for example by another process that deletes the upload.
                    _directory.Make();
                }
            }
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
                if (Directory.EnumerateFileSystemEntries(Path).Any())
                {
                    return true;
                }

                Directory.Delete(Path, recursive: false);
            }
            catch (DirectoryNotFoundException)
            {
                // Then it is gone, which is what was wanted.
            }
            catch (IOException)
            {
                // Another process has put something into it, or it cannot be removed; an empty directory does no harm.
                return true;
            }

            _retired = true;
            return true;
        }
    }

    /// <summary>Whether this object creates and removes no more.</summary>
    public bool IsRetired => _retired;

    /// <summary>Ends the use of this object; returns when no creation or removal is under way.</summary>
    public void Retire()
    {
        lock (_gate)
        {
            _retired = true;
        }
    }

    /// <inheritdoc cref="DurableDirectory.Flush"/>
    public void Flush() => _directory.Flush();

    private static FileStream Create(string path, long expectedBytes)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            // A disk that cannot take the file refuses it now, not after gigabytes were received.
            PreallocationSize = expectedBytes,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
