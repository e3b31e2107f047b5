using System.Buffers;

namespace OrleansUploads.Engine.Attempts;

/// <summary>Reads one committed attempt, one call at a time. Each block is verified before any byte of it is returned. A derived class
/// gets the blocks from its store.</summary>
internal abstract class AttemptReader(UploadId upload, AttemptId attempt, AttemptFooter footer) : IAttemptReader
{
    /// <summary>Maximum length of short blocks that are verified together, while they are still in the core's cache.</summary>
    private const int RunBytes = 4 * AttemptFooter.ChecksummedBytes;

    /// <summary>The last block that was read only in part, from the pool; null before. A part of a long block is often followed by the
    /// next part of it.</summary>
    private byte[]? _block;
    private long? _blockAt;

    public long LengthBytes => footer.LengthBytes;

    protected UploadId Upload => upload;

    protected AttemptId Attempt => attempt;

    /// <summary>The unit of verified reading.</summary>
    protected int BlockBytes => footer.BlockBytes;

    public virtual void Expect(long offset, long lengthBytes)
    {
    }

    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        cancellationToken.ThrowIfCancellationRequested();
        var wanted = buffer[..(int)Math.Clamp(LengthBytes - offset, 0, buffer.Length)];
        try
        {
            for (var left = wanted; !left.IsEmpty;)
            {
                var taken = await ReadSomeAsync(offset, left, cancellationToken);
                offset += taken;
                left = left[taken..];
            }

            return wanted.Length;
        }
        catch
        {
            // The caller must never see bytes that were not verified, even if it ignores the exception.
            wanted.Span.Clear();
            throw;
        }
    }

    public ValueTask<IReadOnlyList<Sha256Digest>> ReadLeavesAsync(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<IReadOnlyList<Sha256Digest>>(cancellationToken)
            : ValueTask.FromResult<IReadOnlyList<Sha256Digest>>(footer.ReadLeaves());

    public virtual ValueTask DisposeAsync()
    {
        _blockAt = null;
        if (Interlocked.Exchange(ref _block, null) is { } block)
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Gets whole blocks from the store, without verifying them. Only the last block of the attempt may be shorter.</summary>
    /// <exception cref="AttemptDamagedException">The store does not have all of these bytes.</exception>
    protected abstract ValueTask FetchAsync(long offset, Memory<byte> blocks, CancellationToken cancellationToken);

    private async ValueTask<int> ReadSomeAsync(long offset, Memory<byte> wanted, CancellationToken cancellationToken)
    {
        // Whole blocks, including the short last one, go directly into the caller's buffer.
        var inBlock = (int)(offset % BlockBytes);
        var run = Math.Min(wanted.Length, Math.Max(RunBytes, BlockBytes));
        var whole = offset + run == LengthBytes ? run : run - (run % BlockBytes);
        if (inBlock == 0 && whole > 0)
        {
            await ReadBlocksAsync(offset, wanted[..whole], cancellationToken);
            return whole;
        }

        var blockAt = offset - inBlock;
        _block ??= ArrayPool<byte>.Shared.Rent(BlockBytes);
        var block = _block.AsMemory(0, (int)Math.Min(BlockBytes, LengthBytes - blockAt));
        if (_blockAt != blockAt)
        {
            _blockAt = null;
            await ReadBlocksAsync(blockAt, block, cancellationToken);
            _blockAt = blockAt;
        }

        var part = block[inBlock..];
        part = part[..Math.Min(part.Length, wanted.Length)];
        part.CopyTo(wanted);
        return part.Length;
    }

    private async ValueTask ReadBlocksAsync(long offset, Memory<byte> blocks, CancellationToken cancellationToken)
    {
        await FetchAsync(offset, blocks, cancellationToken);
        if (footer.FindDamage(offset, blocks.Span) is { } damagedAt)
        {
            throw StoredDamage.Of(upload, attempt, $"the block at {damagedAt} differs from what was written");
        }
    }
}
