namespace OrleansUploads.Engine.Attempts;

/// <summary>A bounded number of large blocks of memory, which begin at multiples of a page, so that every disk accepts them for direct
/// writes.</summary>
/// <remarks>A block is made when all others are in use, and then kept.</remarks>
internal sealed class BlockPool(int blockBytes, int maxBlocks)
{
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

    /// <summary>Gives a block back. The caller must not use it afterwards.</summary>
    public void Return(Memory<byte> block)
    {
        lock (_gate)
        {
            _idle.Push(block);
        }
    }

    private unsafe Memory<byte> Make()
    {
        // Pinned, so that the address stays aligned.
        var bytes = GC.AllocateUninitializedArray<byte>(blockBytes + AlignmentBytes, pinned: true);
        fixed (byte* start = bytes)
        {
            return bytes.AsMemory((int)(-(nint)start & (AlignmentBytes - 1)), blockBytes);
        }
    }
}
