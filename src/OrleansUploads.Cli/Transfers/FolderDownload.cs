using System.Collections.Concurrent;
using OrleansUploads.Cli.Archives;
using OrleansUploads.Cli.Jobs;
using OrleansUploads.Client.Transfers;

namespace OrleansUploads.Cli.Transfers;

/// <summary>Retrieves archives into a folder, each as the file that its name says. Small ones are fetched in parallel, then large ones one
/// after the other with parallel ranges. Files that are there with the same bytes are left out, so the same command continues.</summary>
internal sealed class FolderDownload(Session session, DownloadChoice choice)
{
    private readonly TransferScreen _screen = new(session.Printer, TimeProvider.System);
    private readonly TargetFolder _folder = new(choice.Output);
    private readonly ConcurrentQueue<(Target File, string JobId)> _started = new();
    private GlacierException? _limit;
    private int _exitCode = ExitCode.Done;
    private int _fetchedCount;
    private int _presentCount;
    private int _leftCount;

    /// <summary>An archive and the path of its file.</summary>
    private sealed record Target(InventoryEntry Archive, string Path);

    /// <summary>Retrieves archives. Of several that become the same file, only the newest.</summary>
    /// <param name="resume">The command that continues.</param>
    /// <param name="cancellationToken">Stops the downloads. The same command continues them.</param>
    /// <returns>The exit code of the first failure, if one failed.</returns>
    public async Task<int> RunAsync(IReadOnlyList<InventoryEntry> archives, string resume, CancellationToken cancellationToken)
    {
        var targets = Place(archives, out var refusedCount);
        if (targets.Exists(static target => !File.Exists(target.Path)))
        {
            FileFault.RequireWritable(choice.Output, "-o");
        }

        var totalCount = targets.Count + refusedCount;
        var jobs = await RetrievalJobs.FindAsync(session, choice.Tier, cancellationToken);
        try
        {
            await _screen.WatchAsync(
                () => ForEachAsync(
                    targets,
                    static target => target.Path,
                    (target, token) => StartAsync(target, jobs, token),
                    cancellationToken),
                totalCount);
            await WaitAsync(cancellationToken);
            var described = await DescribeAsync(cancellationToken);
            await _screen.WatchAsync(
                async () =>
                {
                    await ForEachAsync(
                        _started.Where(static started => ArchiveFetch.IsSmall(started.File.Archive.SizeBytes)),
                        static started => started.File.Path,
                        (started, token) => FetchAsync(started.File, started.JobId, described, token),
                        cancellationToken);
                    foreach (var (file, jobId) in _started.Where(static started => !ArchiveFetch.IsSmall(started.File.Archive.SizeBytes)))
                    {
                        await AttemptAsync(file.Path, token => FetchAsync(file, jobId, described, token), cancellationToken);
                    }
                },
                totalCount);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            session.Printer.Event(new { @event = "interrupted", file = choice.Output, resume });
            session.Printer.Note($"To resume:\n  {resume}");
            throw;
        }

        if (_limit is not null)
        {
            Tell(choice.Output, new Failure(
                ExitCode.Failed, $"{Quantity.Format(_leftCount, "file")} left to download: {_limit.Message} Then run the same command again."));
        }

        if (totalCount > 1)
        {
            session.Printer.NoteCounts(
                "Downloaded", _fetchedCount, _presentCount, totalCount - _fetchedCount - _presentCount - _leftCount, totalCount);
        }

        return _exitCode;
    }

    private List<Target> Place(IReadOnlyList<InventoryEntry> archives, out int refusedCount)
    {
        var placed = new Dictionary<string, InventoryEntry>(StringComparer.Ordinal);
        var refused = 0;
        foreach (var archive in archives)
        {
            try
            {
                var path = _folder.PathOf(archive);
                placed[path] = placed.TryGetValue(path, out var other) && other.CreatedAt > archive.CreatedAt ? other : archive;
            }
            catch (IOException refusal)
            {
                Refuse(ArchiveName.Show(archive.Description), refusal.Message);
            }
        }

        foreach (var path in placed.Keys.Where(path => placed.ContainsKey(ArchiveDownload.PartialPathOf(path))).ToList())
        {
            var partial = ArchiveDownload.PartialPathOf(path);
            placed.Remove(partial);
            Refuse(partial, $"This is the name of {path} while it is downloaded. Download this archive alone.");
        }

        refusedCount = refused;
        return [.. placed.Select(static at => new Target(at.Value, at.Key)).OrderBy(static target => target.Path, StringComparer.Ordinal)];

        void Refuse(string name, string reason)
        {
            refused++;
            Tell(name, new Failure(ExitCode.Failed, reason));
        }
    }

