using Microsoft.Win32.SafeHandles;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Archives;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Disk;

/// <summary>Writes one attempt's file: bytes as they come, the footer at commit.</summary>
/// <remarks>Bytes are written on the caller's thread, because that only copies them to the page cache; the platform's
/// asynchronous form does the same on a pool thread and costs a hand-over. Commit waits on the disk's own threads.
/// </remarks>
internal sealed class DiskAttemptWriter : IAttemptWriter
{
    private readonly AttemptId _attempt;
    private readonly UploadDirectory _directory;
    private readonly UploadDirectories _directories;
    private readonly DiskThreads _threads;
    private readonly FileStream _file;
    private readonly SafeFileHandle _handle;
    private readonly AttemptFooter _footer;
    private AnnouncedLength _length;
    private uint _checksum;
    private State _state = State.Writing;

    private DiskAttemptWriter(
        AttemptId attempt,
        AnnouncedLength length,
        AttemptFooter footer,
        FileStream file,
        UploadDirectory directory,
        UploadDirectories directories,
        DiskThreads threads)
    {
        _attempt = attempt;
        _file = file;
        _handle = file.SafeFileHandle;
        _directory = directory;
        _directories = directories;
        _threads = threads;
        _footer = footer;
        _length = length;
    }

    private enum State
    {
        Writing,
        Committed,
        Abandoned,
    }

    /// <summary>Creates the attempt's file, exclusively.</summary>
    public static DiskAttemptWriter Create(
        UploadId upload,
        AttemptId attempt,
        long lengthBytes,
        UploadDirectories directories,
        DiskThreads threads)
    {
        var length = new AnnouncedLength(lengthBytes);
        var footer = new AttemptFooter(lengthBytes);
        try
        {
            var fileBytes = lengthBytes + footer.Bytes.Length;
            var (file, directory) = directories.Create(upload, DiskLayout.Name(attempt), fileBytes);
            return new DiskAttemptWriter(attempt, length, footer, file, directory, directories, threads);
        }
        catch (IOException error) when (DiskErrors.IsFullAtCreate(error))
        {
            directories.TidyUp(upload);
            throw DiskErrors.Full($"attempt {attempt} of {lengthBytes} bytes", error);
        }
        catch (IOException error) when (DiskErrors.IsExisting(error))
        {
            throw new InvalidOperationException($"Attempt {attempt} exists already.", error);
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        try
        {
            Write(bytes.Span);
            return ValueTask.CompletedTask;
        }
        catch (Exception failure)
        {
            return ValueTask.FromException(failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask CommitAsync(ReadOnlyMemory<Sha256Digest> leaves, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessWriting();
        _length.ThrowUnlessComplete(leaves.Length);
        try
        {
            await _threads.RunAsync(() => Commit(leaves.Span));
            _state = State.Committed;
        }
        catch (IOException error) when (DiskErrors.IsFull(error))
        {
            Abandon();
            throw Full(error);
        }
        catch
        {
            // A failed flush is never tried again: the kernel may have dropped the pages that it could not write.
            Abandon();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_state == State.Writing)
        {
            Abandon();
        }

        return ValueTask.CompletedTask;
    }

    private string FilePath => Path.Join(_directory.Path, DiskLayout.Name(_attempt));

    private void Write(ReadOnlySpan<byte> bytes)
    {
        ThrowUnlessWriting();
        var offset = _length.Take(bytes.Length);
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (IOException error) when (DiskErrors.IsFull(error))
        {
            Abandon();
            throw Full(error);
        }
        catch
        {
            Abandon();
            throw;
        }

        AddToChecksums(offset, bytes);
    }

    private void AddToChecksums(long offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var inBlock = (int)(offset % AttemptFooter.BlockBytes);
            var run = bytes[..Math.Min(bytes.Length, AttemptFooter.BlockBytes - inBlock)];
            _checksum = Crc32C.Append(inBlock == 0 ? 0 : _checksum, run);
            // Set while the block is still growing too, so that the last one needs no care of its own.
            _footer.SetBlockChecksum(offset / AttemptFooter.BlockBytes, _checksum);
            offset += run.Length;
            bytes = bytes[run.Length..];
        }
    }

    private void Commit(ReadOnlySpan<Sha256Digest> leaves)
    {
        _footer.Seal(_directory.Upload, _attempt, leaves);
        RandomAccess.Write(_handle, _footer.Bytes.Span, _footer.LengthBytes);
        RandomAccess.FlushToDisk(_handle);
        _file.Dispose();
        try
        {
            _directory.Flush();
        }
        catch (DirectoryNotFoundException error)
        {
            throw DeletedMeanwhile(error);
        }

        if (!File.Exists(FilePath))
        {
            throw DeletedMeanwhile(null);
        }
    }

    private void Abandon()
    {
        _state = State.Abandoned;
        try
        {
            _file.Dispose();
            File.Delete(FilePath);
            _directories.TidyUp(_directory.Upload);
        }
        catch (IOException)
        {
            // What is left has no trailer or no owner: it is no part, and is collected like what a crash leaves.
        }
    }

    private void ThrowUnlessWriting()
    {
        if (_state != State.Writing)
        {
            throw new InvalidOperationException($"Attempt {_attempt} takes no more bytes: it is {_state}.");
        }
    }

    private PartStoreFullException Full(IOException error) =>
        DiskErrors.Full($"attempt {_attempt} of {_footer.LengthBytes} bytes", error);

    private AttemptDamagedException DeletedMeanwhile(Exception? inner) =>
        new($"Attempt {_attempt} of upload {_directory.Upload} was deleted while it was written.", inner);
}
