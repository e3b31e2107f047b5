using OrleansUploads.Cli.Jobs;
using OrleansUploads.Hashing;
using OrleansUploads.Serving;

namespace OrleansUploads.Cli.Transfers;

/// <summary>Where archives are downloaded to and how.</summary>
/// <param name="Output">The file or folder to write, or <c>-</c> for standard output.</param>
/// <param name="Overwrites">Whether files that exist are replaced.</param>
/// <param name="SkipsExisting">Whether files are left out that exist with the bytes of their archives.</param>
/// <param name="Tier">How fast archives are retrieved, or null for the server's default.</param>
/// <param name="Workers">The number of ranges, or of small files, that are fetched at the same time.</param>
internal sealed record DownloadChoice(string Output, bool Overwrites, bool SkipsExisting, ArchiveRetrievalTier? Tier, int Workers)
{
    /// <summary>Stands for standard output where a command takes the name of a file.</summary>
    public const string StandardOutput = "-";

    /// <summary>Whether the output is a folder: it exists, or its name ends with a slash.</summary>
    public bool IsFolder => Path.EndsInDirectorySeparator(Output) || Directory.Exists(Output);

    /// <summary>Checks that the file or standard output can be written, before anything is asked of the server.</summary>
    /// <exception cref="IOException">It cannot, or the file exists and must not be replaced.</exception>
    /// <exception cref="ArgumentException">Standard output is to have JSON, too.</exception>
    public void RequireTarget(Printer printer)
    {
        if (Output == StandardOutput)
        {
            RequirePipe(printer);
            return;
        }

        if (InputFile.IsSpecial(Output))
        {
            throw new IOException(
                $"{Output} is a device, pipe or socket. Name a file, or write to standard output with '-o {StandardOutput}'.");
        }

        if (Directory.Exists(Output))
        {
            throw new IOException($"{Output} is a folder. Name another file with -o.");
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(Output))!;
        if (!Directory.Exists(folder))
        {
            throw FileFault.FindFile(folder) is { } file
                ? new IOException($"{file} is a file, not a folder. Name another file with -o.")
                : new DirectoryNotFoundException($"The folder {folder} does not exist. Create it, or name another file with -o.");
        }

        if (!SkipsExisting)
        {
            RequireAbsent();
        }

        if (!SkipsExisting || !File.Exists(Output))
        {
            FileFault.RequireWritable(folder, "-o");
        }
    }

    /// <summary>Checks that a file is replaced only if it may be.</summary>
    /// <exception cref="IOException">It exists and must not be replaced.</exception>
    public void RequireAbsent()
    {
        if (!Overwrites && File.Exists(Output))
        {
            throw new IOException($"The file {Output} already exists. Delete it, or use --overwrite.");
        }
    }

    /// <summary>Checks that the output can be a folder.</summary>
    /// <exception cref="IOException">It is a file.</exception>
    /// <exception cref="ArgumentException">It is standard output.</exception>
    public void RequireFolder()
    {
        if (Output == StandardOutput)
        {
            throw new ArgumentException("Standard output takes one archive. Name a folder with -o for several.");
        }

        if (FileFault.FindFile(Output) is { } file)
        {
            throw new IOException($"{file} is a file. Name a folder with -o.");
        }
    }

    private static void RequirePipe(Printer printer)
    {
        if (printer.IsJson)
        {
            throw new ArgumentException($"--json and '-o {StandardOutput}' both write to standard output. Use one of them.");
        }

        if (!Console.IsOutputRedirected)
        {
            throw new IOException("Standard output is a terminal. Redirect it to a file or a pipe, or name a file with -o.");
        }
    }

    /// <summary>The options with which the same download is continued, with a leading space.</summary>
    public string Words => $" -o {ProgramName.Quote(Output)}{(Overwrites ? " --overwrite" : "")}{(SkipsExisting ? " --skip-existing" : "")}";
}

/// <summary>Retrieves one archive into a file or to standard output.</summary>
internal sealed class DownloadRun(Session session, DownloadChoice choice)
{
    private readonly TransferScreen _screen = new(session.Printer, TimeProvider.System);

    /// <summary>Whether a file exists and has certain bytes.</summary>
    public static async Task<bool> IsThereAsync(string path, long? sizeBytes, TreeHash? treeHash, CancellationToken cancellationToken)
    {
        if (!File.Exists(path) || InputFile.IsSpecial(path) || new FileInfo(path).Length != sizeBytes)
        {
            return false;
        }

        await using var file = File.OpenRead(path);
        using var hash = new TreeHashBuilder();
        await hash.AppendAsync(file, cancellationToken);
        return hash.Finish() == treeHash;
    }

    public async Task RunAsync(string archiveId, CancellationToken cancellationToken)
    {
        var isPipe = choice.Output == DownloadChoice.StandardOutput;
        string? jobId = null;
        try
        {
            var jobs = await RetrievalJobs.FindAsync(session, choice.Tier, cancellationToken);
            jobId = await jobs.GetAsync(archiveId, cancellationToken);
            session.Printer.Event(new { @event = "started", file = choice.Output, jobId });
            var job = await new JobWait(session.Transfers, session.Printer, TimeProvider.System)
                .RunAsync(session.Vault, jobId, cancellationToken);
            var sizeBytes = job.RetrievalRange?.LengthBytes ?? job.ArchiveSizeBytes;
            if (!isPipe && choice.SkipsExisting)
            {
                if (await IsThereAsync(choice.Output, sizeBytes, job.TreeHash, cancellationToken))
                {
                    session.Printer.Result(new { @event = "skipped", file = choice.Output }, $"{choice.Output}  is already there");
                    return;
                }

                choice.RequireAbsent();
            }

            var fetch = new ArchiveFetch(session, choice, _screen);
            await using var output = isPipe ? RedirectedOutput.Open() : null;
            await _screen.WatchAsync(
                () => output is null
                    ? fetch.ToFileAsync(job, choice.Output, cancellationToken)
                    : fetch.ToStreamAsync(job, output, cancellationToken),
                totalCount: 1);
            var text = $"{choice.Output}  {ByteCount.Format(sizeBytes ?? 0)}, verified";
            if (isPipe)
            {
                session.Printer.Note(text);
                return;
            }

            session.Printer.Result(
                new { @event = "downloaded", file = choice.Output, archiveId, sizeBytes, treeHash = job.TreeHash?.ToString() }, text);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            var resume = $"{ProgramName.Text} download {archiveId} --vault {session.Vault}{choice.Words}{session.ServerWords}";
            session.Printer.Event(new { @event = "interrupted", file = choice.Output, jobId, resume });
            if (!isPipe)
            {
                session.Printer.Note($"To resume:\n  {resume}");
            }

            throw;
        }
        catch (Exception fault) when (Failure.Find(fault) is { } failure)
        {
            session.Printer.Event(new { @event = "failed", file = choice.Output, error = failure.Message, jobId });
            throw;
        }
    }
}
