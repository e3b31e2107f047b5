using System.Runtime.CompilerServices;
using OrleansUploads.Client.Wire;

namespace OrleansUploads.Client;

public sealed partial class GlacierClient
{
    private const string Jobs = "jobs";

    /// <summary>Starts a job that retrieves an archive's bytes. They can be downloaded after the job has succeeded.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="archiveId">The archive ID.</param>
    /// <param name="range">The bytes to retrieve, aligned to 1 MiB, or null for the whole archive.</param>
    /// <param name="tier">The retrieval speed, or null for the server's default.</param>
    /// <param name="description">At most 1,024 characters of printable ASCII, or null for none.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The job's ID.</returns>
    public Task<string> InitiateArchiveRetrievalAsync(
        string vault,
        string archiveId,
        ByteRange? range = null,
        ArchiveRetrievalTier? tier = null,
        string? description = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(archiveId);
        return InitiateJobAsync(
            vault,
            new WireJobParameters("archive-retrieval", archiveId, GlacierLimits.CheckDescription(description), tier, range),
            cancellationToken);
    }

    /// <summary>Starts a job that retrieves the list of a vault's archives as JSON.</summary>
    /// <returns>The job's ID.</returns>
    public Task<string> InitiateInventoryRetrievalAsync(
        string vault, string? description = null, CancellationToken cancellationToken = default) =>
        InitiateJobAsync(
            vault,
            new WireJobParameters("inventory-retrieval", null, GlacierLimits.CheckDescription(description), null, null),
            cancellationToken);

    /// <summary>Returns the status and properties of a job.</summary>
    public Task<Job> DescribeJobAsync(string vault, string jobId, CancellationToken cancellationToken = default) =>
        GetAsync(RequestPath.Item(_account, vault, Jobs, jobId), WireJson.Default.Job, cancellationToken);

    /// <summary>Enumerates all jobs of a vault, ordered by the time they were initiated. Pages are requested as needed.</summary>
    public IAsyncEnumerable<Job> ListJobsAsync(string vault, CancellationToken cancellationToken = default) =>
        ReadPagesAsync(
            $"{RequestPath.Vault(_account, vault)}/{Jobs}",
            WireJson.Default.WireJobList,
            static page => (page.JobList, page.Marker),
            cancellationToken);

    /// <summary>Starts to download a finished job's output. The client retries only until the response headers arrive. If
    /// the connection breaks later, reading the returned stream fails.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="jobId">The job ID.</param>
    /// <param name="range">The bytes of the output to download, or null for the whole output.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<JobOutput> GetJobOutputAsync(
        string vault, string jobId, ByteRange? range = null, CancellationToken cancellationToken = default) =>
        GetJobOutputAsync(vault, jobId, range, Transport.Retry, cancellationToken);

    /// <summary>Enumerates the archives in the output of a finished inventory job. The output is read once, as it is
    /// enumerated. If a connection breaks, the next one continues where it ended.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="jobId">The ID of a job that has retrieved the inventory as JSON.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public async IAsyncEnumerable<InventoryEntry> ReadInventoryAsync(
        string vault, string jobId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var output = new ContinuedOutput(
            Transport, (range, token) => GetJobOutputAsync(vault, jobId, range, RetryPolicy.None, token));
        await foreach (var entry in InventoryParser.ReadAsync(output.ReadAsync, cancellationToken).ConfigureAwait(false))
        {
            yield return entry;
        }
    }

    /// <summary>With the given retry policy in place of the client's.</summary>
    internal Task<JobOutput> GetJobOutputAsync(
        string vault, string jobId, ByteRange? range, RetryPolicy retry, CancellationToken cancellationToken) =>
        Transport.RunAsync(
            new WireRequest(HttpMethod.Get, RequestPath.Item(_account, vault, Jobs, jobId) + "/output")
            {
                KeepsResponseOpen = true,
            }.WithHeader("range", range is null ? null : $"bytes={range}"),
            static async (response, token) => new JobOutput(response, await response.Content.ReadAsStreamAsync(token).ConfigureAwait(false))
            {
                Range = ResponseReader.FindRange(response),
                TreeHash = ResponseReader.FindTreeHash(response),
                ArchiveDescription = ResponseReader.FindHeader(response, HeaderNames.ArchiveDescription),
            },
            retry,
            cancellationToken);

    private Task<string> InitiateJobAsync(
        string vault, WireJobParameters parameters, CancellationToken cancellationToken) =>
        RunAsync(
            new WireRequest(HttpMethod.Post, $"{RequestPath.Vault(_account, vault)}/{Jobs}")
                .WithJson(parameters, WireJson.Default.WireJobParameters),
            static (response, _) => Task.FromResult(ResponseReader.RequireHeader(response, HeaderNames.JobId)),
            cancellationToken);
}
