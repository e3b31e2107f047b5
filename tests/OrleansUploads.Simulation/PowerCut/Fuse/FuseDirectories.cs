using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using OrleansUploads.Simulation.PowerCut.Disk;

namespace OrleansUploads.Simulation.PowerCut.Fuse;

/// <summary>Open directory listings. A listing is a snapshot and does not change when entries are deleted.</summary>
internal sealed class FuseDirectories(ForgetfulDisk disk)
{
    private const uint DirectoryType = 4;
    private const uint FileType = 8;
    private static readonly int EntryBytes = Marshal.SizeOf<FuseDirectoryEntry>();

    private readonly ConcurrentDictionary<ulong, Listing> _open = new();
    private ulong _last;

    /// <summary>Opens a directory, or null if it does not exist.</summary>
    public ulong? Open(ulong directory)
    {
        if (disk.FactsOf(directory) is not { IsDirectory: true })
        {
            return null;
        }

        var handle = Interlocked.Increment(ref _last);
        _open[handle] = new Listing(directory);
        return handle;
    }

    public void Close(ulong handle) => _open.TryRemove(handle, out _);

    /// <summary>Writes as many entries as fit, starting at an offset.</summary>
    public int Read(ulong handle, ulong offset, Span<byte> payload)
    {
        if (!_open.TryGetValue(handle, out var listing))
        {
            return 0;
        }

        if (offset == 0)
        {
            listing.Names = disk.List(listing.Directory) ?? [];
        }

        var written = 0;
        for (var index = (int)offset; index < listing.Names.Count; index++)
        {
            var (name, id, isDirectory) = listing.Names[index];
            var nameBytes = Encoding.UTF8.GetByteCount(name);
            var length = (EntryBytes + nameBytes + 7) & ~7;
            if (written + length > payload.Length)
            {
                break;
            }

            var entry = payload.Slice(written, length);
            entry.Clear();
            MemoryMarshal.Write(entry, new FuseDirectoryEntry
            {
                Inode = id,
                NextOffset = (ulong)index + 1,
                NameBytes = (uint)nameBytes,
                Type = isDirectory ? DirectoryType : FileType,
            });
            Encoding.UTF8.GetBytes(name, entry[EntryBytes..]);
            written += length;
        }

        return written;
    }

    private sealed class Listing(ulong directory)
    {
        public ulong Directory { get; } = directory;

        public IReadOnlyList<(string Name, ulong Id, bool IsDirectory)> Names { get; set; } = [];
    }
}
