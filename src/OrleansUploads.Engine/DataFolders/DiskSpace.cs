using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Engine.DataFolders;

/// <summary>The free space of the disk with the data folder, and how much of it is kept free for the journal.</summary>
/// <remarks>Below the floor, all data that grows is refused, so that the journal can still record deletions and aborts,
/// which free space, and a bounded number of retrievals. In case other programs fill the disk, a reserve file is kept. When such a
/// request arrives and most of the last slice is used, or when the journal finds the disk full, a slice of it is released, and no more,
/// because other programs may take what is free. Data that grows is accepted only while the reserve is complete or can be completed
/// first. Otherwise a disk that fills up again soon would find less of it each time.</remarks>
public sealed class DiskSpace : IStorageSpace, IStoreHealth
{
    /// <summary>Default floor of large disks.</summary>
    public const long MaxDefaultFloorBytes = 64L * 1024 * 1024;

    /// <summary>Default floor of small disks: two cycles of the journal's write-ahead log.</summary>
    public const long MinDefaultFloorBytes = 32L * 1024 * 1024;

    /// <summary>The number of retrievals that are accepted while the disk is full. The journal needs less than 8 KiB for each.</summary>
    public const int MaxRetrievalsWhileFull = 1000;

    /// <summary>Name of the reserve file in the data folder.</summary>
    public const string ReserveFileName = "journal.reserve";

    /// <summary>Time between two attempts to restore the reserve.</summary>
    public static readonly TimeSpan RestoreInterval = TimeSpan.FromSeconds(10);

    /// <summary>Says in public reports that parts and other data that grows are refused.</summary>
    public const string Full = "disk full";

    /// <summary>Says in public reports that parts will soon be refused.</summary>
    public const string AlmostFull = "disk almost full";

    private const long MaxWarningBytes = 10L * 1024 * 1024 * 1024;
    private const int WarningDivisor = 20;
    private const long MaxReserveBytes = 16L * 1024 * 1024;
    private const int FloorDivisor = 100;
    private const int TinyDiskDivisor = 4;
    private const int ReserveDivisor = 16;
    private const long SliceBytes = 1024 * 1024;

    // Records of less than 8 KiB and a new file or two. A higher bound would release a slice before the last one is used.
    private const long DeletionBytes = SliceBytes / 4;

    // The part size of common clients, and twice that of the AWS CLI.
    private const long PartBytes = 16L * 1024 * 1024;

    private static readonly TimeSpan RefusalLife = TimeSpan.FromMinutes(10);

    private readonly DriveInfo _disk;
    private readonly string _reservePath;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly long _reserveBytes;
    private long _reservedBytes;
    private volatile Refusal? _refusal;
    private int _retrievalsWhileFull;

    /// <summary>Reads the size of the disk, and creates the reserve if there is room for it.</summary>
    /// <param name="floorBytes">The floor, or null for <see cref="DefaultFloorOf"/>.</param>
    /// <param name="time">The clock, or null for the machine's.</param>
    /// <exception cref="IOException">The disk cannot be queried.</exception>
    public DiskSpace(string folder, long? floorBytes = null, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _disk = new DriveInfo(Path.GetFullPath(folder));
        _reservePath = Path.Combine(folder, ReserveFileName);
        FloorBytes = floorBytes ?? DefaultFloorOf(_disk);
        WarningBytes = Math.Max(2 * FloorBytes, Math.Min(MaxWarningBytes, _disk.TotalSize / WarningDivisor));
        _reserveBytes = Math.Min(MaxReserveBytes, _disk.TotalSize / ReserveDivisor);

        // On a full disk there is no room for a new reserve, but an earlier process's is still there.
        var reserve = new FileInfo(_reservePath);
        _reservedBytes = reserve.Exists ? reserve.Length : 0;
        Restore();
    }

    /// <summary>The default floor of a disk: 1 % of it, but at least 32 and at most 64 MiB; a quarter of a disk of less than 128 MiB.
    /// </summary>
    /// <exception cref="IOException">The disk cannot be queried.</exception>
    public static long DefaultFloorOf(DriveInfo disk) => Math.Min(
        Math.Clamp(disk.TotalSize / FloorDivisor, MinDefaultFloorBytes, MaxDefaultFloorBytes), disk.TotalSize / TinyDiskDivisor);

    public string Name => "space";

    /// <summary>Parts must leave this much free.</summary>
    public long FloorBytes { get; }

    /// <summary>With less than this free, the disk is reported as almost full: 10 GiB, or 5 % of the disk if that is less, and at least
    /// twice the floor.</summary>
    public long WarningBytes { get; }

    /// <summary>The number of bytes that are free now.</summary>
    public long FreeBytes => _disk.AvailableFreeSpace;

    public long TotalBytes => _disk.TotalSize;

    /// <summary>The number of bytes that are kept free now: the floor, and what is missing in the reserve.</summary>
    public long KeptBytes => FloorBytes + Math.Max(0, _reserveBytes - Interlocked.Read(ref _reservedBytes));

