using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Engine.Disk;

/// <summary>A store's writes past the page cache: whether its file system allows them, and the blocks for them.</summary>
/// <remarks>All members may be called concurrently.</remarks>
internal sealed class DirectWrites(DiskPartStoreOptions options)
{
    /// <summary>Length of a block: long enough that handing it to another thread costs little. A body uses two, so that one is filled while
    /// the other is written, or one if there are no more.</summary>
    public const int BlockBytes = 1024 * 1024;

    /// <summary>Shorter attempts have no whole block, so they are written through the page cache.</summary>
    public const long MinBytes = BlockBytes;

    private Support _support = options.DirectIo == DirectIo.Off ? Support.Refused : Support.Unknown;

    /// <summary>The blocks to write from.</summary>
    public BlockPool Blocks { get; } = new(BlockBytes, options.DirectBlocks);

    /// <summary>Makes the writes to a new file skip the page cache.</summary>
    /// <returns>Whether they do.</returns>
    public bool TryBegin(SafeFileHandle file, long lengthBytes)
    {
        if (lengthBytes < MinBytes)
        {
            return false;
        }

        if (_support == Support.Unknown)
        {
            TryMove(Support.Unknown, DirectFiles.SeemAllowed(file) ? Support.Expected : Support.Refused);
        }

        return _support != Support.Refused && DirectFiles.Set(file, isDirect: true) == 0;
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
            TryMove(Support.Expected, Support.Proved);
        }
        catch (IOException error) when (DiskErrors.IsInvalidArgument(error))
        {
            // A write that stopped in the middle, so that the rest is not aligned, concerns this file only.
            End(file);
            if (TryMove(Support.Expected, Support.Refused))
            {
                options.OnDirectIoRefused?.Invoke(error.Message);
            }

            Write(file, block, offset);
        }
    }

    private bool TryMove(Support from, Support to) => Interlocked.CompareExchange(ref _support, to, from) == from;

    /// <summary>Whether the file system allows direct writes.</summary>
    private enum Support
    {
        /// <summary>No file was asked yet.</summary>
        Unknown,

        /// <summary>A file seems to allow them, but none was written yet.</summary>
        Expected,

        /// <summary>A block was written.</summary>
        Proved,

        /// <summary>It does not allow them, or the operator does not want them.</summary>
        Refused,
    }
}
