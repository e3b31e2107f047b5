using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.ObjectStorage;

internal sealed class ObjectAttemptReader : AttemptReader
{
    /// <summary>Objects up to this length are read whole when they are opened.</summary>
    private const int WholeBytes = 32 * 1024;

    private readonly IObjectStorage _storage;
    private readonly ObjectCalls _calls;

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
        : base(upload, attempt, footer)
    {
        _storage = storage;
        _calls = calls;
        _whole = whole;
    }

    /// <summary>Opens a committed attempt and verifies its footer. This takes one more call if its length is not
    /// known.</summary>
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
            var expected = lengthBytes + AttemptFooter.BytesFor(attempt, lengthBytes ?? 1);
            var range = expected > WholeBytes
                ? new ObjectRange(lengthBytes!.Value, AttemptFooter.BytesFor(attempt, lengthBytes.Value))
                : new ObjectRange(0, WholeBytes);
            var (bytes, objectBytes) = await ReadAsync(range);
            var length = AttemptFooter.LengthIn(attempt, objectBytes);
            if (length is null || (lengthBytes is not null && length != lengthBytes))
            {
                throw StoredDamage.Of(upload, attempt, $"no attempt of {lengthBytes ?? 0} bytes has an object of {objectBytes} bytes");
            }

            var footer = new AttemptFooter(attempt, length.Value);
            if (range.Offset == 0 && objectBytes > bytes.Length)
            {
                (bytes, _) = await ReadAsync(new ObjectRange(length.Value, footer.Bytes.Length));
            }

            bytes.AsMemory(bytes.Length - footer.Bytes.Length).CopyTo(footer.Bytes);
            if (footer.FindFault(upload) is { } fault)
            {
                throw StoredDamage.Of(upload, attempt, fault);
            }

            var whole = bytes.Length == objectBytes ? bytes.AsMemory(0, (int)length.Value) : default;
            return new ObjectAttemptReader(storage, calls, upload, attempt, footer, whole);
        }
        catch (ObjectMissingException missing)
        {
            throw StoredDamage.Of(upload, attempt, "it is missing", missing);
        }

        Task<(byte[] Bytes, long ObjectBytes)> ReadAsync(ObjectRange range) => calls.RunAsync(
            $"reading attempt {attempt}",
            async token =>
            {
                using var content = await storage.ReadAsync(StoredNames.PathOf(upload, attempt), range, token);
                var bytes = new byte[Math.Clamp(content.ObjectBytes - range.Offset, 0, range.LengthBytes)];
                await content.Bytes.ReadExactlyAsync(bytes, token);
                return (bytes, content.ObjectBytes);
            },
            cancellationToken);
    }

    public override void Expect(long offset, long lengthBytes)
    {
        _expectedEnd = offset + lengthBytes;
        if (_whole.IsEmpty && lengthBytes > 0 && !_calls.IsPaused)
        {
            Close();
            Send(offset - (offset % BlockBytes), _expectedEnd);
        }
    }

    public override ValueTask DisposeAsync()
    {
        Close();
        return base.DisposeAsync();
    }

    protected override async ValueTask FetchAsync(long offset, Memory<byte> blocks, CancellationToken cancellationToken)
    {
        if (!_whole.IsEmpty)
        {
            _whole.Slice((int)offset, blocks.Length).CopyTo(blocks);
            return;
        }

        var end = offset + blocks.Length;
        try
        {
            // A try that fails in the middle is followed by one that continues there.
            await _calls.RunAsync(
                $"reading attempt {Attempt}",
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
            throw StoredDamage.Of(Upload, Attempt, "it is missing or its object is too short", missing);
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
    private void Send(long offset, long end)
    {
        var range = new ObjectRange(offset, Math.Min(LengthBytes, RoundUp(end)) - offset);
        _request = new RangeRequest(_storage, StoredNames.PathOf(Upload, Attempt), range);
    }

    private void Close()
    {
        _request?.Dispose();
        _request = null;
    }

    private long RoundUp(long bytes) => (bytes + BlockBytes - 1) / BlockBytes * BlockBytes;
}
