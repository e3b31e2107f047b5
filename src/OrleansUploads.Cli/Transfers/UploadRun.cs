using OrleansUploads.Cli.Archives;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Transfers;
using OrleansUploads.Hashing;

namespace OrleansUploads.Cli.Transfers;

/// <summary>Uploads files: small ones in parallel, then large ones one after the other with parallel parts, then standard
/// input.</summary>
internal sealed class UploadRun(Session session, UploadChoice choice)
{
    private readonly TransferScreen _screen = new(session.Printer, TimeProvider.System);
    private readonly OpenUploads _open = new(session, choice.Vault);
    private ILookup<(string? Description, long SizeBytes), TreeHash>? _existing;
    private int _exitCode = ExitCode.Done;
    private int _uploadedCount;
    private int _skippedCount;

    private ResumableUpload Resumable => new(session, choice, _open, _screen);

    /// <summary>Uploads files.</summary>
    /// <returns>The exit code: that of the first failure, if one failed.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var hasInput = paths.Contains(StandardInput.Name);
        var files = UploadFiles.Find(paths.Where(static path => path != StandardInput.Name), choice.Description, choice.AsTar);
        if (choice.PartSizeBytes > ArchiveUpload.MaxStreamPartSizeBytes && (hasInput || files.Found.Exists(static file => file.Bytes is null)))
        {
            throw new ArgumentException(
                "--part-size is too large for standard input and tars, whose parts are held in memory. Use at most 1GiB.");
        }

        // Reports a wrong address, key or vault before anything is read or sent.
        await session.Connection.Client.DescribeVaultAsync(choice.Vault, cancellationToken);
        if (choice.SkipsExisting || files.HasFolder)
        {
            _existing = await ReadExistingAsync(cancellationToken);
        }

        var resumed = hasInput
            ? await new UnfinishedUploads(session, _open, choice).PrepareAsync(InputDescription, cancellationToken)
            : null;
        var totalCount = files.Found.Count + files.Refused.Count + (hasInput ? 1 : 0);
        await _screen.WatchAsync(
            async () =>
            {
                var workers = new ParallelOptions { MaxDegreeOfParallelism = choice.Workers, CancellationToken = cancellationToken };
                await Parallel.ForEachAsync(
                    files.Found.Where(IsSmall), workers, async (file, token) => await UploadAsync(file, UploadSmallAsync, token));
                foreach (var file in files.Found.Where(file => !IsSmall(file)))
                {
                    await UploadAsync(file, UploadLargeAsync, cancellationToken);
                }

                if (hasInput)
                {
                    await UploadAsync(
                        new UploadFile(StandardInput.Name, InputDescription, Bytes: null),
                        (file, transfer, token) => Resumable.RunInputAsync(resumed, file.Description, transfer, token),
                        cancellationToken);
                }

                return _exitCode;
            },
            totalCount);
        TellRefused(files);
        if (totalCount > 1)
        {
            TellCounts(totalCount);
        }

