namespace OrleansUploads.Client.Sources;

/// <summary>A seekable stream. A stream has a single position, so a lock covers each seek and the read that follows.</summary>
internal sealed class StreamByteSource : ByteSource
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Stream _stream;

    public StreamByteSource(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek || !stream.CanRead)
        {
            throw new ArgumentException("The stream must be readable and seekable.", nameof(stream));
        }

        _stream = stream;
        LengthBytes = stream.Length;
    }

    public override long LengthBytes { get; }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, long offsetBytes, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _stream.Position = offsetBytes;
            return await _stream.ReadAsync(buffer, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _turn.Dispose();
        }

        base.Dispose(disposing);
    }
}
