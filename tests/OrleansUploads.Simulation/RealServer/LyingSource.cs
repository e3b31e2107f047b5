using OrleansUploads.Client.Sources;

namespace OrleansUploads.Simulation.RealServer;

/// <summary>Bytes that are hashed correctly but sent incorrectly: changed, cut short, or broken off.</summary>
internal sealed class LyingSource(Content content, Lie lie) : ByteSource
{
    public override long LengthBytes => content.LengthBytes;

    /// <summary>False while the bytes are hashed, true once they are sent.</summary>
    public bool IsLying { get; set; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, long offsetBytes, CancellationToken cancellationToken)
    {
        var isCut = IsLying && lie is Lie.BodyBreaksOff or Lie.BodyTooShort;
        var end = isCut ? content.LengthBytes - 1 : content.LengthBytes;
        if (isCut && lie == Lie.BodyBreaksOff && offsetBytes >= end)
        {
            throw new IOException("The source is gone.");
        }

        var read = (int)Math.Clamp(end - offsetBytes, 0, buffer.Length);
        content.Bytes.Slice((int)offsetBytes, read).CopyTo(buffer);
        if (IsLying && read > 0)
        {
            buffer.Span[0] ^= 1;
        }

        return ValueTask.FromResult(read);
    }
}
