namespace OrleansUploads.Gateway.Http.Connections;

/// <summary>The large memory blocks of all connections of a server.</summary>
/// <remarks>A block is made when all others are in use, and then kept. The shared array pool keeps too few arrays of this size: 32 uploads
/// use 256 blocks at times, so it would make new ones all the time, and the heap would grow to a multiple of what is in use.</remarks>
internal sealed class LargeBlocks
{
    /// <summary>Length of a block.</summary>
    public const int BlockBytes = 64 * 1024;

    /// <summary>Maximum number of blocks: 32 MiB.</summary>
    public const int MaxBlocks = 512;

    private readonly Lock _gate = new();
    private readonly Stack<byte[]> _idle = [];
    private int _made;

    /// <summary>Takes a block with any content, or null if <see cref="MaxBlocks"/> are in use.</summary>
    public byte[]? TryRent()
    {
        lock (_gate)
        {
            if (_idle.TryPop(out var idle))
            {
                return idle;
            }

            if (_made == MaxBlocks)
            {
                return null;
            }

            _made++;
        }

        return GC.AllocateUninitializedArray<byte>(BlockBytes);
    }

    /// <summary>Gives a block back. Nothing may use it any more.</summary>
    public void Return(byte[] block)
    {
        lock (_gate)
        {
            _idle.Push(block);
        }
    }
}
