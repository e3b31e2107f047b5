using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.Http.Connections;

namespace OrleansUploads.Gateway.Http.Bodies;

/// <summary>Passes a body through and counts its bytes, in either direction.</summary>
/// <param name="inner">The body.</param>
/// <param name="connection">The connection whose activity is recorded, or null if the server does not track it.</param>
internal class CountingStream(Stream inner, OpenConnection? connection) : ForwardStream
{
    private long _bytes;

    /// <summary>Number of bytes that went through.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <inheritdoc/>
    public override bool CanRead => inner.CanRead;

    /// <inheritdoc/>
    public override bool CanWrite => inner.CanWrite;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        return Count(await inner.ReadAsync(buffer, cancellationToken));
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await inner.WriteAsync(buffer, cancellationToken);
        Count(buffer.Length);
    }

    /// <summary>Counts bytes that went through.</summary>
    protected int Count(int bytes)
    {
        Interlocked.Add(ref _bytes, bytes);
        connection?.RecordActivity();
        return bytes;
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
}
