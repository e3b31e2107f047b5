using System.Collections.Frozen;
using System.Globalization;
using OrleansUploads.Cli.Archives;
using OrleansUploads.Cli.CommandLine;
using OrleansUploads.Cli.Remote;
using OrleansUploads.Client.Models;
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
    private FrozenSet<Existing> _existing = [];
    private int _exitCode = ExitCode.Done;
    private int _uploadedCount;
    private int _skippedCount;

    private readonly record struct Existing(string? Description, long SizeBytes, TreeHash TreeHash);

    private ResumableUpload Resumable => new(session, choice, _open, _screen);

    /// <summary>Uploads files.</summary>
    /// <returns>The exit code: that of the first failure, if one failed.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        if (choice.PartSizeBytes > ArchiveUpload.MaxStreamPartSizeBytes && paths.Contains(StandardInput.Name))
        {
            throw new ArgumentException(
                "--part-size is too large for standard input, whose parts are held in memory. Use at most 1GiB.");
        }

        var files = paths.Where(path => path != StandardInput.Name).Select(path => (Path: path, Bytes: RequireFile(path))).ToList();

        // Reports a wrong address, key or vault before anything is read or sent.
        await session.Connection.Client.DescribeVaultAsync(choice.Vault, cancellationToken);
        if (choice.SkipsExisting)
        {
            _existing = await ReadExistingAsync(cancellationToken);
        }

        var exitCode = await _screen.WatchAsync(
            async () =>
            {
                var workers = new ParallelOptions { MaxDegreeOfParallelism = choice.Workers, CancellationToken = cancellationToken };
                await Parallel.ForEachAsync(
                    files.Where(file => IsSmall(file.Bytes)),
                    workers,
                    async (file, token) => await UploadAsync(file.Path, file.Bytes, UploadSmallAsync, token));
                foreach (var (path, bytes) in files.Where(file => !IsSmall(file.Bytes)))
                {
                    await UploadAsync(path, bytes, UploadLargeAsync, cancellationToken);
                }

                if (paths.Contains(StandardInput.Name))
                {
                    await UploadAsync(StandardInput.Name, null, UploadInputAsync, cancellationToken);
                }

                return _exitCode;
            },
            paths.Count);
        if (paths.Count > 1)
        {
            TellCounts(paths.Count);
        }

        return exitCode;
    }

    /// <summary>Continues one upload.</summary>
    public async Task<int> ResumeAsync(string uploadId, string path, CancellationToken cancellationToken)
    {
        long? bytes = path == StandardInput.Name ? null : RequireFile(path);
        await session.Connection.Client.DescribeVaultAsync(choice.Vault, cancellationToken);
        return await _screen.WatchAsync(
            async () =>
            {
                await UploadAsync(
                    path,
                    bytes,
                    async (_, transfer, token) =>
                    {
                        if (path == StandardInput.Name)
                        {
                            return await Resumable.RunStreamAsync(uploadId, "", transfer, token);
                        }

                        using var source = ByteSource.FromFile(path);
                        return await Resumable.ResumeAsync(uploadId, source, transfer, token);
                    },
                    cancellationToken);
                return _exitCode;
            },
            totalCount: 1);
    }

    /// <summary>Returns the length of a file that can be uploaded.</summary>
    /// <exception cref="IOException">It cannot be uploaded.</exception>
    private static long RequireFile(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException(
                $"{path} is a folder. Pack it: tar -c {ProgramName.Quote(path)} | {ProgramName.Text} upload - --vault NAME");
        }

        if (SpecialFile.Exists(path))
        {
            throw new IOException($"{path} is a device, pipe or socket. {AsInput(path)}");
        }

        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new FileNotFoundException($"The file {path} does not exist.");
        }

        InputFile.RequireReadable(path);
        return file.Length > 0 ? file.Length
            : throw new IOException(SpecialFile.HasUnknownLength(path)
                ? $"The system does not know the length of {path}. {AsInput(path)}"
                : $"The file {path} is empty. An archive must have at least one byte.");
    }

    private static string AsInput(string path) =>
        $"Send it as standard input: {ProgramName.Text} upload - --vault NAME < {ProgramName.Quote(path)}";

    private bool IsSmall(long bytes) => bytes <= (choice.PartSizeBytes ?? PartSizes.FileBytes);

    private async Task UploadAsync(
        string path,
        long? bytes,
        Func<string, Transfer, CancellationToken, Task<ArchiveReceipt>> upload,
        CancellationToken cancellationToken)
    {
        var transfer = _screen.Begin(path, bytes);
        try
        {
            if (_existing.Count > 0 && bytes is not null && await IsExistingAsync(path, cancellationToken))
            {
                Interlocked.Increment(ref _skippedCount);
                _screen.Print(() => session.Printer.Result(new { @event = "skipped", file = path }, $"{path}  is already there"));
                return;
            }

            var receipt = await upload(path, transfer, cancellationToken);
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

    private Task<ArchiveReceipt> UploadSmallAsync(string path, Transfer transfer, CancellationToken cancellationToken) =>
        new SmallFileUpload(session.Connection.Transfers, session.Connection.Patient, TimeProvider.System)
            .RunAsync(choice.Vault, path, DescriptionOf(path), cancellationToken);

    private Task<ArchiveReceipt> UploadLargeAsync(string path, Transfer transfer, CancellationToken cancellationToken) =>
        Resumable.RunAsync(path, DescriptionOf(path), transfer, cancellationToken);

    private Task<ArchiveReceipt> UploadInputAsync(string path, Transfer transfer, CancellationToken cancellationToken) =>
        Resumable.RunStreamAsync(uploadId: null, choice.Description ?? "standard input", transfer, cancellationToken);

    private string DescriptionOf(string path) => choice.Description ?? FileDescription.Of(path);

    private async Task<FrozenSet<Existing>> ReadExistingAsync(CancellationToken cancellationToken)
    {
        var existing = new HashSet<Existing>();
        await foreach (var entry in new Inventory(session).ReadAsync(choice.Vault, cancellationToken))
        {
            existing.Add(new Existing(entry.Description, entry.SizeBytes, entry.TreeHash));
        }

        return existing.ToFrozenSet();
    }

    private async Task<bool> IsExistingAsync(string path, CancellationToken cancellationToken)
    {
        using var source = ByteSource.FromFile(path);
        var treeHash = await source.ReadTreeHashAsync(cancellationToken);
        return _existing.Contains(new Existing(DescriptionOf(path), source.LengthBytes, treeHash));
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

    /// <summary>The command that resumes an upload, or null if the server has nothing of it.</summary>
    private string? ResumeCommand(string path, Transfer transfer) => transfer.UploadId is { } uploadId
        ? $"{ProgramName.Text} uploads resume {uploadId} {ProgramName.Quote(path)} --vault {choice.Vault}{session.ServerWords}"
        : null;

    private void NoteHowToResume(string? resume)
    {
        if (resume is not null)
        {
            session.Printer.Note($"The server keeps what it has acknowledged. To resume: {resume}");
        }
    }
}
