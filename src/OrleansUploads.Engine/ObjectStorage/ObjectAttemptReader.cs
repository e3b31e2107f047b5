using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>Reads one attempt's object, one call at a time. Each block is verified before any byte of it is returned.</summary>
/// <remarks>Reads in order share one request, which is sent when they are announced. If its connection breaks, the next request continues
/// where it ended.</remarks>
internal sealed class ObjectAttemptReader : IAttemptReader
{
    private const int BlockBytes = AttemptFooter.BlockBytes;

    /// <summary>Objects up to this length are read whole when they are opened.</summary>
    private const int WholeBytes = 32 * 1024;

    private readonly IObjectStorage _storage;
    private readonly ObjectCalls _calls;
    private readonly UploadId _upload;
    private readonly AttemptId _attempt;
    private readonly AttemptFooter _footer;

    /// <summary>All bytes of a short attempt.</summary>
    private readonly ReadOnlyMemory<byte> _whole;

    private RangeRequest? _request;
    private long _expectedEnd;

    private ObjectAttemptReader(
        IObjectStorage storage,
        ObjectCalls calls,
        UploadId upload,
        AttemptId attempt,
        AttemptFooter footer,
        ReadOnlyMemory<byte> whole)
    {
        _storage = storage;
        _calls = calls;
        _upload = upload;
        _attempt = attempt;
        _footer = footer;
        _whole = whole;
    }

    /// <inheritdoc/>
    public long LengthBytes => _footer.LengthBytes;

    private string Key => ObjectKeys.Of(_upload, _attempt);

    private string What => $"reading attempt {_attempt}";

    /// <summary>Opens a committed attempt and verifies its footer.</summary>
    /// <param name="storage">The store.</param>
    /// <param name="calls">Sends calls to it.</param>
    /// <param name="upload">The upload.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="lengthBytes">Its length, or null if the caller does not know it, which costs a call.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async Task<ObjectAttemptReader> OpenAsync(
        IObjectStorage storage,
        ObjectCalls calls,
        UploadId upload,
        AttemptId attempt,
        long? lengthBytes,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var expected = lengthBytes + AttemptFooter.BytesFor(lengthBytes ?? 1);
            var range = expected > WholeBytes
                ? new ObjectRange(lengthBytes!.Value, AttemptFooter.BytesFor(lengthBytes.Value))
                : new ObjectRange(0, WholeBytes);
            var (bytes, objectBytes) = await ReadAsync(range);
            var length = AttemptFooter.LengthIn(objectBytes);
            if (length is null || (lengthBytes is not null && length != lengthBytes))
            {
                throw Damaged(upload, attempt, $"no attempt of {lengthBytes ?? 0} bytes has an object of {objectBytes} bytes");
            }

            var footer = new AttemptFooter(length.Value);
            if (range.Offset == 0 && objectBytes > bytes.Length)
            {
                (bytes, _) = await ReadAsync(new ObjectRange(length.Value, footer.Bytes.Length));
            }

            bytes.AsMemory(bytes.Length - footer.Bytes.Length).CopyTo(footer.Bytes);
            if (AttemptFooter.ReadTrailer(bytes.AsSpan(bytes.Length - AttemptFooter.TrailerBytes), objectBytes, out _) is { } fault)
            {
                throw Damaged(upload, attempt, fault);
            }

            if (!footer.IsSealedFor(upload, attempt))
            {
                throw Damaged(upload, attempt, "its footer is damaged or belongs to another attempt");
            }

