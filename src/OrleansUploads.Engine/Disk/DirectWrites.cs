using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using OrleansUploads.Engine.Buffers;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Disk;

/// <summary>A store's writes past the page cache: whether its file system allows them, and the blocks for them.</summary>
/// <remarks>All members may be called concurrently.</remarks>
internal sealed class DirectWrites(DiskPartStoreOptions options)
{
    /// <summary>Length of a block: long enough that handing it to another thread costs little. A body uses two: one is filled while the
    /// other is written.</summary>
    public const int BlockBytes = 1024 * 1024;

    /// <summary>Shorter attempts have no whole block, so they are written through the page cache.</summary>
    public const long MinBytes = BlockBytes;

    // 0: no file was asked yet. 1: the file system seems to allow them. 2: it has written a block. -1: it does not allow them.
    private int _state = options.DirectIo == DirectIo.Off ? -1 : 0;

    /// <summary>The blocks to write from.</summary>
    public BlockPool Blocks { get; } = new(BlockBytes, options.DirectBlocks);

    /// <summary>Makes the writes to a new file skip the page cache.</summary>
    /// <param name="file">The file.</param>
    /// <param name="lengthBytes">The number of bytes that will be written to it.</param>
    /// <returns>Whether they do.</returns>
    public bool TryBegin(SafeFileHandle file, long lengthBytes)
    {
        if (lengthBytes < MinBytes || Volatile.Read(ref _state) < 0)
        {
            return false;
        }

        if (_state == 0)
        {
            Interlocked.CompareExchange(ref _state, DirectFiles.SeemAllowed(file) ? 1 : -1, 0);
        }

        return Volatile.Read(ref _state) > 0 && DirectFiles.Set(file, isDirect: true) == 0;
    }

    /// <summary>Makes the next writes to a file use the page cache again.</summary>
    /// <exception cref="IOException">The system refused it, so the rest of the file cannot be written.</exception>
    public static void End(SafeFileHandle file)
    {
        if (DirectFiles.Set(file, isDirect: false) is not 0 and var error)
        {
            throw new IOException($"Direct writes cannot be ended: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }
    }

    /// <summary>Writes to a file through the page cache, unless the file skips it.</summary>
    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) => options.Write(file, bytes, offset);

    /// <summary>Writes a block to a file that skips the page cache. If the file system refuses that, the block is written through the page
    /// cache, like all others after it.</summary>
    public void WriteBlock(SafeFileHandle file, ReadOnlySpan<byte> block, long offset)
    {
        try
        {
            Write(file, block, offset);
            Interlocked.CompareExchange(ref _state, 2, 1);
        }
        catch (IOException error) when (DiskErrors.IsInvalidArgument(error))
        {
            // A write that stopped in the middle, so that the rest is not aligned, concerns this file only.
            End(file);
            if (Interlocked.CompareExchange(ref _state, -1, 1) == 1)
            {
                options.OnDirectIoRefused?.Invoke(error.Message);
            }

            Write(file, block, offset);
        }
    }
}
