namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>A request for a range of an object. It is sent at once, so that its answer is there when it is needed.</summary>
internal sealed class RangeRequest : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Task<ObjectContent> _answer;

    public RangeRequest(IObjectStorage storage, string key, ObjectRange range)
    {
        End = range.Offset + range.LengthBytes;
        Offset = range.Offset;
        _answer = SendAsync(storage, key, range, _cancellation.Token);
    }

    public long Offset { get; private set; }

    public long End { get; }

    /// <summary>Reads the next bytes of the range.</summary>
    /// <returns>The number of bytes; at least 1.</returns>
    /// <exception cref="EndOfStreamException">The answer has ended early.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var content = await _answer.WaitAsync(cancellationToken);
        var read = await content.Bytes.ReadAsync(buffer[..(int)Math.Min(buffer.Length, End - Offset)], cancellationToken);
        if (read == 0)
        {
            throw new EndOfStreamException($"The answer ended at byte {Offset} instead of {End}.");
        }

        Offset += read;
        return read;
    }

    public void Dispose()
    {
        _cancellation.Cancel();
        _ = DiscardAsync();
    }

    private static async Task<ObjectContent> SendAsync(
        IObjectStorage storage, string key, ObjectRange range, CancellationToken cancellationToken) =>
        await storage.ReadAsync(key, range, cancellationToken);

    private async Task DiscardAsync()
    {
        try
        {
            (await _answer).Dispose();
        }
        catch (Exception)
        {
            // A request that is no longer needed may fail.
        }

        _cancellation.Dispose();
    }
}
