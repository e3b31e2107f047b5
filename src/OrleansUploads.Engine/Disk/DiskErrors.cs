using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Disk;

/// <summary>Tells the I/O errors that mean something to the store from all others.</summary>
internal static class DiskErrors
{
    private const int NoSpaceLeft = 28;
    private const int QuotaExceededOnLinux = 122;
    private const int QuotaExceededOnMac = 69;
    private const int Exists = 17;
    private const int WindowsExists = unchecked((int)0x80070050);
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    // Every other failure to create a file carries an error number; only a refused preallocation carries this.
    private const int PreallocationRefused = unchecked((int)0x80131620);

    /// <summary>Whether the disk or the owner's share of it is full.</summary>
    public static bool IsFull(IOException error) => error.HResult switch
    {
        NoSpaceLeft or WindowsDiskFull or WindowsHandleDiskFull => true,
        QuotaExceededOnLinux => OperatingSystem.IsLinux(),
        QuotaExceededOnMac => OperatingSystem.IsMacOS(),
        _ => false,
    };

    /// <summary>Whether a file could not be created because there is no room for it.</summary>
    public static bool IsFullAtCreate(IOException error) =>
        IsFull(error) || (error.GetType() == typeof(IOException) && error.HResult == PreallocationRefused);

    /// <summary>Whether a file could not be created because one of that name exists.</summary>
    public static bool IsExisting(IOException error) => error.HResult is Exists or WindowsExists;

    /// <summary>What callers of the store see of a full disk.</summary>
    public static PartStoreFullException Full(string what, IOException error) =>
        new($"No room on the disk for {what}.", error);
}
