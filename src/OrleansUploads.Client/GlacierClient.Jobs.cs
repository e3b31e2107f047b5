using System.Text.Json;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Wire;

namespace OrleansUploads.Client;

public sealed partial class GlacierClient
{
    private const string Jobs = "jobs";

    /// <summary>Asks for an archive's bytes, which can be downloaded once the job has succeeded.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="archiveId">The archive.</param>
    /// <param name="range">Which of its bytes, aligned to 1 MiB; null for all.</param>
    /// <param name="tier">How fast; null for the server's default.</param>
    /// <param name="description">At most 1,024 characters of printable ASCII; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The job's ID.</returns>
    public Task<string> InitiateArchiveRetrievalAsync(
        string vault,
        string archiveId,
        ByteRange? range = null,
        RetrievalTier? tier = null,
        string? description = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(archiveId);
        return InitiateJobAsync(
            vault,
            new JobParametersDocument("archive-retrieval", archiveId, DescriptionText.Check(description), tier, range),
            cancellationToken);
    }

    /// <summary>Asks for the list of a vault's archives, as JSON.</summary>
    /// <returns>The job's ID.</returns>
    public Task<string> InitiateInventoryRetrievalAsync(
        string vault, string? description = null, CancellationToken cancellationToken = default) =>
        InitiateJobAsync(
            vault,
            new JobParametersDocument("inventory-retrieval", null, DescriptionText.Check(description), null, null),
            cancellationToken);

    /// <summary>Asks about one job.</summary>
    public Task<Job> DescribeJobAsync(string vault, string jobId, CancellationToken cancellationToken = default) =>
        RunAsync(
            new GlacierRequest(HttpMethod.Get, RequestPath.Item(_account, vault, Jobs, jobId)),
            static (response, token) => Answer.ReadJsonAsync(response, GlacierJson.Default.Job, token),
            cancellationToken);

    /// <summary>Reads one page of a vault's jobs, by the time they were initiated.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="marker">The marker of the page before; null for the first.</param>
    /// <param name="limit">Most jobs on the page; null for the server's choice.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Page<Job>> ListJobsPageAsync(
        string vault, string? marker = null, int? limit = null, CancellationToken cancellationToken = default) =>
        RunAsync(
            new GlacierRequest(
                HttpMethod.Get, RequestPath.Page($"{RequestPath.Vault(_account, vault)}/{Jobs}", marker, limit)),
            static async (response, token) =>
            {
                var list = await Answer.ReadJsonAsync(response, GlacierJson.Default.JobListDocument, token);
                return new Page<Job>(list.JobList, list.Marker);
            },
            cancellationToken);

    /// <summary>All jobs of a vault, by the time they were initiated, page by page as they are asked for.</summary>
    public IAsyncEnumerable<Job> ListJobsAsync(string vault, CancellationToken cancellationToken = default) =>
        EachAsync((marker, token) => ListJobsPageAsync(vault, marker, limit: null, token), cancellationToken);

    /// <summary>Begins to download a finished job's output. Retries end where the bytes begin: a connection that breaks
    /// later breaks the returned stream.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="range">Which bytes of the output; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<JobOutput> GetJobOutputAsync(
        string vault, string jobId, ByteRange? range = null, CancellationToken cancellationToken = default) =>
        GetJobOutputAsync(vault, jobId, range, Transport.Retry, cancellationToken);

    /// <summary>Begins to download with a patience of its own.</summary>
    internal Task<JobOutput> GetJobOutputAsync(
        string vault, string jobId, ByteRange? range, RetryPolicy retry, CancellationToken cancellationToken) =>
        Transport.RunAsync(
            new GlacierRequest(HttpMethod.Get, RequestPath.Item(_account, vault, Jobs, jobId) + "/output")
            {
                KeepsAnswerOpen = true,
            }.With("range", range is null ? null : $"bytes={range}"),
            static async (response, token) => new JobOutput(response, await response.Content.ReadAsStreamAsync(token))
            {
                Range = Answer.FindRange(response),
                TreeHash = Answer.FindTreeHash(response),
                ArchiveDescription = Answer.FindHeader(response, HeaderNames.ArchiveDescription),
            },
            retry,
            cancellationToken);

    private Task<string> InitiateJobAsync(
        string vault, JobParametersDocument parameters, CancellationToken cancellationToken) =>
        RunAsync(
            new GlacierRequest(HttpMethod.Post, $"{RequestPath.Vault(_account, vault)}/{Jobs}")
            {
                Body = HashedBody.Of(
                    JsonSerializer.SerializeToUtf8Bytes(parameters, GlacierJson.Default.JobParametersDocument)),
                ContentType = "application/json",
            },
            static (response, _) => Task.FromResult(Answer.RequireHeader(response, HeaderNames.JobId)),
            cancellationToken);
}
