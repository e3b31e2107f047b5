using System.Net;
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
    private ResumableUpload? _resumable;
    private ILookup<(string? Description, long SizeBytes), TreeHash>? _existing;
    private int _exitCode = ExitCode.Done;
    private int _uploadedCount;
    private int _skippedCount;

    private ResumableUpload Resumable => _resumable ??= new ResumableUpload(session, choice, _screen);

    /// <summary>Uploads files.</summary>
    /// <returns>The exit code of the first failure, if one failed.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var input = paths.Contains(StandardInput.Name)
            ? new UploadFile(StandardInput.Name, ArchiveName.Encode(choice.Description ?? "standard input"), Bytes: null)
            : null;
        var files = UploadFiles.Find(paths.Where(static path => path != StandardInput.Name), choice.Description, choice.AsTar, choice.Excluded);
        if (choice.PartSizeBytes > ArchiveUpload.MaxStreamPartSizeBytes
            && (input is not null || files.Found.Exists(static file => file.Bytes is null)))
        {
            throw new ArgumentException(
                "--part-size is too large for standard input and tars, whose parts are held in memory. Use at most 1GiB.");
        }

        // Reports a wrong address, key or vault before anything is read or sent.
        await session.Client.DescribeVaultAsync(session.Vault, cancellationToken);
        if (choice.SkipsExisting || files.HasFolder)
        {
            await ReadExistingAsync(cancellationToken);
        }

        if (choice.IsDryRun)
        {
            await TellPlanAsync(input is null ? files.Found : [.. files.Found, input], cancellationToken);
            TellLeftOut(files);
            return _exitCode;
        }

        var resumed = input is null ? null : await PrepareInputAsync(input.Description, cancellationToken);
        var totalCount = files.Found.Count + files.Refused.Count + (input is null ? 0 : 1);
        await _screen.WatchAsync(
            async () =>
            {
                await UploadAsync(files, cancellationToken);
                if (input is not null)
                {
                    await UploadAsync(
                        input, (transfer, token) => Resumable.SendAsync(input, resumed, transfer, token), cancellationToken);
                }
            },
            totalCount);
        TellLeftOut(files);
        if (totalCount > 1)
        {
            session.Printer.NoteCounts(
                "Uploaded", _uploadedCount, _skippedCount, totalCount - _uploadedCount - _skippedCount, totalCount);
        }

        return _exitCode;
    }

    /// <summary>Continues one upload.</summary>
    public async Task<int> ResumeAsync(string uploadId, string path, CancellationToken cancellationToken)
    {
        var resumed = new UploadFile(path, "", path == StandardInput.Name ? null : UploadFiles.RequireFile(path));
        await session.Client.DescribeVaultAsync(session.Vault, cancellationToken);
        await _screen.WatchAsync(
            () => UploadAsync(
                resumed, (transfer, token) => Resumable.SendAsync(resumed, uploadId, transfer, token), cancellationToken),
            totalCount: 1);
        return _exitCode;
    }

    private static string DescribeSize(UploadFile file) => file.Bytes is { } bytes ? $", {ByteCount.Format(bytes)}"
        : file.Path == StandardInput.Name ? ""
        : " as a tar";

    /// <summary>Remembers what the vault has.</summary>
    private async Task ReadExistingAsync(CancellationToken cancellationToken)
    {
        try
        {
            _existing = await new Inventory(session).ReadAsync(cancellationToken)
                .Select(static entry => (entry.Description, entry.SizeBytes, entry.TreeHash))
                .Distinct()
                .ToLookupAsync(
                    static entry => (entry.Description, entry.SizeBytes),
                    static entry => entry.TreeHash,
                    cancellationToken: cancellationToken);
        }
        catch (GlacierException denied) when (denied.StatusCode == HttpStatusCode.Forbidden && !choice.SkipsExisting)
        {
            // A key for backups adds, and reads nothing.
            session.Printer.Note("The key may not list what the vault has, so all files of the folder are sent.");
        }
    }

    private async Task TellPlanAsync(IEnumerable<UploadFile> files, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            var isThere = await IsExistingAsync(file, cancellationToken);
            session.Printer.Result(
                new { @event = isThere ? "skipped" : "planned", file = file.Path, file.Bytes },
                $"{ArchiveName.ShowName(file.Path)}  {(isThere ? "is already there" : $"would be sent{DescribeSize(file)}")}");
        }
    }

    private async Task UploadAsync(UploadFiles files, CancellationToken cancellationToken)
    {
        var workers = new ParallelOptions { MaxDegreeOfParallelism = choice.Workers, CancellationToken = cancellationToken };
        var small = new SmallFileUpload(session);
        await Parallel.ForEachAsync(
            files.Found.Where(IsSmall),
            workers,
            async (file, token) => await UploadAsync(
                file,
                (transfer, stop) => small.RunAsync(file, (range, sentBytes) => _screen.Send(transfer, range, sentBytes), stop),
                token));
        foreach (var file in files.Found.Where(file => !IsSmall(file)))
        {
            await UploadAsync(file, (transfer, token) => Resumable.RunAsync(file, transfer, token), cancellationToken);
        }
    }

    private bool IsSmall(UploadFile file) => file.Bytes <= (choice.PartSizeBytes ?? TransferOptions.FilePartBytes);

    private async Task UploadAsync(
        UploadFile file, Func<FileTransfer, CancellationToken, Task<ArchiveReceipt>> send, CancellationToken cancellationToken)
    {
        var path = file.Path;
        var transfer = _screen.Begin(path, file.Bytes);
        try
        {
            if (await IsExistingAsync(file, cancellationToken))
            {
                Interlocked.Increment(ref _skippedCount);
                _screen.Print(() => session.Printer.Result(
                    new { @event = "skipped", file = path }, $"{ArchiveName.ShowName(path)}  is already there"));
                return;
            }

            var receipt = await send(transfer, cancellationToken);
            Interlocked.Increment(ref _uploadedCount);
            var sizeBytes = file.Bytes ?? transfer.DoneBytes;
            var size = $"{ByteCount.Format(sizeBytes)} in {TimeText.Format(transfer.Elapsed)}";
            _screen.Print(() => session.Printer.Result(
                new { @event = "uploaded", file = path, receipt.ArchiveId, sizeBytes, treeHash = receipt.TreeHash?.ToString() },
                $"{ArchiveName.ShowName(path)}  {size}  {receipt.ArchiveId}",
                receipt.ArchiveId));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (ResumeCommand(path, transfer) is { } resume)
            {
                _screen.Print(() =>
                {
                    session.Printer.Event(new { @event = "interrupted", file = path, transfer.UploadId, resume });
                    NoteHowToResume(transfer, resume);
                });
            }

            throw;
        }
        catch (Exception fault) when (Failure.Find(fault) is { } failure)
        {
            Interlocked.CompareExchange(ref _exitCode, failure.Code, ExitCode.Done);
            var resume = Failure.IsFinal(fault) ? null : ResumeCommand(path, transfer);
            _screen.Print(() =>
            {
                session.Printer.Event(new { @event = "failed", file = path, error = failure.Message, transfer.UploadId, resume });
                Failure.Report(
                    failure.Message.StartsWith($"{path} ", StringComparison.Ordinal) ? failure.Message : $"{path}: {failure.Message}", failure.Code);
                NoteHowToResume(transfer, resume);
            });
        }
        finally
        {
            _screen.End(transfer);
        }
    }

    /// <summary>Whether the vault has a file. Its bytes are read only if the vault has an archive of that size under one of its names.</summary>
    private async Task<bool> IsExistingAsync(UploadFile file, CancellationToken cancellationToken)
    {
        if (_existing is null)
        {
            return false;
        }

        if (file.Bytes is not { } bytes)
        {
            return choice.SkipsExisting && Directory.Exists(file.Path) && await IsExistingTarAsync(file, _existing, cancellationToken);
        }

        var existing = ((string[])[file.Description, .. file.OtherNames]).SelectMany(name => _existing[(name, bytes)]).ToHashSet();
        if (existing.Count == 0)
        {
            return false;
        }

        using var source = ByteSource.FromFile(file.Path);
        return existing.Contains(await source.ReadTreeHashAsync(cancellationToken));
    }

    /// <summary>Whether the vault has the tar of a folder. Its hash is known when it has been made, so it is made only if the vault has an
    /// archive of its name.</summary>
    private async Task<bool> IsExistingTarAsync(
        UploadFile folder, ILookup<(string? Description, long SizeBytes), TreeHash> existing, CancellationToken cancellationToken)
    {
        var hashes = existing.Where(known => known.Key.Description == folder.Description).SelectMany(static known => known).ToHashSet();
        if (hashes.Count == 0)
        {
            return false;
        }

        await using var tar = new FolderTar(folder.Path, choice.Excluded);
        using var hash = new TreeHashBuilder();
        await hash.AppendAsync(tar.Stream, cancellationToken);
        return hashes.Contains(hash.Finish());
    }

    /// <summary>Does what the user has chosen for earlier uploads of standard input with the same description.</summary>
    /// <returns>The ID of the upload to continue, or null to begin one.</returns>
    private async Task<string?> PrepareInputAsync(string description, CancellationToken cancellationToken)
    {
        var ids = choice.StartsAnew ? [] : await Resumable.FindAsync(description, sizeBytes: 0, cancellationToken);
        switch (choice.Unfinished)
        {
            case UnfinishedAction.Resume:
                return ids.Count > 0 ? ids[0] : null;
            case UnfinishedAction.Abort:
                foreach (var id in ids)
                {
                    await session.Client.AbortMultipartUploadAsync(session.Vault, id, cancellationToken);
                    session.Printer.Note($"Aborted {id}.");
                }

                return null;
            default:
                if (ids.Count > 0)
                {
                    TellUnfinished(description, ids);
                }

                return null;
        }
    }

    private void TellUnfinished(string description, IReadOnlyList<string> ids)
    {
        var vault = $"--vault {session.Vault}{session.ServerWords}";
        var resume = $"{ProgramName.Text} uploads resume {ids[0]} {StandardInput.Name} {vault}";
        session.Printer.Event(new { @event = "unfinished", file = StandardInput.Name, uploadIds = ids, resume });
        session.Printer.Note(
            $"{Quantity.Format(ids.Count, "upload")} with the description '{ArchiveName.Show(description)}' did not finish, and the server keeps the parts. This "
            + "command begins another one.\n"
            + $"  To continue with the same input instead: {resume}\n"
            + $"  To delete the parts: {ProgramName.Text} uploads abort {string.Join(' ', ids)} {vault}\n"
            + "  The next time: --unfinished resume, or --unfinished abort");
    }

    /// <summary>Says what was not sent, after everything else.</summary>
    private void TellLeftOut(UploadFiles files)
    {
        foreach (var (path, reason) in files.Refused)
        {
            session.Printer.Event(new { @event = "failed", file = path, error = reason, uploadId = (string?)null, resume = (string?)null });
            var code = Failure.Report(reason, ExitCode.Failed);
            _exitCode = _exitCode == ExitCode.Done ? code : _exitCode;
        }

        foreach (var path in files.Empty)
        {
            session.Printer.Event(new { @event = "skipped", file = path, reason = "empty" });
        }

        foreach (var folder in files.FoldersWithoutFiles)
        {
            session.Printer.Note($"The folder {folder} has no files.");
        }

        TellCount(files.Empty.Count, "empty file");
        TellCount(files.LinkCount, "link");
        if (files.ExcludedCount > 0)
        {
            session.Printer.Note($"{Quantity.Format(files.ExcludedCount, "file or folder", "files and folders")} excluded.");
        }

        void TellCount(int count, string what)
        {
            if (count > 0)
            {
                session.Printer.Note($"{Quantity.Format(count, what)} left out"
                    + (files.HasFolder ? $". A tar would keep {(count == 1 ? "it" : "them")}: use --tar." : ": an archive must have at least one byte."));
            }
        }
    }

    /// <summary>The command that resumes an upload, or null if the server has nothing of it. For a tar, it is the same command again.</summary>
    private string? ResumeCommand(string path, FileTransfer transfer) => transfer.UploadId is not { } uploadId ? null
        : Directory.Exists(path) ? $"{ProgramName.Text} upload {ProgramName.Quote(path)} --tar --vault {session.Vault}"
            + (choice.Description is { } description ? $" --description {ProgramName.Quote(description)}" : "") + choice.Excluded.Words
            + session.ServerWords
        : $"{ProgramName.Text} uploads resume {uploadId} {ProgramName.Quote(path)} --vault {session.Vault}{session.ServerWords}";

    /// <summary>The command is on a separate line, which is easy to select.</summary>
    private void NoteHowToResume(FileTransfer transfer, string? resume)
    {
        if (resume is not null)
        {
            session.Printer.Note($"The server has {transfer.DescribeDone()}. To resume:\n  {resume}");
        }
    }
}
