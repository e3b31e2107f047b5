namespace OrleansUploads.Client.Sources;

/// <summary>Bytes in memory.</summary>
internal sealed class MemoryByteSource(ReadOnlyMemory<byte> bytes) : ByteSource
{
    public override long LengthBytes => bytes.Length;

    public override ValueTask<int> ReadAsync(
        Memory<byte> buffer, long offsetBytes, CancellationToken cancellationToken)
    {
        var from = (int)Math.Min(offsetBytes, bytes.Length);
        var read = Math.Min(buffer.Length, bytes.Length - from);
        bytes.Slice(from, read).CopyTo(buffer);
        return ValueTask.FromResult(read);
    }

    internal override ReadOnlyMemory<byte>? FindInMemory(ByteRange range) =>
        range.EndExclusive <= bytes.Length ? bytes.Slice((int)range.Start, (int)range.LengthBytes) : default(ReadOnlyMemory<byte>?);
}
