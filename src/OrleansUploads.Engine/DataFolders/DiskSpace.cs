using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.DataFolders;

/// <summary>The free space of the disk with the data folder, and how much of it is kept free for the journal.</summary>
/// <remarks>Below the floor, all data that grows is refused, so that the journal can still record deletions and aborts,
/// which free space. In case other programs fill the disk, a reserve file is kept, and deleted when such a request
/// arrives.</remarks>
public sealed class DiskSpace : IStorageSpace, IStoreHealth
{
    /// <summary>Default floor; on small disks it is 1 % of the disk instead.</summary>
    public const long DefaultFloorBytes = 64L * 1024 * 1024;

    /// <summary>Name of the reserve file in the data folder.</summary>
    public const string ReserveFileName = "journal.reserve";

    /// <summary>Time between two attempts to restore the reserve.</summary>
    public static readonly TimeSpan RestoreInterval = TimeSpan.FromSeconds(10);

    /// <summary>In public reports: parts and other data that grows are refused.</summary>
    public const string Full = "disk full";

    /// <summary>In public reports: parts will soon be refused.</summary>
    public const string AlmostFull = "disk almost full";

    private const long MaxWarningBytes = 10L * 1024 * 1024 * 1024;
    private const int WarningDivisor = 20;
    private const long MaxReserveBytes = 8L * 1024 * 1024;
    private const int FloorDivisor = 100;
    private const int ReserveDivisor = 50;

    private readonly DriveInfo _disk;
    private readonly string _reservePath;
    private readonly Lock _gate = new();
    private readonly long _reserveBytes;
    private bool _hasReserve;

    /// <summary>Reads the size of the disk, and creates the reserve if there is room for it.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="floorBytes">The floor, or null for <see cref="DefaultFloorBytes"/>, or 1 % of the disk if that is less.</param>
    /// <exception cref="IOException">The disk cannot be queried.</exception>
    public DiskSpace(string folder, long? floorBytes = null)
    {
        _disk = new DriveInfo(Path.GetFullPath(folder));
        _reservePath = Path.Combine(folder, ReserveFileName);
        FloorBytes = floorBytes ?? DefaultFloorOf(_disk);
        WarningBytes = Math.Max(2 * FloorBytes, Math.Min(MaxWarningBytes, _disk.TotalSize / WarningDivisor));
        _reserveBytes = Math.Min(MaxReserveBytes, _disk.TotalSize / ReserveDivisor);
        Restore();

        // On a full disk there is no room for a new reserve, but that of an earlier process is still there.
        _hasReserve |= File.Exists(_reservePath);
    }

    /// <summary>The default floor of a disk: <see cref="DefaultFloorBytes"/>, or 1 % of the disk if that is less.</summary>
    /// <exception cref="IOException">The disk cannot be queried.</exception>
    public static long DefaultFloorOf(DriveInfo disk) => Math.Min(DefaultFloorBytes, disk.TotalSize / FloorDivisor);

    /// <inheritdoc/>
    public string Name => "space";

    /// <summary>The number of bytes that parts must leave free.</summary>
    public long FloorBytes { get; }

    /// <summary>With less than this free, the disk is reported as almost full: 10 GiB, or 5 % of the disk if that is less, and at least
    /// twice the floor.</summary>
    public long WarningBytes { get; }

    /// <summary>The number of bytes that are free now.</summary>
    public long FreeBytes => _disk.AvailableFreeSpace;

    /// <inheritdoc/>
    public StoreHealth Read()
    {
        var free = FreeBytes;
        return free < FloorBytes
            ? new StoreHealth(
                StoreCondition.Degraded,
                $"The disk is full: it has {free} bytes free, less than the {FloorBytes} bytes that are kept for the journal. Uploads and "
                + "new jobs are refused. Delete archives, abort uploads, or free space; no restart is needed.")
            {
                Summary = Full,
            }
            : free < WarningBytes
            ? new StoreHealth(
                StoreCondition.Healthy,
                $"The disk is almost full: it has {free} bytes free. With less than {FloorBytes} bytes, uploads and new jobs are refused.")
            {
                Summary = AlmostFull,
            }
            : StoreHealth.Healthy;
    }

    /// <inheritdoc/>
    public void Require(long bytes)
    {
        var free = FreeBytes;
        if (free - bytes < FloorBytes)
        {
            throw new PartStoreFullException(
                $"The disk is full: {bytes} bytes are needed, but {free} bytes are free and {FloorBytes} of them are kept for the journal.");
        }
    }

    /// <inheritdoc/>
    public void MakeRoomForDeletion()
    {
        lock (_gate)
        {
            if (_hasReserve && FreeBytes < _reserveBytes)
            {
                File.Delete(_reservePath);
                _hasReserve = false;
            }
        }
    }

    /// <summary>Creates the reserve again if there is room for it above the floor. Failures are ignored.</summary>
    public void Restore()
    {
        lock (_gate)
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                BufferSize = 0,
                PreallocationSize = _reserveBytes,
            };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            try
            {
                if (_hasReserve || FreeBytes < FloorBytes + (2 * _reserveBytes))
                {
                    return;
                }

                new FileStream(_reservePath, options).Dispose();
                _hasReserve = true;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Another program took the space first, or the disk does not answer. The next round tries again.
            }
        }
    }
}
