using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace OrleansUploads.Gateway.Http.Connections;

/// <summary>Gives connections memory blocks of 64 KiB instead of Kestrel's 4 KiB, while not too many large blocks are in
/// use.</summary>
/// <remarks>Kestrel fills one block with each read from the socket, so the block size decides how many reads a body takes. An idle
/// connection holds no block, but one that has sent half a line holds a block for as long as it likes. Therefore, once
/// <see cref="MaxLargeBytes"/> are in use, further blocks are as small as Kestrel's.</remarks>
internal sealed class LargeBlockMemoryPool(LargeBlockMemoryPool.BlockUsage usage) : MemoryPool<byte>
{
    /// <summary>Maximum number of bytes in large blocks that are in use at the same time.</summary>
    internal const long MaxLargeBytes = 32L * 1024 * 1024;

    private const int LargeBlockBytes = 64 * 1024;
    private const int SmallBlockBytes = 4 * 1024;

    /// <inheritdoc/>
    public override int MaxBufferSize => Shared.MaxBufferSize;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        if (Interlocked.Add(ref usage.LargeBytes, LargeBlockBytes) <= MaxLargeBytes)
        {
            return new Block(Math.Max(minBufferSize, LargeBlockBytes), LargeBlockBytes, usage);
        }

        Interlocked.Add(ref usage.LargeBytes, -LargeBlockBytes);
        return new Block(Math.Max(minBufferSize, SmallBlockBytes), 0, usage);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // All memory belongs to the shared array pool.
    }

    /// <summary>How much memory all pools of a server have lent out.</summary>
    internal sealed class BlockUsage
    {
        public long LargeBytes;
    }

    /// <summary>Creates the pools for Kestrel.</summary>
    internal sealed class Factory : IMemoryPoolFactory<byte>
    {
        private readonly BlockUsage _usage = new();

        /// <inheritdoc/>
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new LargeBlockMemoryPool(_usage);
    }

    private sealed class Block(int bytes, int countedBytes, BlockUsage usage) : IMemoryOwner<byte>
    {
        private byte[]? _array = ArrayPool<byte>.Shared.Rent(bytes);

        public Memory<byte> Memory => _array ?? throw new ObjectDisposedException(nameof(Block));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _array, null) is { } array)
            {
                ArrayPool<byte>.Shared.Return(array);
                Interlocked.Add(ref usage.LargeBytes, -countedBytes);
            }
        }
    }
}
