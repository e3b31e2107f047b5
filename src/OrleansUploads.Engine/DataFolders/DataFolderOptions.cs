using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.DataFolders;

/// <summary>Options of a <see cref="DataFolder"/>.</summary>
public sealed record DataFolderOptions
{
    /// <summary>Parts that would leave less than this free on the disk are refused; null for
    /// <see cref="DiskSpace.DefaultFloorOf"/>.</summary>
    public long? FloorBytes { get; init; }

    /// <summary>Makes files and directories durable, both in the part store and beside the database.</summary>
    public IDiskFlush Flush { get; init; } = SystemFlush.Instance;

    /// <summary>Options of the journal. <see cref="Flush"/> and <see cref="OnDiskFailure"/> replace those in it.</summary>
    public SqliteJournalOptions Journal { get; init; } = new();

    /// <summary>Called once for the part store and once for the journal when the disk has failed and nothing more is written.
    /// </summary>
    public Action<Exception>? OnDiskFailure { get; init; }

    /// <summary>Keeps the bytes, if they are not in the folder. The caller disposes it after the folder.</summary>
    public IPartStore? Parts { get; init; }

    /// <summary>Whether large parts are written past the page cache.</summary>
    public DirectIo DirectIo { get; init; }

    /// <inheritdoc cref="DiskPartStoreOptions.OnDirectIoRefused"/>
    public Action<string>? OnDirectIoRefused { get; init; }

    /// <summary>Called when the disk becomes almost full, full, or has room again. The argument is what to tell the operator, or null if
    /// there is room.</summary>
    public Action<string?>? OnSpaceChange { get; init; }
}
