namespace OrleansUploads.Engine.Disk;

/// <summary>The blocks from which a store writes directly to the disk: memory at addresses that every disk accepts.</summary>
/// <remarks>Blocks are made when they are needed first, and then kept. A body uses two: one is filled while the other is
/// written.</remarks>
/// <param name="maxBlocks">Maximum number of blocks. Bodies beyond it write through the page cache.</param>
internal sealed class AlignedBlocks(int maxBlocks)
{
    /// <summary>Length of a block: long enough that handing it to another thread costs little.</summary>
    public const int BlockBytes = 1024 * 1024;

    /// <summary>The alignment of the blocks in memory: the size of a page.</summary>
    public const int AlignmentBytes = 4096;

    private readonly Lock _gate = new();
    private readonly Stack<Memory<byte>> _idle = [];
    private int _made;

    /// <summary>Takes a block with any content, or null if all are in use.</summary>
    public Memory<byte>? TryRent()
    {
        lock (_gate)
        {
            if (_idle.TryPop(out var idle))
            {
                return idle;
            }

            if (_made == maxBlocks)
            {
                return null;
            }

            _made++;
        }

        return Make();
    }

    /// <summary>Gives a block back. Nothing may use it any more.</summary>
    public void Return(Memory<byte> block)
    {
        lock (_gate)
        {
            _idle.Push(block);
        }
    }

    private static unsafe Memory<byte> Make()
    {
        // Pinned, so that the address stays aligned.
        var bytes = GC.AllocateUninitializedArray<byte>(BlockBytes + AlignmentBytes, pinned: true);
        fixed (byte* start = bytes)
        {
            return bytes.AsMemory((int)(-(nint)start & (AlignmentBytes - 1)), BlockBytes);
        }
    }
}
