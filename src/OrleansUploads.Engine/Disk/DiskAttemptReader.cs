using System.Buffers;
using Microsoft.Win32.SafeHandles;
using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Engine.Disk;

/// <summary>Reads one attempt's file. Each block is verified before any byte of it is returned.</summary>
/// <remarks>Reads run on the caller's thread: most of them copy from the page cache, and the platform's asynchronous form
/// would block a pool thread just as long.</remarks>
internal sealed class DiskAttemptReader : IAttemptReader
{
    private const int BlockBytes = AttemptFooter.BlockBytes;

    // Maximum bytes per read, so that they are verified while still in the core's cache.
    private const int RunBytes = 4 * BlockBytes;

    private readonly UploadId _upload;
    private readonly AttemptId _attempt;
    private readonly SafeFileHandle _file;
    private readonly AttemptFooter _footer;

    private DiskAttemptReader(UploadId upload, AttemptId attempt, SafeFileHandle file, AttemptFooter footer)
    {
        _upload = upload;
        _attempt = attempt;
        _file = file;
        _footer = footer;
    }

    /// <inheritdoc/>
    public long LengthBytes => _footer.LengthBytes;

    /// <summary>Opens a committed attempt and verifies its footer.</summary>
    public static DiskAttemptReader Open(string path, UploadId upload, AttemptId attempt)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (IOException error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Damaged(upload, attempt, "it is missing", error);
        }

        try
        {
            return new DiskAttemptReader(upload, attempt, file, ReadFooter(file, upload, attempt));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        var wanted = buffer.Span[..(int)Math.Clamp(LengthBytes - offset, 0, buffer.Length)];
        try
        {
            Read(offset, wanted);
            return ValueTask.FromResult(wanted.Length);
        }
        catch (Exception failure)
        {
            // The caller must never see bytes that were not verified, even if it ignores the exception.
            wanted.Clear();
            return ValueTask.FromException<int>(failure is IOException error ? DiskErrors.Translate(error) : failure);
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
        _file.Dispose();
        return ValueTask.CompletedTask;
    }

    private static AttemptFooter ReadFooter(SafeFileHandle file, UploadId upload, AttemptId attempt)
    {
        var fileBytes = RandomAccess.GetLength(file);
        Span<byte> trailer = stackalloc byte[AttemptFooter.TrailerBytes];
        if (fileBytes < trailer.Length || !TryReadExactly(file, trailer, fileBytes - trailer.Length))
        {
            throw Damaged(upload, attempt, "it was never committed, or its end is missing");
        }

        if (AttemptFooter.ReadTrailer(trailer, fileBytes, out var lengthBytes) is { } fault)
        {
            throw Damaged(upload, attempt, fault);
        }

        var footer = new AttemptFooter(lengthBytes);
        return TryReadExactly(file, footer.Bytes.Span, lengthBytes) && footer.IsSealedFor(upload, attempt)
            ? footer
            : throw Damaged(upload, attempt, "its footer is damaged or belongs to another attempt");
    }

    private void Read(long offset, Span<byte> wanted)
    {
        while (!wanted.IsEmpty)
        {
            var inBlock = (int)(offset % BlockBytes);
            var direct = inBlock == 0 ? WholeBlocksBytes(offset, wanted.Length) : 0;
            var taken = direct > 0
                ? ReadBlocks(offset, wanted[..direct])
                : ReadPartOfBlock(offset - inBlock, inBlock, wanted);
            offset += taken;
            wanted = wanted[taken..];
        }
    }

    // How many bytes can be read directly into the caller's buffer: whole blocks, including the short last one.
    private int WholeBlocksBytes(long offset, int wantedBytes)
    {
        var bytes = Math.Min(wantedBytes, RunBytes);
        return offset + bytes == LengthBytes ? bytes : bytes - (bytes % BlockBytes);
    }

    private int ReadBlocks(long offset, Span<byte> blocks)
    {
        if (!TryReadExactly(_file, blocks, offset))
        {
            throw Damaged(_upload, _attempt, "its file is too short");
        }

        return _footer.FindDamage(offset, blocks) is not { } damagedAt
            ? blocks.Length
            : throw Damaged(_upload, _attempt, $"the block at {damagedAt} differs from what was written");
    }

    private int ReadPartOfBlock(long blockAt, int inBlock, Span<byte> wanted)
    {
        var pooled = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            var block = pooled.AsSpan(0, (int)Math.Min(BlockBytes, LengthBytes - blockAt));
            ReadBlocks(blockAt, block);
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

    private static bool TryReadExactly(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            var read = RandomAccess.Read(file, bytes, offset);
            if (read == 0)
            {
                return false;
            }

            bytes = bytes[read..];
            offset += read;
        }

        return true;
    }

    private static AttemptDamagedException Damaged(
        UploadId upload,
        AttemptId attempt,
        string what,
        Exception? inner = null) =>
        new($"Attempt {attempt} of upload {upload}: {what}.", inner);
}