        return _exitCode;
    }

    /// <summary>Continues one upload.</summary>
    public async Task<int> ResumeAsync(string uploadId, string path, CancellationToken cancellationToken)
    {
        var resumed = new UploadFile(path, "", path == StandardInput.Name ? null : UploadFiles.RequireFile(path));
        await session.Connection.Client.DescribeVaultAsync(choice.Vault, cancellationToken);
        return await _screen.WatchAsync(
            async () =>
            {
                await UploadAsync(
                    resumed,
                    async (_, transfer, token) =>
                    {
                        if (path == StandardInput.Name)
                        {
                            return await Resumable.RunInputAsync(uploadId, "", transfer, token);
                        }

                        using var source = ByteSource.FromFile(path);
                        return await Resumable.ResumeAsync(uploadId, source, transfer, token);
                    },
                    cancellationToken);
                return _exitCode;
            },
            totalCount: 1);
    }

    private string InputDescription => choice.Description ?? "standard input";

    private bool IsSmall(UploadFile file) => file.Bytes <= (choice.PartSizeBytes ?? TransferOptions.FilePartBytes);

    private async Task UploadAsync(
        UploadFile file, Func<UploadFile, Transfer, CancellationToken, Task<ArchiveReceipt>> upload, CancellationToken cancellationToken)
    {
        var path = file.Path;
        var transfer = _screen.Begin(path, file.Bytes);
        try
        {
            if (await IsExistingAsync(file, cancellationToken))
            {
                Interlocked.Increment(ref _skippedCount);
                _screen.Print(() => session.Printer.Result(new { @event = "skipped", file = path }, $"{path}  is already there"));
                return;
            }

            var receipt = await upload(file, transfer, cancellationToken);
            Interlocked.Increment(ref _uploadedCount);
            _screen.Print(() => session.Printer.Result(
                new { @event = "uploaded", file = path, receipt.ArchiveId, treeHash = receipt.TreeHash?.ToString() },
                $"{path}  {receipt.ArchiveId}",
                receipt.ArchiveId));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _screen.Print(() => ReportInterruption(path, transfer));
            throw;
        }
        catch (Exception fault) when (Failure.Find(fault) is { } failure)
        {
            Interlocked.CompareExchange(ref _exitCode, failure.Code, ExitCode.Done);
            _screen.Print(() => ReportFailure(path, transfer, failure));
        }
        finally
        {
            _screen.End(transfer);
        }
    }

    private Task<ArchiveReceipt> UploadSmallAsync(UploadFile file, Transfer transfer, CancellationToken cancellationToken) =>
        new SmallFileUpload(session.Connection.Transfers, session.Connection.Patient, TimeProvider.System)
            .RunAsync(choice.Vault, file.Path, file.Description, cancellationToken);

    private Task<ArchiveReceipt> UploadLargeAsync(UploadFile file, Transfer transfer, CancellationToken cancellationToken) =>
        file.Bytes is null
            ? Resumable.RunTarAsync(file.Path, file.Description, transfer, cancellationToken)
            : Resumable.RunAsync(file.Path, file.Description, transfer, cancellationToken);

    private async Task<ILookup<(string?, long), TreeHash>> ReadExistingAsync(CancellationToken cancellationToken)
    {
        var existing = new HashSet<(string? Description, long SizeBytes, TreeHash TreeHash)>();
        await foreach (var entry in new Inventory(session).ReadAsync(choice.Vault, cancellationToken))
        {
            existing.Add((entry.Description, entry.SizeBytes, entry.TreeHash));
        }

        return existing.ToLookup(static entry => (entry.Description, entry.SizeBytes), static entry => entry.TreeHash);
    }

    /// <summary>Whether the vault has a file. Its bytes are read only if the vault has an archive of that description and size.</summary>
    private async Task<bool> IsExistingAsync(UploadFile file, CancellationToken cancellationToken)
    {
        if (file.Bytes is not { } bytes || _existing?.Contains((file.Description, bytes)) is not true)
        {
            return false;
        }

        using var source = ByteSource.FromFile(file.Path);
        return _existing[(file.Description, bytes)].Contains(await source.ReadTreeHashAsync(cancellationToken));
    }

    /// <summary>Names what could not be sent, after everything else.</summary>
    private void TellRefused(UploadFiles files)
    {
        foreach (var (path, reason) in files.Refused)
        {
            session.Printer.Event(new { @event = "failed", file = path, error = reason, uploadId = (string?)null, resume = (string?)null });
            var code = Failure.Report(reason, ExitCode.Failed);
            _exitCode = _exitCode == ExitCode.Done ? code : _exitCode;
        }

        if (files.LinkCount > 0)
        {
            session.Printer.Note($"{Quantity.Format(files.LinkCount, "link")} left out. A tar would keep them: use --tar.");
        }
    }

    private void ReportFailure(string path, Transfer transfer, Failure failure)
    {
        var resume = failure.Code == ExitCode.BytesDiffer ? null : ResumeCommand(path, transfer);
        session.Printer.Event(new { @event = "failed", file = path, error = failure.Message, transfer.UploadId, resume });
        Failure.Report($"{path}: {failure.Message}", failure.Code);
        NoteHowToResume(resume);
    }

    /// <summary>After many lines of output, it is hard to see whether one of them is a failure.</summary>
    private void TellCounts(int totalCount)
    {
        var failed = totalCount - _uploadedCount - _skippedCount;
        session.Printer.Note(
            string.Create(CultureInfo.InvariantCulture, $"Uploaded {_uploadedCount:N0} of {Quantity.Format(totalCount, "file")}")
            + (_skippedCount > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {_skippedCount:N0} already there") : "")
            + (failed > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {failed:N0} failed") : "") + ".");
    }

    private void ReportInterruption(string path, Transfer transfer)
    {
        if (ResumeCommand(path, transfer) is { } resume)
        {
            session.Printer.Event(new { @event = "interrupted", file = path, transfer.UploadId, resume });
            NoteHowToResume(resume);
        }
    }

    /// <summary>The command that resumes an upload, or null if the server has nothing of it. For a tar, it is the same command again.</summary>
    private string? ResumeCommand(string path, Transfer transfer) => transfer.UploadId is not { } uploadId ? null
        : Directory.Exists(path) ? $"{ProgramName.Text} upload {ProgramName.Quote(path)} --tar --vault {choice.Vault}"
            + (choice.Description is { } description ? $" --description {ProgramName.Quote(description)}" : "") + session.ServerWords
        : $"{ProgramName.Text} uploads resume {uploadId} {ProgramName.Quote(path)} --vault {choice.Vault}{session.ServerWords}";

    private void NoteHowToResume(string? resume)
    {
        if (resume is not null)
        {
            session.Printer.Note($"The server keeps what it has acknowledged. To resume: {resume}");
        }
    }
}
