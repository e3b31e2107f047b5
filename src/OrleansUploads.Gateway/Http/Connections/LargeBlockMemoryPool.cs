using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace OrleansUploads.Gateway.Http.Connections;

/// <summary>Gives connections memory blocks of 64 KiB instead of Kestrel's 4 KiB, while not too many large blocks are in
/// use.</summary>
/// <remarks>Kestrel fills one block with each read from the socket, so the block size decides how many reads a body takes. An idle
/// connection holds no block, but one that has sent half a line holds a block for as long as it likes. Therefore, once
/// <see cref="LargeBlocks.MaxBlocks"/> are in use, further blocks are as small as Kestrel's.</remarks>
internal sealed class LargeBlockMemoryPool(LargeBlocks blocks) : MemoryPool<byte>
{
    private const int SmallBlockBytes = 4 * 1024;

    /// <inheritdoc/>
    public override int MaxBufferSize => Shared.MaxBufferSize;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) =>
        minBufferSize <= LargeBlocks.BlockBytes && blocks.TryRent() is { } large
            ? new LargeBlock(large, blocks)
            : Shared.Rent(Math.Max(minBufferSize, SmallBlockBytes));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // All pools of the server share their memory.
    }

    /// <summary>Creates the pools for Kestrel.</summary>
    internal sealed class Factory : IMemoryPoolFactory<byte>
    {
        private readonly LargeBlocks _blocks = new();

        /// <inheritdoc/>
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
