using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Disk;

/// <summary>A directory whose entries can be made durable.</summary>
/// <remarks>After a failed flush the operating system may take the names that it could not write for written, so that the next
/// flush succeeds without them. Hence each failure begins a new <em>epoch</em>: a name from an earlier one that is not durable
/// yet never will be, and must be removed and made anew.</remarks>
/// <param name="path">Full path.</param>
/// <param name="isShared">Whether other processes make names in it too. Then none can be taken back, as another process may
/// have put something under it.</param>
/// <param name="flush">Makes it durable.</param>
internal sealed class DurableDirectory(string path, bool isShared, IDiskFlush flush)
{
    private readonly Lock _flushing = new();
    private long _asked;
    private long _flushed;
    private long _epoch;
    private int _lastError;

    /// <summary>Full path.</summary>
    public string Path { get; } = path;

    /// <summary>How many flushes have failed. Read it before a name is made.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>Returns when a name in the directory is durable, and everything else that was in it at the time of the call.
    /// </summary>
    /// <param name="epoch">The directory's epoch before the name was made.</param>
    /// <remarks>Group commit without a timer: whoever arrives while a flush is under way waits for its end, and then
    /// one flush covers all that have arrived.</remarks>
    /// <exception cref="FlushFailedException">The name is not durable, and a second try would not make it so.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public void Flush(long epoch)
    {
        var ticket = Interlocked.Increment(ref _asked);
        lock (_flushing)
        {
            if (epoch != _epoch)
            {
                throw Failure();
            }

            if (_flushed >= ticket)
            {
                return;
            }

            var covered = Volatile.Read(ref _asked);
            if (flush.FlushDirectory(Path) is var error and not 0)
            {
                _lastError = error;
                Volatile.Write(ref _epoch, _epoch + 1);
                throw Failure();
            }

            _flushed = covered;
        }
    }

    /// <summary>Makes a directory, for the owner only, whose name is durable on return.</summary>
    /// <param name="path">Full path; in this directory.</param>
    /// <exception cref="FlushFailedException">It is not durable, and was removed.</exception>
    /// <exception cref="DirectoryNotFoundException">This directory is missing.</exception>
    public void MakeDirectory(string path)
    {
        var epoch = Epoch;
        if (!Directory.Exists(Path))
        {
            throw new DirectoryNotFoundException($"There is no directory '{Path}'.");
        }

        OwnerOnly.MakeDirectory(path);
        try
        {
            Flush(epoch);
        }
        catch (FlushFailedException failure) when (!isShared)
        {
            Remove(path, failure);
            throw;
        }
    }

    private FlushFailedException Failure()
    {
        var failure = new FlushFailedException(Path, _lastError);
        return isShared ? FlushFailedException.Final(failure) : failure;
    }

    private static void Remove(string path, FlushFailedException failure)
    {
        try
        {
            Directory.Delete(path, recursive: false);
        }
        catch (IOException)
        {
            throw FlushFailedException.Final(failure);
        }
    }
}
