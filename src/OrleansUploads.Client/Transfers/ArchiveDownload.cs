using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Client.Transfers;

/// <summary>Downloads archives to files or streams: waits for the retrieval job, downloads range by range, and verifies all
/// bytes.</summary>
/// <remarks>
/// The bytes are written to <c>{path}.partial</c>, or to a shorter name: see <see cref="PartialPathOf"/>. The file is renamed
/// to <c>path</c> only after the tree hash of the whole archive has been verified, so a file at <c>path</c> is always complete
/// and correct. If a download stops, <see cref="ResumeAsync(string, string, string, CancellationToken)"/> continues from the
/// partial file.
/// </remarks>
public sealed class ArchiveDownload
{
    /// <summary>What a file's name ends with until it is complete.</summary>
    public const string PartialSuffix = ".partial";

    /// <summary>The longest name of a file in the usual file systems, in bytes of UTF-8.</summary>
    private const int MaxNameBytes = 255;

    private const int MarkBytes = 8;

    private readonly GlacierClient _client;
    private readonly ArchiveDownloadOptions _options;

    /// <summary>Creates a download that uses a client.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range size is not 1 MiB times a power of two, or the number of workers is
    /// less than 1.</exception>
    public ArchiveDownload(GlacierClient client, ArchiveDownloadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _options = options ?? new ArchiveDownloadOptions();
        if (_options.RangeBytes < TreeHash.LeafBytes || !int.IsPow2(_options.RangeBytes))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), _options.RangeBytes, "The range size must be 1 MiB times a power of two.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Workers, 1, nameof(options));
    }

    /// <summary>What the server has said of a job's output.</summary>
    /// <param name="ArchiveId">The archive ID.</param>
    /// <param name="FirstByte">Where in the archive the output begins.</param>
    /// <param name="SizeBytes">The length of the output.</param>
    /// <param name="TreeHash">The tree hash of the output.</param>
    internal readonly record struct OutputProperties(string? ArchiveId, long FirstByte, long SizeBytes, TreeHash TreeHash);

    /// <summary>Starts a retrieval job, waits for it to finish, and downloads the archive to a file.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="archiveId">The archive ID.</param>
    /// <param name="path">The file to write. A partial file from an earlier download to this path is replaced.</param>
    /// <param name="cancellationToken">Stops the download. It can be resumed.</param>
    /// <exception cref="ArchiveDownloadException">The download stopped.</exception>
    /// <exception cref="GlacierException">The retrieval job could not be started.</exception>
    /// <exception cref="IOException">The file cannot be written, another download writes to it, or it exists and must not be
    /// replaced.</exception>
    public async Task DownloadAsync(
        string vault, string archiveId, string path, CancellationToken cancellationToken = default)
    {
        CheckTarget(path);
        PartialFile.ClearIfPresent(PartialPathOf(path));
        var jobId = await _client.InitiateArchiveRetrievalAsync(
            vault, archiveId, tier: _options.Tier, cancellationToken: cancellationToken).ConfigureAwait(false);
        await ResumeAsync(vault, jobId, path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Resumes a download that stopped, or downloads the output of a job that was started elsewhere.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="jobId">The ID of the retrieval job.</param>
    /// <param name="path">The file to write. Bytes that <c>{path}.partial</c> already contains are not downloaded again, except the last
    /// 1 MiB. If it differs, the partial file is from another archive and is replaced.</param>
    /// <param name="cancellationToken">Stops the download. It can be resumed.</param>
    /// <exception cref="ArchiveDownloadException">The download stopped.</exception>
    /// <exception cref="IOException">The file cannot be written, another download writes to it, or it exists and must not be
    /// replaced.</exception>
    public Task ResumeAsync(
        string vault, string jobId, string path, CancellationToken cancellationToken = default) =>
        ResumeAsync(vault, jobId, known: null, path, cancellationToken);

    /// <summary>As the other overload, for a job that the server has described. If it has succeeded, it is not described again.</summary>
    /// <inheritdoc cref="ResumeAsync(string, string, string, CancellationToken)"/>
    public Task ResumeAsync(string vault, Job job, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        return ResumeAsync(vault, job.JobId, job, path, cancellationToken);
    }

    /// <summary>Writes the output of a job to a stream, such as a pipe. Each range is verified before it is written; the tree hash of the
    /// whole archive is verified after the last one.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="job">The retrieval job, as the server has described it.</param>
    /// <param name="destination">Where the bytes are appended. It is neither flushed nor closed.</param>
    /// <param name="cancellationToken">Stops the download. It cannot be resumed.</param>
    /// <exception cref="ArchiveDownloadException">The download stopped, or the whole archive has another tree hash than the job.</exception>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public async Task WriteToAsync(string vault, Job job, Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(destination);
        var jobId = job.JobId;
        try
        {
            var expected = await AwaitJobAsync(vault, jobId, job, cancellationToken).ConfigureAwait(false);
            var ranges = new List<TreeHash>();
            var written = 0L;
            Report(jobId, expected, written);
            var fetch = new RangeFetch(_client, vault, jobId, expected);
            await FetchRangesAsync(fetch, written, expected, AppendAsync, cancellationToken).ConfigureAwait(false);
            if (TreeHasher.Combine(CollectionsMarshal.AsSpan(ranges)) is var treeHash && treeHash != expected.TreeHash)
            {
                throw Differs(jobId, treeHash, expected, "They have been written.");
            }

            async Task AppendAsync(FetchedRange range)
            {
                await destination.WriteAsync(range.Bytes, cancellationToken).ConfigureAwait(false);
                ranges.Add(range.TreeHash);
                written += range.Bytes.Length;
                Report(jobId, expected, written);
            }
        }
        catch (GlacierException failure)
        {
            throw new ArchiveDownloadException(jobId, "The download stopped: " + failure.Message, failure);
        }
    }

    private async Task ResumeAsync(string vault, string jobId, Job? known, string path, CancellationToken cancellationToken)
    {
        CheckTarget(path);
        try
        {
            var expected = await AwaitJobAsync(vault, jobId, known, cancellationToken).ConfigureAwait(false);
            await FetchAsync(vault, jobId, path, expected, cancellationToken).ConfigureAwait(false);
        }
        catch (GlacierException failure)
        {
            throw new ArchiveDownloadException(jobId, "The download stopped: " + failure.Message, failure)
            {
                CanResume = failure.Code != GlacierErrorCodes.ResourceNotFound,
            };
        }

        File.Move(PartialPathOf(path), path, _options.Overwrite);
    }

    /// <summary>The file that has the bytes of a file until it is complete: its path with <see cref="PartialSuffix"/>. If the suffix would make
    /// the name too long for a file system, the end of the name is replaced by a hash of it.</summary>
    /// <param name="path">The file that the download is to become.</param>
    public static string PartialPathOf(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var name = Path.GetFileName(path);
        var bytes = Encoding.UTF8.GetBytes(name);
        if (bytes.Length + PartialSuffix.Length <= MaxNameBytes || bytes.Length > MaxNameBytes)
        {
            return path + PartialSuffix;
        }

        var end = $".{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, MarkBytes))}{PartialSuffix}";
        var kept = new StringBuilder();
        var leftBytes = MaxNameBytes - end.Length;
        foreach (var rune in name.EnumerateRunes())
        {
            leftBytes -= rune.Utf8SequenceLength;
            if (leftBytes < 0)
            {
                break;
            }

            kept.Append(rune.ToString());
        }

        return path[..^name.Length] + kept + end;
    }

    private void CheckTarget(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!_options.Overwrite && File.Exists(path))
        {
            throw new IOException($"The file {path} already exists. Delete it or set Overwrite.");
        }
    }

    private async Task<OutputProperties> AwaitJobAsync(string vault, string jobId, Job? known, CancellationToken cancellationToken)
    {
        if (known?.Status == JobStatus.Succeeded)
        {
            return OutputPropertiesOf(known);
        }

        while (true)
        {
            _options.OnProgress?.Invoke(new DownloadProgress(jobId, SizeBytes: null, VerifiedBytes: 0));
            var job = await _client.DescribeJobAsync(vault, jobId, cancellationToken).ConfigureAwait(false);
            switch (job.Status)
            {
                case JobStatus.Succeeded:
                    return OutputPropertiesOf(job);
                case JobStatus.Failed:
                    throw new ArchiveDownloadException(jobId, $"The job failed: {job.StatusMessage}");
                case JobStatus.InProgress:
                    await Task.Delay(_options.PollInterval, _client.Transport.TimeProvider, cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
    }

    private static OutputProperties OutputPropertiesOf(Job job) =>
        (job.RetrievalRange?.LengthBytes ?? job.ArchiveSizeBytes, job.TreeHash) switch
        {
            ({ } sizeBytes, { } treeHash) => new OutputProperties(job.ArchiveId, job.RetrievalRange?.Start ?? 0, sizeBytes, treeHash),
            _ => throw new ArchiveDownloadException(
                job.JobId,
                "The job's output cannot be verified because it has no tree hash. The job retrieves an inventory or a range that is "
                + "not tree-hash aligned."),
        };

    private async Task FetchAsync(
        string vault, string jobId, string path, OutputProperties expected, CancellationToken cancellationToken)
    {
        var partial = PartialPathOf(path);
        var fetch = new RangeFetch(_client, vault, jobId, expected);
        TreeHash treeHash;
        using (var file = PartialFile.Open(partial, _options.RangeBytes))
        {
            await file.RecoverAsync(expected.SizeBytes, cancellationToken).ConfigureAwait(false);
            if (await IsOfOtherArchiveAsync(fetch, file, expected, cancellationToken).ConfigureAwait(false))
            {
                file.Clear();
            }

            Report(jobId, expected, file.VerifiedBytes);
            await FetchRangesAsync(fetch, file.VerifiedBytes, expected, AppendAsync, cancellationToken).ConfigureAwait(false);
            treeHash = file.Finish();

            async Task AppendAsync(FetchedRange range)
            {
                await file.AppendAsync(range, cancellationToken).ConfigureAwait(false);
                Report(jobId, expected, file.VerifiedBytes);
            }
        }

        if (treeHash != expected.TreeHash)
        {
            File.Delete(partial);
            throw Differs(jobId, treeHash, expected, $"The file {partial} was deleted.");
        }
    }

    private static ArchiveDownloadException Differs(string jobId, TreeHash treeHash, OutputProperties expected, string outcome) => new(
        jobId, $"The downloaded bytes have tree hash {treeHash}, but the job's tree hash is {expected.TreeHash}. {outcome}");

    /// <summary>Whether a partial file is from a download of another archive to the same path. Without this, the difference would be found
    /// only after all other bytes have been downloaded.</summary>
    private static async Task<bool> IsOfOtherArchiveAsync(
        RangeFetch fetch, PartialFile file, OutputProperties expected, CancellationToken cancellationToken)
    {
        if (file.VerifiedBytes == expected.SizeBytes)
        {
            return file.TreeHash != expected.TreeHash;
        }

        if (file.VerifiedBytes == 0)
        {
            return false;
        }

        var last = new ByteRange(file.VerifiedBytes - TreeHash.LeafBytes, file.VerifiedBytes);
        using var theirs = await fetch.RunAsync(last, cancellationToken).ConfigureAwait(false);
        return theirs.TreeHash != await file.HashAsync(last, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Downloads the ranges from an offset on in parallel, and appends them in order. So a file never has a hole, and its length
    /// alone tells a later run what it contains.</summary>
    private async Task FetchRangesAsync(
        RangeFetch fetch,
        long start,
        OutputProperties expected,
        Func<FetchedRange, Task> append,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new Queue<Task<FetchedRange>>();
        var next = start;
        try
        {
            while (next < expected.SizeBytes || running.Count > 0)
            {
                while (next < expected.SizeBytes && running.Count < _options.Workers)
                {
                    var range = new ByteRange(next, Math.Min(next + _options.RangeBytes, expected.SizeBytes));
                    running.Enqueue(fetch.RunAsync(range, stop.Token));
                    next = range.EndExclusive;
                }

                using var fetched = await running.Dequeue().ConfigureAwait(false);
                await append(fetched).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            foreach (var fetched in running)
            {
                await fetched.ContinueWith(
                    static ended => (ended.IsCompletedSuccessfully ? ended.Result : null)?.Dispose(), TaskScheduler.Default)
                        .ConfigureAwait(false);
            }
        }
    }

    private void Report(string jobId, OutputProperties expected, long verifiedBytes) =>
        _options.OnProgress?.Invoke(new DownloadProgress(jobId, expected.SizeBytes, verifiedBytes));
}

/// <summary>A download has stopped. If <see cref="CanResume"/> is true, pass <see cref="JobId"/> to
/// <see cref="ArchiveDownload.ResumeAsync(string, string, string, CancellationToken)"/> to resume it.</summary>
public sealed class ArchiveDownloadException : Exception
{
    /// <summary>Creates an exception.</summary>
    public ArchiveDownloadException(string jobId, string message, Exception? innerException = null)
        : base(message, innerException) => JobId = jobId;

    /// <summary>The ID of the retrieval job.</summary>
    public string JobId { get; }

    /// <summary>Whether resuming may succeed. False if the job failed or does not exist, or if the downloaded bytes are
    /// wrong.</summary>
    public bool CanResume { get; init; }
}
