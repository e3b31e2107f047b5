using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Engine.Disk;

/// <summary>Writes one attempt's file: bytes as they arrive, the footer at commit.</summary>
/// <remarks><see cref="AttemptContent"/> says on which threads bytes are written. Commits run on the disk threads.</remarks>
internal sealed class DiskAttemptWriter : IAttemptWriter
{
    private readonly AttemptId _attempt;
    private readonly UploadDirectories _directories;
    private readonly DiskThreads _threads;
    private readonly UnflushedFile _file;
    private readonly AttemptContent _content;
    private readonly AttemptFooter _footer;
    private readonly AllocationAhead _ahead;
    private AnnouncedLength _length;
    private State _state = State.Writing;

    private DiskAttemptWriter(
        AttemptId attempt,
        AnnouncedLength length,
        AttemptFooter footer,
        UnflushedFile file,
        UploadDirectories directories,
        DirectWrites writes,
        DiskThreads threads)
    {
        var handle = file.File.SafeFileHandle;
        _attempt = attempt;
        _file = file;
        _content = new AttemptContent(handle, writes.TryBegin(handle, footer.LengthBytes), writes, threads);
        _directories = directories;
        _threads = threads;
        _footer = footer;
        _ahead = new AllocationAhead(handle, footer.LengthBytes + footer.Bytes.Length);
        _length = length;
    }

    private enum State
    {
        Writing,
        Committed,
        Abandoned,
    }

    /// <summary>Creates the attempt's file, which must not exist yet.</summary>
    public static DiskAttemptWriter Create(
        UploadId upload,
        AttemptId attempt,
        long lengthBytes,
        UploadDirectories directories,
        DirectWrites writes,
        DiskThreads threads)
    {
        var length = new AnnouncedLength(lengthBytes);
        var footer = new AttemptFooter(lengthBytes);
        try
        {
            var fileBytes = lengthBytes + footer.Bytes.Length;
            var file = directories.Create(upload, StoredNames.Of(attempt), fileBytes);
            return new DiskAttemptWriter(attempt, length, footer, file, directories, writes, threads);
        }
        catch (IOException error) when (DiskErrors.IsFullAtCreate(error))
        {
            directories.TidyUp(upload);
            throw DiskErrors.Full($"attempt {attempt} of {lengthBytes} bytes", error);
        }
        catch (IOException error) when (DiskErrors.IsExisting(error))
        {
            throw new InvalidOperationException($"Attempt {attempt} already exists.", error);
        }
        catch (IOException error)
        {
            directories.TidyUp(upload);
            throw directories.Fault.Translate(error, $"attempt {attempt} of {lengthBytes} bytes");
        }
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessWriting();
        var offset = _length.Add(bytes.Length);
        try
        {
            _ahead.Cover(offset + bytes.Length);
            await _content.AppendAsync(bytes);
        }
        catch (IOException error)
        {
            await AbandonAsync();
            throw Translate(error);
        }
        catch
        {
            await AbandonAsync();
            throw;
        }

        _footer.Append(offset, bytes.Span);
    }

    /// <inheritdoc/>
    public async ValueTask CommitAsync(ReadOnlyMemory<Sha256Digest> leaves, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessWriting();
        _length.ThrowUnlessComplete(leaves.Length);
        try
        {
            await _content.DrainAsync();
            await _threads.RunAsync(() => Commit(leaves.Span));
            _state = State.Committed;
        }
        catch (IOException error)
        {
            await AbandonAsync();
            throw Translate(error);
        }
        catch
        {
            // A failed flush is never tried again: the kernel may have dropped the pages that it could not write.
            await AbandonAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_state == State.Writing)
        {
            await AbandonAsync();
        }
    }

    private string FilePath => _file.File.Name;

    private UploadId Upload => _file.Directory.Upload;

    private void Commit(ReadOnlySpan<Sha256Digest> leaves)
    {
        _directories.Fault.ThrowIfRaised();
        _footer.Seal(Upload, _attempt, leaves);
        _content.Finish(_footer.Bytes.Span);
        try
        {
            _file.Flush();
            _file.Dispose();
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

    private async ValueTask AbandonAsync()
    {
        _state = State.Abandoned;
        await _content.AbandonAsync();
        try
        {
            _file.Dispose();
            File.Delete(FilePath);
            _directories.TidyUp(Upload);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The remaining file has no trailer or no owner, so it is collected like a remnant of a crash.
        }
    }

    private void ThrowUnlessWriting()
    {
        if (_state != State.Writing)
        {
            throw new InvalidOperationException($"Attempt {_attempt} cannot be written: its state is {_state}.");
        }
    }

    private Exception Translate(IOException error) =>
        _directories.Fault.Translate(error, $"attempt {_attempt} of {_footer.LengthBytes} bytes");

    private AttemptDamagedException DeletedMeanwhile(Exception? inner) =>
        new($"Attempt {_attempt} of upload {Upload} was deleted while it was being written.", inner);
}