    public StoreHealth Read()
    {
        var free = FreeBytes;
        var kept = KeptBytes;
        var refused = _refusal is { } refusal && _time.GetElapsedTime(refusal.At) < RefusalLife ? refusal.Bytes : 0;
        return free < kept
            ? new StoreHealth(
                StoreCondition.Degraded,
                $"The disk is full: it has {free} bytes free, less than the {kept} bytes that are kept for the journal. Uploads are "
                + "refused. Delete archives, abort uploads, or free space; no restart is needed.")
            {
                Summary = Full,
            }
            : free - kept < Math.Max(PartBytes, refused)
            ? new StoreHealth(
                StoreCondition.Degraded,
                $"The disk is almost full: it has {free} bytes free, and {kept} of them are kept for the journal. Uploads and parts of "
                + $"more than {free - kept} bytes are refused. Delete archives, abort uploads, or free space; no restart is needed.")
            {
                Summary = AlmostFull,
            }
            : free < WarningBytes
            ? new StoreHealth(
                StoreCondition.Healthy,
                $"The disk is almost full: it has {free} bytes free. With less than {kept} bytes, uploads are refused.")
            {
                Summary = AlmostFull,
            }
            : StoreHealth.Healthy;
    }

    public void RequireFor(SpaceUse use)
    {
        switch (use)
        {
            case SpaceUse.Grows:
                Require(0);
                break;
            case SpaceUse.Retrieves:
                RequireForRetrieval();
                break;
            case SpaceUse.Frees:
                MakeRoomForDeletion();
                break;
            default:
                break;
        }
    }

    /// <summary>Requires that there is room for data that grows.</summary>
    /// <exception cref="PartStoreFullException">Too little space would be left for the journal.</exception>
    public void Require(long bytes)
    {
        if (Interlocked.Read(ref _reservedBytes) < _reserveBytes)
        {
            Restore();
        }

        var free = FreeBytes;
        var kept = KeptBytes;
        if (free - bytes < kept)
        {
            _refusal = new Refusal(_time.GetTimestamp(), bytes);
            throw new PartStoreFullException(
                $"The disk is full: {bytes} bytes are needed, but {free} bytes are free and {kept} of them are kept for the journal.");
        }
    }

    /// <summary>Releases reserved space if the disk is almost full, so that a deletion can be journaled.</summary>
    public void MakeRoomForDeletion()
    {
        if (FreeBytes < DeletionBytes)
        {
            ReleaseSlice();
        }
    }

    /// <summary>Releases a part of the reserve.</summary>
    /// <returns>Whether anything was left to release.</returns>
    public bool ReleaseSlice()
    {
        lock (_gate)
        {
            if (_reservedBytes == 0)
            {
                return false;
            }

            var left = Math.Max(0, _reservedBytes - SliceBytes);
            using (var file = File.OpenHandle(_reservePath, FileMode.OpenOrCreate, FileAccess.ReadWrite))
            {
                RandomAccess.SetLength(file, left);
            }

            Interlocked.Exchange(ref _reservedBytes, left);
            return true;
        }
    }

    /// <summary>Completes the reserve if there is room for it above the floor. Failures are ignored.</summary>
    public void Restore()
    {
        lock (_gate)
        {
            try
            {
                if (_reservedBytes >= _reserveBytes || FreeBytes < KeptBytes)
                {
                    return;
                }

                if (_reservedBytes == 0 || !File.Exists(_reservePath))
                {
                    CreateReserve();
                }
                else
                {
                    GrowReserve();
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Another program took the space first, or the disk does not answer. The next round tries again.
            }
        }
    }

    private void RequireForRetrieval()
    {
        if (FreeBytes >= FloorBytes)
        {
            Interlocked.Exchange(ref _retrievalsWhileFull, 0);
        }
        else if (Interlocked.Increment(ref _retrievalsWhileFull) > MaxRetrievalsWhileFull)
        {
            throw new PartStoreFullException(
                $"The disk is full, and {MaxRetrievalsWhileFull} retrievals were started since. The rest of the space is kept for deletions.");
        }
        else
        {
            MakeRoomForDeletion();
        }
    }

    private void CreateReserve()
    {
        var options = OwnerOnly.NewFile();
        options.Mode = FileMode.Create;
        options.BufferSize = 0;
        options.PreallocationSize = _reserveBytes;
        Interlocked.Exchange(ref _reservedBytes, 0);
        using var file = new FileStream(_reservePath, options);
        file.SetLength(_reserveBytes);
        Interlocked.Exchange(ref _reservedBytes, _reserveBytes);
    }

    /// <summary>Adds what is missing. The rest stays reserved meanwhile, so that other programs cannot take it. Only a new file can be
    /// allocated without writing it.</summary>
    private void GrowReserve()
    {
        using var file = File.OpenHandle(_reservePath, FileMode.Open, FileAccess.Write);
        var slice = new byte[SliceBytes];
        while (_reservedBytes < _reserveBytes)
        {
            var length = (int)Math.Min(SliceBytes, _reserveBytes - _reservedBytes);
            RandomAccess.Write(file, slice.AsSpan(0, length), _reservedBytes);
            Interlocked.Add(ref _reservedBytes, length);
        }
    }

    /// <summary>When data was refused, and its size.</summary>
    private sealed record Refusal(long At, long Bytes);
}
