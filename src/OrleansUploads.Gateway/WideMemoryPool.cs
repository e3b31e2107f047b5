using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace OrleansUploads.Gateway;

/// <summary>Gives connections blocks of 64 KiB instead of Kestrel's 4 KiB.</summary>
/// <remarks>Kestrel fills one block with each call to the socket, so their size decides how many calls a body takes. A
/// connection that has nothing to say holds no block.</remarks>
internal sealed class WideMemoryPool : MemoryPool<byte>
{
    private const int BlockBytes = 64 * 1024;

    /// <inheritdoc/>
    public override int MaxBufferSize => Shared.MaxBufferSize;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => Shared.Rent(Math.Max(minBufferSize, BlockBytes));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // All memory is the shared pool's.
    }

    /// <summary>Makes such pools for Kestrel.</summary>
    internal sealed class Factory : IMemoryPoolFactory<byte>
    {
        /// <inheritdoc/>
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new WideMemoryPool();
    }
}
