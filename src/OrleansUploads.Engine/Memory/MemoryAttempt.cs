using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Engine.Memory;

/// <summary>The bytes of one attempt, in runs of 1 MiB that are allocated as bytes arrive.</summary>
internal sealed class MemoryAttempt(long lengthBytes)
{
    private const int RunBytes = TreeHash.LeafBytes;

    private readonly List<byte[]> _runs = [];
    private AnnouncedLength _length = new(lengthBytes);
    private Sha256Digest[] _leaves = [];

    public long LengthBytes { get; } = lengthBytes;

    /// <summary>Whether it may be read. Guarded by the store.</summary>
    public bool IsCommitted { get; set; }

    public IReadOnlyList<Sha256Digest> Leaves => _leaves;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        var offset = _length.Add(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var inRun = (int)(offset % RunBytes);
            if (inRun == 0)
            {
                _runs.Add(new byte[Math.Min(RunBytes, LengthBytes - offset)]);
            }

            var taken = Math.Min(bytes.Length, _runs[^1].Length - inRun);
            bytes[..taken].CopyTo(_runs[^1].AsSpan(inRun));
            bytes = bytes[taken..];
            offset += taken;
        }
    }

    public void Complete(ReadOnlySpan<Sha256Digest> leaves)
    {
        _length.ThrowUnlessComplete(leaves.Length);
        _leaves = leaves.ToArray();
    }

    public int Read(long offset, Span<byte> buffer)
    {
        var bytes = (int)Math.Clamp(LengthBytes - offset, 0, buffer.Length);
        for (var done = 0; done < bytes;)
        {
            var run = _runs[(int)((offset + done) / RunBytes)].AsSpan((int)((offset + done) % RunBytes));
            run = run[..Math.Min(run.Length, bytes - done)];
            run.CopyTo(buffer[done..]);
            done += run.Length;
        }

        return bytes;
    }
}
