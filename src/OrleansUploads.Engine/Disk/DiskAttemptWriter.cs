using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Disk;

/// <summary><see cref="AttemptContent"/> says on which threads bytes are written. Commits run on the disk threads.</summary>
internal sealed class DiskAttemptWriter : AttemptWriter
{
    private readonly UploadDirectories _directories;
    private readonly DiskThreads _threads;
    private readonly UnflushedFile _file;
    private readonly AttemptContent _content;
    private readonly AllocationAhead _ahead;

    private DiskAttemptWriter(
        UploadId upload,
        AttemptId attempt,
        AttemptFooter footer,
        UnflushedFile file,
        UploadDirectories directories,
        DirectWrites writes,
        DiskThreads threads,
        Action<long>? requireSpace)
        : base(upload, attempt, footer)
    {
        var handle = file.File.SafeFileHandle;
        _file = file;
        _content = new AttemptContent(handle, writes.TryBegin(handle, footer.LengthBytes), writes, threads);
        _directories = directories;
        _threads = threads;
        _ahead = new AllocationAhead(handle, footer.LengthBytes + footer.Bytes.Length, requireSpace);
    }

    /// <summary>Creates the attempt's file, which must not exist yet.</summary>
    public static DiskAttemptWriter Create(
        UploadId upload,
        AttemptId attempt,
        long lengthBytes,
        UploadDirectories directories,
        DirectWrites writes,
        DiskThreads threads,
        Action<long>? requireSpace)
    {
        requireSpace?.Invoke(lengthBytes);
        var footer = new AttemptFooter(attempt, lengthBytes);
        try
        {
            var file = directories.Create(upload, attempt, lengthBytes + footer.Bytes.Length);
            return new DiskAttemptWriter(upload, attempt, footer, file, directories, writes, threads, requireSpace);
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

    private string FilePath => _file.File.Name;

    protected override ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _ahead.Cover(Footer.AppendedBytes);
        return _content.AppendAsync(bytes);
    }

    protected override async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        await _content.DrainAsync();
        await _threads.RunAsync(Commit);
    }

    protected override async ValueTask AbandonAsync()
    {
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

    protected override Exception? Translate(Exception fault) =>
        fault is IOException error ? _directories.Fault.Translate(error, What) : null;

    private void Commit()
    {
        _directories.Fault.ThrowIfRaised();
        _content.Finish(Footer.Bytes.Span);
        try
        {
            // A failed flush is never tried again: the kernel may have dropped the pages that it could not write.
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

    private AttemptDamagedException DeletedMeanwhile(Exception? inner) =>
        new($"Attempt {Attempt} of upload {Upload} was deleted while it was being written.", inner);
}
