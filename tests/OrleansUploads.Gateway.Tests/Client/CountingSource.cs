using OrleansUploads.Client.Sources;

namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>A source that records how its bytes are read.</summary>
internal sealed class CountingSource(byte[] bytes) : ByteSource
{
    private int _readers;

    public int MostReadersAtOnce { get; private set; }

    public int LargestReadBytes { get; private set; }

    public long ReadBytes { get; set; }

    public override long LengthBytes => bytes.Length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, long offsetBytes, CancellationToken cancellationToken)
    {
        var readers = Interlocked.Increment(ref _readers);
        var read = Math.Min(buffer.Length, bytes.Length - (int)offsetBytes);
        lock (bytes)
        {
            MostReadersAtOnce = Math.Max(MostReadersAtOnce, readers);
            LargestReadBytes = Math.Max(LargestReadBytes, buffer.Length);
            ReadBytes += read;
        }

        await Task.Yield();
        bytes.AsMemory((int)offsetBytes, read).CopyTo(buffer);
        Interlocked.Decrement(ref _readers);
        return read;
    }
}