            var whole = bytes.Length == objectBytes ? bytes.AsMemory(0, (int)length.Value) : default;
            return new ObjectAttemptReader(storage, calls, upload, attempt, footer, whole);
        }
        catch (ObjectMissingException missing)
        {
            throw Damaged(upload, attempt, "it is missing", missing);
        }

        Task<(byte[] Bytes, long ObjectBytes)> ReadAsync(ObjectRange range) => calls.RunAsync(
            $"reading attempt {attempt}",
            async token =>
            {
                using var content = await storage.ReadAsync(ObjectKeys.Of(upload, attempt), range, token);
                var bytes = new byte[Math.Clamp(content.ObjectBytes - range.Offset, 0, range.LengthBytes)];
                await content.Bytes.ReadExactlyAsync(bytes, token);
                return (bytes, content.ObjectBytes);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public void Expect(long offset, long lengthBytes)
    {
        _expectedEnd = offset + lengthBytes;
        if (_whole.IsEmpty && lengthBytes > 0 && !_calls.IsPaused)
        {
            Close();
            Send(offset - (offset % BlockBytes), _expectedEnd);
        }
    }

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Sha256Digest>> ReadLeavesAsync(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<IReadOnlyList<Sha256Digest>>(cancellationToken)
            : ValueTask.FromResult<IReadOnlyList<Sha256Digest>>(_footer.ReadLeaves());

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<int> ReadSomeAsync(long offset, Memory<byte> wanted, CancellationToken cancellationToken)
    {
        var inBlock = (int)(offset % BlockBytes);
        var whole = offset + wanted.Length == LengthBytes ? wanted.Length : wanted.Length - (wanted.Length % BlockBytes);
        if (inBlock == 0 && whole > 0)
        {
            await ReadBlocksAsync(offset, wanted[..whole], cancellationToken);
            return whole;
        }

        var pooled = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            var blockAt = offset - inBlock;
            var block = pooled.AsMemory(0, (int)Math.Min(BlockBytes, LengthBytes - blockAt));
            await ReadBlocksAsync(blockAt, block, cancellationToken);
            var part = block[inBlock..];
            part = part[..Math.Min(part.Length, wanted.Length)];
            part.CopyTo(wanted);
            return part.Length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pooled);
        }
    }

    private async ValueTask ReadBlocksAsync(long offset, Memory<byte> blocks, CancellationToken cancellationToken)
    {
        if (!_whole.IsEmpty)
        {
            _whole.Slice((int)offset, blocks.Length).CopyTo(blocks);
        }
        else
        {
            await FetchAsync(offset, blocks, cancellationToken);
        }

        if (_footer.FindDamage(offset, blocks.Span) is { } damagedAt)
        {
            throw Damaged(_upload, _attempt, $"the block at {damagedAt} differs from what was written");
        }
    }

    private async ValueTask FetchAsync(long offset, Memory<byte> blocks, CancellationToken cancellationToken)
    {
        var end = offset + blocks.Length;
        try
        {
            // A try that fails in the middle is followed by one that continues there.
            await _calls.RunAsync(
                What,
                async token =>
                {
                    while (offset < end)
                    {
                        var read = await ReadOpenAsync(offset, blocks[^(int)(end - offset)..], token);
                        offset += read;
                    }
                },
                cancellationToken);
        }
        catch (ObjectMissingException missing)
        {
            throw Damaged(_upload, _attempt, "it is missing or its object is too short", missing);
        }
    }

    /// <summary>Reads from the open request, or from a new one if that one is elsewhere.</summary>
    private async ValueTask<int> ReadOpenAsync(long offset, Memory<byte> wanted, CancellationToken cancellationToken)
    {
        try
        {
            if (_request is null || _request.Offset != offset || _request.End == offset)
            {
                Close();
                Send(offset, Math.Max(_expectedEnd, offset + wanted.Length));
            }

            return await _request.ReadAsync(wanted, cancellationToken);
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <summary>Asks for all blocks from an offset to an end.</summary>
    [MemberNotNull(nameof(_request))]
    private void Send(long offset, long end) =>
        _request = new RangeRequest(_storage, Key, new ObjectRange(offset, Math.Min(LengthBytes, RoundUp(end)) - offset));

    private void Close()
    {
        _request?.Dispose();
        _request = null;
    }

    private static long RoundUp(long bytes) => (bytes + BlockBytes - 1) / BlockBytes * BlockBytes;

    private static AttemptDamagedException Damaged(UploadId upload, AttemptId attempt, string what, Exception? inner = null) =>
        new($"Attempt {attempt} of upload {upload}: {what}.", inner);
}
