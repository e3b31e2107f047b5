namespace OrleansUploads.Engine.Disk;

/// <summary>A directory whose entries can be made durable.</summary>
/// <remarks>After a failed flush, the operating system may treat unwritten names as written, so that the next flush succeeds
/// without them. Therefore each failure starts a new <em>epoch</em>. A name from an earlier epoch that is not durable yet
/// never becomes durable; it must be removed and created again.</remarks>
/// <param name="isShared">Whether other processes create names in it too. If so, a name is never removed after a failed
/// flush, because another process may already use it.</param>
internal sealed class DurableDirectory(string path, bool isShared, IDiskFlush flush)
{
    private readonly Lock _flushing = new();
    private long _requested;
    private long _flushed;
    private long _epoch;
    private int _lastError;

    public string Path { get; } = path;

    /// <summary>Number of failed flushes. Read it before creating a name.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>Makes all names durable that are in the directory at the time of the call.</summary>
    /// <param name="epoch">The directory's epoch before the name was created.</param>
    /// <remarks>Group commit without a timer: calls that arrive during a flush wait for its end, and then share one
    /// flush.</remarks>
    /// <exception cref="FlushFailedException">The name is not durable, and repeating the call does not help.</exception>
    /// <exception cref="DirectoryNotFoundException">The directory does not exist.</exception>
    public void Flush(long epoch)
    {
        var ticket = Interlocked.Increment(ref _requested);
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

            var covered = Volatile.Read(ref _requested);
            if (flush.FlushDirectory(Path) is var error and not 0)
            {
                _lastError = error;
                Volatile.Write(ref _epoch, _epoch + 1);
                throw Failure();
            }

            _flushed = covered;
        }
    }

    /// <summary>Creates a child directory that only its owner can read. Its name is durable on return.</summary>
    /// <exception cref="FlushFailedException">The name could not be made durable, and the new directory was
    /// removed.</exception>
    /// <exception cref="DirectoryNotFoundException">This directory does not exist.</exception>
    public void MakeDirectory(string path)
    {
        var epoch = Epoch;
        if (!Directory.Exists(Path))
        {
            throw new DirectoryNotFoundException($"The directory '{Path}' does not exist.");
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
