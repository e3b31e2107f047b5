using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Engine.Disk;

/// <summary>Options of a <see cref="DiskPartStore"/>.</summary>
public sealed record DiskPartStoreOptions
{
    /// <summary>Maximum number of concurrent flushes, direct writes and deletions; each has a thread.</summary>
    public int Threads { get; init; } = 16;

    /// <summary>Makes files and directories durable.</summary>
    public IDiskFlush Flush { get; init; } = SystemFlush.Instance;

    /// <summary>Called once when the disk has failed and no more is stored.</summary>
    public Action<Exception>? OnFailure { get; init; }

    /// <summary>Whether large parts are written past the page cache.</summary>
    public DirectIo DirectIo { get; init; }

    /// <summary>Called once, with the reason, if the file system refuses direct writes although it seemed to allow them. Parts are
    /// written through the page cache from then on.</summary>
    public Action<string>? OnDirectIoRefused { get; init; }

    /// <summary>Throws if too little free space would be left for other data. It is called with the length of each new attempt, and with
    /// 0 at intervals while bytes arrive, because other writers use the same disk.</summary>
    public Action<long>? RequireSpace { get; init; }

    /// <summary>Maximum number of blocks of 1 MiB for direct writes. A body uses one or two.</summary>
    internal int DirectBlocks { get; init; } = 40;

    /// <summary>Writes bytes of a part. Tests replace it to let writes fail.</summary>
    internal DiskWrite Write { get; init; } = RandomAccess.Write;
}

/// <summary>Writes bytes to a file at an offset.</summary>
internal delegate void DiskWrite(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset);