    private Task ForEachAsync<T>(
        IEnumerable<T> items, Func<T, string> path, Func<T, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = choice.Workers, CancellationToken = cancellationToken },
            async (item, stop) => await AttemptAsync(path(item), token => work(item, token), stop));

    /// <summary>Starts the job of an archive, unless its file is there. All are started before the first is fetched, because a job may take
    /// hours.</summary>
    private async Task StartAsync(Target target, RetrievalJobs jobs, CancellationToken cancellationToken)
    {
        var (archive, path) = target;
        if (Directory.Exists(path))
        {
            throw new IOException("A folder has this name. Name another folder with -o.");
        }

        if (await DownloadRun.IsThereAsync(path, archive.SizeBytes, archive.TreeHash, cancellationToken))
        {
            Interlocked.Increment(ref _presentCount);
            _screen.Print(() => session.Printer.Result(
                new { @event = "skipped", file = path }, $"{ArchiveName.ShowName(path)}  is already there"));
            return;
        }

        if (!choice.Overwrites && File.Exists(path))
        {
            throw new IOException("A file with other bytes has this name. Delete it, or use --overwrite.");
        }

        if (_limit is null)
        {
            try
            {
                _started.Enqueue((target, await jobs.GetAsync(archive.ArchiveId, cancellationToken)));
                return;
            }
            catch (GlacierException refusal) when (refusal.Code == GlacierErrorCodes.LimitExceeded)
            {
                _limit = refusal;
            }
        }

        Interlocked.Increment(ref _leftCount);
    }

    /// <summary>Waits for the job that was started last. If another one takes longer, fetching its output waits for it.</summary>
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (_started.LastOrDefault().JobId is { } last)
        {
            try
            {
                await new JobWait(session.Transfers, session.Printer, TimeProvider.System).RunAsync(session.Vault, last, cancellationToken);
            }
            catch (InvalidDataException)
            {
                // The job has failed. Fetching its output says so.
            }
        }
    }

    /// <summary>Describes the jobs. A list of them costs much less than a request for each.</summary>
    private async Task<Dictionary<string, Job>> DescribeAsync(CancellationToken cancellationToken)
    {
        var wanted = _started.Select(static started => started.JobId).ToHashSet(StringComparer.Ordinal);
        return wanted.Count == 0 ? [] : await session.Transfers.ListJobsAsync(session.Vault, cancellationToken)
            .Where(job => wanted.Contains(job.JobId))
            .ToDictionaryAsync(static job => job.JobId, StringComparer.Ordinal, cancellationToken);
    }

    private async Task FetchAsync(
        Target target, string jobId, Dictionary<string, Job> described, CancellationToken cancellationToken)
    {
        var (archive, path) = target;
        var job = described.GetValueOrDefault(jobId)
            ?? await session.Transfers.DescribeJobAsync(session.Vault, jobId, cancellationToken);
        _folder.CreateFoldersAbove(path);
        await new ArchiveFetch(session, choice, _screen).ToFileAsync(job, path, cancellationToken);
        Interlocked.Increment(ref _fetchedCount);
        _screen.Print(() => session.Printer.Result(
            new { @event = "downloaded", file = path, archive.ArchiveId, archive.SizeBytes, treeHash = archive.TreeHash.ToString() },
            $"{ArchiveName.ShowName(path)}  {ByteCount.Format(archive.SizeBytes)}, verified"));
    }

    /// <summary>Does something for one file. A failure does not keep the others from being downloaded.</summary>
    private async Task AttemptAsync(string path, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception fault) when (Failure.Find(fault) is { } failure)
        {
            Tell(path, failure);
        }
    }

    private void Tell(string path, Failure failure)
    {
        Interlocked.CompareExchange(ref _exitCode, failure.Code, ExitCode.Done);
        _screen.Print(() =>
        {
            session.Printer.Event(new { @event = "failed", file = path, error = failure.Message });
            Failure.Report($"{path}: {failure.Message}", failure.Code);
        });
    }
}
