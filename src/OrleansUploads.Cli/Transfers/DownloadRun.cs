using OrleansUploads.Cli.Jobs;
using OrleansUploads.Client.Transfers;

namespace OrleansUploads.Cli.Transfers;

/// <summary>What is downloaded, where to and how.</summary>
internal sealed record DownloadChoice(string ArchiveId, string Path, bool Overwrites, RetrievalTier? Tier, int Workers)
{
    /// <summary>Checks that the file can be written, before anything is asked of the server.</summary>
    /// <exception cref="IOException">It cannot, or it exists and must not be replaced.</exception>
    public void RequireTarget()
    {
        if (Path == StandardInput.Name)
        {
            throw new IOException("A download goes to a file, because its bytes are verified first. Name the file with -o.");
        }

        if (Directory.Exists(Path))
        {
            throw new IOException($"{Path} is a folder. Name the file to write with -o.");
        }

        if (InputFile.IsSpecial(Path))
        {
            throw new IOException(
                $"{Path} is a device, pipe or socket. A download is written to a new file. Name another one with -o.");
        }

        if (System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path)) is { } folder && !Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The folder {folder} does not exist. Create it, or name another file with -o.");
        }

        if (!Overwrites && File.Exists(Path))
        {
            throw new IOException($"The file {Path} already exists. Delete it, or use --overwrite.");
        }
    }
}

/// <summary>Retrieves an archive into a file. A job that an earlier run has started is used again.</summary>
internal sealed class DownloadRun(Session session, DownloadChoice choice)
{
    private readonly TransferScreen _screen = new(session.Printer, TimeProvider.System);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var client = session.Transfers;
        string? jobId = null;
        try
        {
            jobId = await FindJobAsync(cancellationToken) ?? await session.Client.InitiateArchiveRetrievalAsync(
                session.Vault, choice.ArchiveId, tier: choice.Tier, cancellationToken: cancellationToken);
            session.Printer.Event(new { @event = "started", file = choice.Path, jobId });
            var job = await new JobWait(client, session.Printer, TimeProvider.System)
                .RunAsync(session.Vault, jobId, cancellationToken);
            await _screen.WatchAsync(() => FetchAsync(job, cancellationToken), totalCount: 1);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            var resume = $"{ProgramName.Text} download {choice.ArchiveId} --vault {session.Vault} "
                + $"-o {ProgramName.Quote(choice.Path)}{(choice.Overwrites ? " --overwrite" : "")}{session.ServerWords}";
            session.Printer.Event(new { @event = "interrupted", file = choice.Path, jobId, resume });
            session.Printer.Note($"To resume: {resume}");
            throw;
        }
        catch (Exception fault) when (Failure.Find(fault) is { } failure)
        {
            session.Printer.Event(new { @event = "failed", file = choice.Path, error = failure.Message, jobId });
            throw;
        }
    }

    private async Task FetchAsync(Job job, CancellationToken cancellationToken)
    {
        var size = job.RetrievalRange?.LengthBytes ?? job.ArchiveSizeBytes;
        var transfer = _screen.Begin(choice.Path, size);
        long? verified = null;
        var download = new ArchiveDownload(session.Transfers, new ArchiveDownloadOptions
        {
            Workers = choice.Workers,
            Overwrite = choice.Overwrites,
            OnProgress = progress =>
            {
                if (progress.SizeBytes is null)
                {
                    return;
                }

                _screen.Add(transfer, new ByteRange(verified ?? 0, progress.VerifiedBytes), isSkipped: verified is null);
                verified = progress.VerifiedBytes;
            },
        });
        try
        {
            await download.ResumeAsync(session.Vault, job.JobId, choice.Path, cancellationToken);
        }
        finally
        {
            _screen.End(transfer);
        }

        _screen.Print(() => session.Printer.Result(
            new { @event = "downloaded", file = choice.Path, choice.ArchiveId, sizeBytes = size, treeHash = job.TreeHash?.ToString() },
            $"{choice.Path}  {ByteCount.Format(size ?? 0)}, verified"));
    }

    /// <summary>Finds a job for the whole archive whose output can be downloaded now or later.</summary>
    private async Task<string?> FindJobAsync(CancellationToken cancellationToken)
    {
        Job? found = null;
        await foreach (var job in session.Client.ListJobsAsync(session.Vault, cancellationToken))
        {
            if (job.ArchiveId == choice.ArchiveId
                && job.Status != JobStatus.Failed
                && (job.RetrievalRange is not { } range || range == new ByteRange(0, job.ArchiveSizeBytes ?? 0)))
            {
                // Finished ones first; of these the newest, because its output is kept the longest.
                found = found is { Status: JobStatus.Succeeded } && job.Status != JobStatus.Succeeded ? found : job;
            }
        }

        return found?.JobId;
    }
}
