using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Memory;

/// <summary>The bytes of one attempt, in runs of 1 MiB that are allocated as bytes arrive, and its footer.</summary>
internal sealed class MemoryAttempt(AttemptId attempt, long lengthBytes)
{
    private const int RunBytes = TreeHash.LeafBytes;

    private readonly List<byte[]> _runs = [];

    public AttemptFooter Footer { get; } = new(attempt, lengthBytes);

    /// <summary>Whether it may be read. Guarded by the store.</summary>
    public bool IsCommitted { get; set; }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var inRun = (int)(offset % RunBytes);
            if (inRun == 0)
            {
                _runs.Add(new byte[Math.Min(RunBytes, lengthBytes - offset)]);
            }

            var taken = Math.Min(bytes.Length, _runs[^1].Length - inRun);
            bytes[..taken].CopyTo(_runs[^1].AsSpan(inRun));
            bytes = bytes[taken..];
            offset += taken;
        }
    }

    public void Read(long offset, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var run = _runs[(int)(offset / RunBytes)].AsSpan((int)(offset % RunBytes));
            run = run[..Math.Min(run.Length, bytes.Length)];
            run.CopyTo(bytes);
            bytes = bytes[run.Length..];
            offset += run.Length;
        }
    }

    internal sealed class Writer(MemoryPartStore store, UploadId upload, AttemptId attempt, MemoryAttempt written)
        : AttemptWriter(upload, attempt, written.Footer)
    {
        protected override ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            written.Write(Footer.AppendedBytes - bytes.Length, bytes.Span);
            return ValueTask.CompletedTask;
        }

        protected override ValueTask FinishAsync(CancellationToken cancellationToken)
        {
            store.Commit(Upload, Attempt, written);
            return ValueTask.CompletedTask;
        }

        protected override ValueTask AbandonAsync()
        {
            store.Remove(Upload, Attempt);
            return ValueTask.CompletedTask;
        }
    }

    internal sealed class Reader(UploadId upload, AttemptId attempt, MemoryAttempt read)
        : AttemptReader(upload, attempt, read.Footer)
    {
        protected override ValueTask FetchAsync(long offset, Memory<byte> blocks, CancellationToken cancellationToken)
        {
            read.Read(offset, blocks.Span);
            return ValueTask.CompletedTask;
        }
    }
}
