namespace OrleansUploads.Engine.Disk;

/// <summary>A directory whose entries, and whose own name, can be made durable.</summary>
internal sealed class DurableDirectory(string path, DurableDirectory? parent)
{
    private readonly Lock _flushing = new();
    private Exception? _failure;
    private long _asked;
    private long _flushed;
    private volatile bool _nameIsDurable;

    /// <summary>Full path.</summary>
    public string Path { get; } = path;

    /// <summary>Makes the directory, and the missing ones above it, for the owner only.</summary>
    public void Make()
    {
        if (parent is not null && !Directory.Exists(parent.Path))
        {
            parent.Make();
        }

        MakeForOwner(Path);
        // A name that comes back after someone else has removed it is a new name.
        _nameIsDurable = false;
    }

    /// <summary>Returns when everything that was in the directory at the time of the call is durable, the names up to
    /// the root included.</summary>
    /// <remarks>Group commit without a timer: whoever arrives while an fsync is under way waits for its end, and then
    /// one fsync covers all that have arrived.</remarks>
    public void Flush()
    {
        var ticket = Interlocked.Increment(ref _asked);
        lock (_flushing)
        {
            if (_flushed < ticket)
            {
                var covered = Volatile.Read(ref _asked);
                Fsync();
                _flushed = covered;
            }

            if (parent is not null && !_nameIsDurable)
            {
                parent.Flush();
                _nameIsDurable = true;
            }
        }
    }

    /// <summary>Makes a directory and all missing ones above it, each durable in its parent.</summary>
    public static DurableDirectory MakeRoot(string path)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        var above = System.IO.Path.GetDirectoryName(full);
        if (above is not null && !Directory.Exists(full))
        {
            var parent = MakeRoot(above);
            MakeForOwner(full);
            parent.Flush();
        }

        return new DurableDirectory(full, parent: null);
    }

    private void Fsync()
    {
        // After a failed fsync the kernel may call the lost pages clean, so that a second one succeeds with nothing
        // written. Hence no second one: this directory takes no commits until the store is opened again.
        if (_failure is not null)
        {
            throw new IOException($"Directory '{Path}' could not be flushed before.", _failure);
        }

        using var handle = DirectoryFsync.Open(Path);
        if (handle is null)
        {
            return;
        }

        try
        {
            RandomAccess.FlushToDisk(handle);
        }
        catch (Exception failure)
        {
            _failure = failure;
            throw;
        }
    }

    private static void MakeForOwner(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
