using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace OrleansUploads.Gateway.Http.Connections;

/// <summary>Gives connections memory blocks of 64 KiB instead of Kestrel's 4 KiB, while not too many large blocks are in
/// use.</summary>
/// <remarks>Kestrel fills one block with each read from the socket, so the block size decides how many reads a body takes. An idle
/// connection holds no block, but one that has sent half a line holds a block until it sends the rest. Therefore, once
/// <see cref="LargeBlocks.MaxBlocks"/> are in use, further blocks are as small as Kestrel's.</remarks>
internal sealed class LargeBlockMemoryPool(LargeBlocks blocks) : MemoryPool<byte>
{
    private const int SmallBlockBytes = 4 * 1024;

    public override int MaxBufferSize => Shared.MaxBufferSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) =>
        minBufferSize <= LargeBlocks.BlockBytes && blocks.TryRent() is { } large
            ? new LargeBlock(large, blocks)
            : Shared.Rent(Math.Max(minBufferSize, SmallBlockBytes));

    protected override void Dispose(bool disposing)
    {
        // All pools of the server share their memory.
    }

    /// <summary>Creates the pools for Kestrel.</summary>
    internal sealed class Factory : IMemoryPoolFactory<byte>
    {
        private readonly LargeBlocks _blocks = new();

        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new LargeBlockMemoryPool(_blocks);
    }

    private sealed class LargeBlock(byte[] block, LargeBlocks blocks) : IMemoryOwner<byte>
    {
        private byte[]? _block = block;

        public Memory<byte> Memory => _block ?? throw new ObjectDisposedException(nameof(LargeBlock));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _block, null) is { } returned)
            {
                blocks.Return(returned);
            }
        }
    }
}

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

    /// <summary>Gives a block back. The caller must not use it afterwards.</summary>
    public void Return(byte[] block)
    {
        lock (_gate)
        {
            _idle.Push(block);
        }
    }
}
