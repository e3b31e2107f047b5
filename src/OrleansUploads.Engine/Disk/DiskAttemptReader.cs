using Microsoft.Win32.SafeHandles;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Disk;

/// <summary>Reads run on the caller's thread: most of them copy from the page cache, and the platform's asynchronous form
/// would block a pool thread just as long.</summary>
internal sealed class DiskAttemptReader : AttemptReader
{
    private readonly SafeFileHandle _file;

    private DiskAttemptReader(UploadId upload, AttemptId attempt, SafeFileHandle file, AttemptFooter footer)
        : base(upload, attempt, footer) => _file = file;

    public static DiskAttemptReader Open(string path, UploadId upload, AttemptId attempt)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (IOException error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw StoredDamage.Of(upload, attempt, "it is missing", error);
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

    public override ValueTask DisposeAsync()
    {
        _file.Dispose();
        return base.DisposeAsync();
    }

    protected override ValueTask FetchAsync(long offset, Memory<byte> blocks, CancellationToken cancellationToken)
    {
        try
        {
            return TryReadExactly(_file, blocks.Span, offset)
                ? ValueTask.CompletedTask
                : throw StoredDamage.Of(Upload, Attempt, "its file is too short");
        }
        catch (IOException error) when (DiskErrors.IsTemporary(error))
        {
            throw DiskErrors.Translate(error);
        }
    }

    private static AttemptFooter ReadFooter(SafeFileHandle file, UploadId upload, AttemptId attempt)
    {
        if (AttemptFooter.LengthIn(attempt, RandomAccess.GetLength(file)) is not { } lengthBytes)
        {
            throw StoredDamage.Of(upload, attempt, AttemptFooter.Uncommitted);
        }

        var footer = new AttemptFooter(attempt, lengthBytes);
        var fault = TryReadExactly(file, footer.Bytes.Span, lengthBytes)
            ? footer.FindFault(upload)
            : AttemptFooter.Uncommitted;
        return fault is null ? footer : throw StoredDamage.Of(upload, attempt, fault);
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
}
