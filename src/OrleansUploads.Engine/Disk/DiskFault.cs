namespace OrleansUploads.Engine.Disk;

/// <summary>Remembers that the disk failed. From then on the store refuses writes, because the content of the disk is unknown: after a
/// failed flush, the page cache shows bytes that were never written.</summary>
/// <param name="onRaised">Called once, at the first failure.</param>
internal sealed class DiskFault(Action<Exception>? onRaised)
{
    private PartStoreFailedException? _raised;

    /// <summary>The first failure, or null if there was none.</summary>
    public PartStoreFailedException? Raised => Volatile.Read(ref _raised);

    /// <summary>Refuses a write after a failure.</summary>
    /// <exception cref="PartStoreFailedException">The disk failed earlier.</exception>
    public void ThrowIfRaised()
    {
        if (Raised is { } failure)
        {
            throw new PartStoreFailedException(failure.Message, failure.InnerException!);
        }
    }

    /// <summary>Translates an error for callers of the store, and remembers it if the disk itself has failed.</summary>
    public Exception Translate(IOException error, string what)
    {
        if (DiskErrors.IsFull(error))
        {
            return DiskErrors.Full(what, error);
        }

        // A failed flush is final, even if its error number would otherwise be temporary.
        return error is FlushFailedException || DiskErrors.IsDiskFailure(error) ? Raise(error) : DiskErrors.Translate(error);
    }

    /// <summary>Remembers a failure.</summary>
    /// <returns>The exception for callers of the store.</returns>
    public PartStoreFailedException Raise(IOException error)
    {
        var failure = new PartStoreFailedException(
            $"The disk of the part store failed: {error.Message} No more parts are stored until the server is restarted. "
            + "Check the disk first.",
            error);
        if (Interlocked.CompareExchange(ref _raised, failure, null) is { } first)
        {
            return first;
        }

        onRaised?.Invoke(failure);
        return failure;
    }
}
