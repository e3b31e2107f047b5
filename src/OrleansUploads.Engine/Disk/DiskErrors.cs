namespace OrleansUploads.Engine.Disk;

/// <summary>Classifies the I/O errors that mean something to the store, and to files that processes share.</summary>
public static class DiskErrors
{
    private const int NoSpaceLeft = 28;
    private const int QuotaExceededOnLinux = 122;
    private const int QuotaExceededOnMac = 69;
    private const int Exists = 17;
    private const int HeldOnLinux = 11;
    private const int HeldOnMac = 35;
    private const int InputOutputError = 5;
    private const int OutOfMemory = 12;
    private const int PermissionDenied = 13;
    private const int Busy = 16;
    private const int InvalidArgument = 22;
    private const int TooManyFilesInSystem = 23;
    private const int TooManyFilesInProcess = 24;
    private const int ReadOnlyFileSystem = 30;
    private const int NotConnectedOnLinux = 107;
    private const int TimedOutOnLinux = 110;
    private const int HostDownOnLinux = 112;
    private const int HostUnreachableOnLinux = 113;
    private const int StaleHandleOnLinux = 116;
    private const int WindowsHeld = unchecked((int)0x80070020);
    private const int WindowsExists = unchecked((int)0x80070050);
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    // All other failures to create a file carry an error number; only a refused preallocation has this code.
    private const int PreallocationRefused = unchecked((int)0x80131620);

    /// <summary>Whether the disk or the quota is full.</summary>
    public static bool IsFull(IOException error) => IsFull(error.HResult);

    internal static bool IsFull(int error) => error switch
    {
        NoSpaceLeft or WindowsDiskFull or WindowsHandleDiskFull => true,
        QuotaExceededOnLinux => OperatingSystem.IsLinux(),
        QuotaExceededOnMac => OperatingSystem.IsMacOS(),
        _ => false,
    };

    /// <summary>Whether there is no room for a new file.</summary>
    internal static bool IsFullAtCreate(IOException error) =>
        IsFull(error) || (error.GetType() == typeof(IOException) && error.HResult == PreallocationRefused);

    internal static bool IsExisting(IOException error) => error.HResult is Exists or WindowsExists;

    /// <summary>Whether another process holds the file open for itself.</summary>
    public static bool IsHeld(IOException error) => error.HResult switch
    {
        WindowsHeld => true,
        HeldOnLinux => OperatingSystem.IsLinux(),
        HeldOnMac => OperatingSystem.IsMacOS(),
        _ => false,
    };

    /// <summary>Whether the disk itself failed, or the operating system has stopped writing to it.</summary>
    internal static bool IsDiskFailure(IOException error) => error.HResult is InputOutputError or ReadOnlyFileSystem;

    internal static bool IsReadOnly(IOException error) => error.HResult == ReadOnlyFileSystem;

    internal static bool IsInvalidArgument(IOException error) => error.HResult == InvalidArgument;

    /// <summary>Whether the same call may succeed later: the process or the machine is short of memory or file handles, or the server
    /// of a network file system does not answer.</summary>
    internal static bool IsTemporary(IOException error) => error.HResult switch
    {
        OutOfMemory or Busy or TooManyFilesInSystem or TooManyFilesInProcess => !OperatingSystem.IsWindows(),
        NotConnectedOnLinux or TimedOutOnLinux or HostDownOnLinux or HostUnreachableOnLinux or StaleHandleOnLinux =>
            OperatingSystem.IsLinux(),
        _ => false,
    };

    /// <summary>Whether a directory could not be flushed because this process cannot read it, or because the directory cannot be
    /// changed at all: its file system is read-only or has no flush.</summary>
    internal static bool IsNeverWritten(IOException error) =>
        error.HResult is PermissionDenied or InvalidArgument or ReadOnlyFileSystem;

    internal static PartStoreFullException Full(string what, IOException error) =>
        new($"The disk has no room for {what}.", error);

    /// <summary>Translates an error for callers of the store: the store is unavailable if the error is temporary; other
    /// errors are unchanged.</summary>
    internal static Exception Translate(IOException error) => IsTemporary(error)
        ? new PartStoreUnavailableException($"The part store is unavailable: {error.Message} Try again later.", error)
        : error;
}

/// <summary>Remembers that the disk failed. From then on the store refuses writes, because the content of the disk is unknown: after a
/// failed flush, the page cache shows bytes that were never written.</summary>
/// <param name="onRaised">Called once, at the first failure.</param>
internal sealed class DiskFault(Action<Exception>? onRaised)
{
    private PartStoreFailedException? _raised;

    /// <summary>The first failure, or null.</summary>
    public PartStoreFailedException? Raised => Volatile.Read(ref _raised);

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
