using OrleansUploads.Client.Models;
using OrleansUploads.Core;
using OrleansUploads.Core.Hashing;

namespace OrleansUploads.Client.Transfers;

/// <summary>Downloads archives to files: waits for the retrieval job, reads range by range, and verifies every byte.</summary>
/// <remarks>
/// The bytes gather in a file named <c>{path}.partial</c>, which takes its final name only when the tree hash of the whole
/// is right; so a file at <c>path</c> is always the archive. Where a download stops, <see cref="ResumeAsync"/> goes on
/// from the partial file.
/// </remarks>
public sealed class ArchiveDownload
{
    private readonly GlacierClient _client;
    private readonly ArchiveDownloadOptions _options;

    /// <summary>Makes a download by this client.</summary>
    public ArchiveDownload(GlacierClient client, ArchiveDownloadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _options = options ?? new ArchiveDownloadOptions();
        if (_options.RangeBytes < Limits.LeafBytes || !int.IsPow2(_options.RangeBytes))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), _options.RangeBytes, "A range is 1 MiB times a power of two.");
        }
    }

    /// <summary>The tree hash and size of what a finished job gives.</summary>
    private readonly record struct Expected(long SizeBytes, TreeHash TreeHash);

    /// <summary>Asks for an archive, waits for it, and writes it to a file.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="archiveId">The archive.</param>
    /// <param name="path">The file. A partial file of an earlier download to this path is replaced.</param>
    /// <param name="cancellationToken">Stops; the download can be resumed.</param>
    /// <exception cref="ArchiveDownloadException">It stopped.</exception>
    /// <exception cref="GlacierException">It could not begin.</exception>
    /// <exception cref="IOException">The file cannot be written, or exists and may not be replaced.</exception>
    public async Task DownloadAsync(
        string vault, string archiveId, string path, CancellationToken cancellationToken = default)
    {
        CheckTarget(path);
        File.Delete(PartialPath(path));
        var jobId = await _client.InitiateArchiveRetrievalAsync(
            vault, archiveId, tier: _options.Tier, cancellationToken: cancellationToken);
        await ResumeAsync(vault, jobId, path, cancellationToken);
    }

    /// <summary>Goes on with a download that stopped, or fetches what a job started elsewhere gives.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="jobId">The retrieval job.</param>
    /// <param name="path">The file; what <c>{path}.partial</c> holds is not fetched again.</param>
    /// <param name="cancellationToken">Stops; the download can be resumed.</param>
    /// <exception cref="ArchiveDownloadException">It stopped.</exception>
    /// <exception cref="IOException">The file cannot be written, or exists and may not be replaced.</exception>
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
            throw new IOException($"The file {path} exists.");
        }
    }

    private async Task<Expected> AwaitJobAsync(string vault, string jobId, CancellationToken cancellationToken)
    {
        while (true)
        {
            _options.OnProgress?.Invoke(new DownloadProgress(jobId, SizeBytes: null, VerifiedBytes: 0));
            var job = await _client.DescribeJobAsync(vault, jobId, cancellationToken);
            switch (job.Status)
            {
                case JobStatus.Succeeded:
                    return ExpectedOf(job);
                case JobStatus.Failed:
                    throw new ArchiveDownloadException(jobId, $"The job failed: {job.StatusMessage}");
                case JobStatus.InProgress:
                    await Task.Delay(_options.PollInterval, _client.Transport.TimeProvider, cancellationToken);
                    break;
            }
        }
    }

    private static Expected ExpectedOf(Job job) =>
        (job.RetrievalRange?.LengthBytes ?? job.ArchiveSizeBytes, job.TreeHash) switch
        {
            ({ } sizeBytes, { } treeHash) => new Expected(sizeBytes, treeHash),
            _ => throw new ArchiveDownloadException(
                job.JobId, "The job's bytes have no tree hash to verify them by; it is an inventory or an unaligned range."),
        };

    private async Task FetchAsync(
        string vault, string jobId, string path, Expected expected, CancellationToken cancellationToken)
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
                jobId, $"The bytes have tree hash {treeHash}, the job announced {expected.TreeHash}. They are deleted.");
        }
    }

    // An attempt covers the bytes too, not only the beginning of the answer, so that a break within them is tried again.
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
                        GlacierErrorCodes.UnreadableAnswer, $"Asked for bytes {range}, the server answers {theirs}.");
                }

                using var idle = transport.StartIdleTimer(token);
                await file.AppendRangeAsync(output, range.LengthBytes, idle, token);
                return true;
            },
            transport.TimeProvider,
            cancellationToken);
    }

    private void Report(string jobId, Expected expected, PartialFile file) =>
        _options.OnProgress?.Invoke(new DownloadProgress(jobId, expected.SizeBytes, file.VerifiedBytes));
}
