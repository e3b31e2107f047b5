using OrleansUploads.Client.Models;
using OrleansUploads.Hashing;

namespace OrleansUploads.Client.Transfers;

/// <summary>Downloads archives to files: waits for the retrieval job, downloads range by range, and verifies all
/// bytes.</summary>
/// <remarks>
/// The bytes are written to <c>{path}.partial</c>. The file is renamed to <c>path</c> only after the tree hash of the whole
/// archive has been verified, so a file at <c>path</c> is always complete and correct. If a download stops,
/// <see cref="ResumeAsync"/> continues from the partial file.
/// </remarks>
public sealed class ArchiveDownload
{
    private readonly GlacierClient _client;
    private readonly ArchiveDownloadOptions _options;

    /// <summary>Creates a download that uses a client.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range size is not 1 MiB times a power of two.</exception>
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
    }

    /// <summary>The size and tree hash of a finished job's output.</summary>
    private readonly record struct OutputProperties(long SizeBytes, TreeHash TreeHash);

    /// <summary>Starts a retrieval job, waits for it to finish, and downloads the archive to a file.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="archiveId">The archive ID.</param>
    /// <param name="path">The file to write. A partial file from an earlier download to this path is replaced.</param>
    /// <param name="cancellationToken">Stops the download. It can be resumed.</param>
    /// <exception cref="ArchiveDownloadException">The download stopped.</exception>
    /// <exception cref="GlacierException">The retrieval job could not be started.</exception>
    /// <exception cref="IOException">The file cannot be written, or it exists and must not be replaced.</exception>
    public async Task DownloadAsync(
        string vault, string archiveId, string path, CancellationToken cancellationToken = default)
    {
        CheckTarget(path);
        File.Delete(PartialPath(path));
        var jobId = await _client.InitiateArchiveRetrievalAsync(
            vault, archiveId, tier: _options.Tier, cancellationToken: cancellationToken);
        await ResumeAsync(vault, jobId, path, cancellationToken);
    }

    /// <summary>Resumes a download that stopped, or downloads the output of a job that was started elsewhere.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="jobId">The ID of the retrieval job.</param>
    /// <param name="path">The file to write. Bytes that <c>{path}.partial</c> already contains are not downloaded again.</param>
    /// <param name="cancellationToken">Stops the download. It can be resumed.</param>
    /// <exception cref="ArchiveDownloadException">The download stopped.</exception>
    /// <exception cref="IOException">The file cannot be written, or it exists and must not be replaced.</exception>
    public async Task ResumeAsync(
        string vault, string jobId, string path, CancellationToken cancellationToken = default)
    {
        CheckTarget(path);
        try
        {
            var expected = await AwaitJobAsync(vault, jobId, cancellationToken);
            await FetchAsync(vault, jobId, path, expected, cancellationToken);
        }
        catch (GlacierException failure)
        {
            throw new ArchiveDownloadException(jobId, "The download stopped: " + failure.Message, failure)
            {
                CanResume = failure.Code != GlacierErrorCodes.ResourceNotFound,
            };
        }

        File.Move(PartialPath(path), path, _options.Overwrite);
    }

    private static string PartialPath(string path) => path + ".partial";

    private void CheckTarget(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!_options.Overwrite && File.Exists(path))
        {
            throw new IOException($"The file {path} already exists. Delete it or set Overwrite.");
        }
    }

    private async Task<OutputProperties> AwaitJobAsync(string vault, string jobId, CancellationToken cancellationToken)
    {
        while (true)
        {
            _options.OnProgress?.Invoke(new DownloadProgress(jobId, SizeBytes: null, VerifiedBytes: 0));
            var job = await _client.DescribeJobAsync(vault, jobId, cancellationToken);
            switch (job.Status)
            {
                case JobStatus.Succeeded:
                    return OutputPropertiesOf(job);
                case JobStatus.Failed:
                    throw new ArchiveDownloadException(jobId, $"The job failed: {job.StatusMessage}");
                case JobStatus.InProgress:
                    await Task.Delay(_options.PollInterval, _client.Transport.TimeProvider, cancellationToken);
                    break;
            }
        }
    }

    private static OutputProperties OutputPropertiesOf(Job job) =>
        (job.RetrievalRange?.LengthBytes ?? job.ArchiveSizeBytes, job.TreeHash) switch
        {
            ({ } sizeBytes, { } treeHash) => new OutputProperties(sizeBytes, treeHash),
            _ => throw new ArchiveDownloadException(
                job.JobId,
                "The job's output cannot be verified because it has no tree hash. The job retrieves an inventory or a range that is "
                + "not tree-hash aligned."),
        };

    private async Task FetchAsync(
        string vault, string jobId, string path, OutputProperties expected, CancellationToken cancellationToken)
    {
        var partial = PartialPath(path);
        TreeHash treeHash;
        await using (var file = PartialFile.Open(partial, _options.RangeBytes))
        {
            await file.RecoverAsync(expected.SizeBytes, cancellationToken);
            Report(jobId, expected, file);
            while (file.VerifiedBytes < expected.SizeBytes)
            {
                await FetchRangeAsync(vault, jobId, file, expected.SizeBytes, cancellationToken);
                Report(jobId, expected, file);
            }

            treeHash = file.Finish();
        }

        if (treeHash != expected.TreeHash)
        {
            File.Delete(partial);
            throw new ArchiveDownloadException(
                jobId,
                $"The downloaded bytes have tree hash {treeHash}, but the job's tree hash is {expected.TreeHash}. "
                + $"The file {partial} was deleted.");
        }
    }

    // An attempt includes the whole body, so a connection that breaks in the middle of a range is retried too.
    private async Task FetchRangeAsync(
        string vault, string jobId, PartialFile file, long sizeBytes, CancellationToken cancellationToken)
    {
        var transport = _client.Transport;
        var start = file.VerifiedBytes;
        var range = new ByteRange(start, Math.Min(start + _options.RangeBytes, sizeBytes));
        await transport.Retry.RunAsync(
            async (_, token) =>
            {
                using var output = await _client.GetJobOutputAsync(vault, jobId, range, RetryPolicy.None, token);
                var theirs = output.Range ?? new ByteRange(0, sizeBytes);
                if (theirs != range)
                {
                    throw new GlacierException(
                        GlacierErrorCodes.UnreadableAnswer, $"Requested bytes {range}, but the server returned bytes {theirs}.");
                }

                using var idle = transport.StartIdleTimer(token);
                await file.AppendRangeAsync(output, range.LengthBytes, idle, token);
                return true;
            },
            transport.TimeProvider,
            cancellationToken);
    }

    private void Report(string jobId, OutputProperties expected, PartialFile file) =>
        _options.OnProgress?.Invoke(new DownloadProgress(jobId, expected.SizeBytes, file.VerifiedBytes));
}
