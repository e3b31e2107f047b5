using OrleansUploads.Core.Jobs;
using OrleansUploads.Gateway.Glacier;

namespace OrleansUploads.Dashboard;

/// <summary>Shows a vault's jobs.</summary>
internal static class JobView
{
    private const int PageSize = 50;

    /// <summary>Lists jobs by creation time.</summary>
    public static async ValueTask<JobsDocument> ListAsync(DashboardCall call, string vault)
    {
        var found = await call.FindVaultAsync(vault, VaultAction.ListJobs);
        var after = default(JobCursor?);
        if (call.Query.FirstValue("after") is { } marker)
        {
            after = JobMarker.TryParse(marker, out var cursor) ? cursor
                : throw GlacierError.Invalid($"Invalid marker: {marker}");
        }

        var page = await found.AskAsync(found.Incarnation.Jobs, new ListJobs(after, PageSize, Finished: null));
        return new JobsDocument(
            [.. page.Jobs.Select(DocumentOf)],
            page.HasMore ? new PageStart(JobMarker.Format(page.Jobs[^1].Cursor)) : null);
    }

    /// <summary>Shows one job.</summary>
    public static ListedJob DocumentOf(VaultJob job) => new(
        job.Job.ToString(),
        job is RetrievalJob ? "archive" : "inventory",
        (job as RetrievalJob)?.Archive.Archive.ToString(),
        job.Wish.Description.OrNull,
        job.Wish.Tier.ToString().ToLowerInvariant(),
        job switch
        {
            RetrievalJob retrieval => retrieval.Range.LengthBytes,
            InventoryJob inventory => inventory.Output.SizeBytes,
            _ => null,
        },
        job.CreatedAt,
        job is UnmeasuredInventory ? null : job.ReadyAt,
        job.ExpiresAt);
}

/// <summary>A page of jobs.</summary>
/// <param name="Jobs">The jobs, oldest first.</param>
/// <param name="After">Where the next page begins, or null on the last page.</param>
internal sealed record JobsDocument(IReadOnlyList<ListedJob> Jobs, PageStart? After);

/// <summary>A job.</summary>
/// <param name="Kind"><c>archive</c> or <c>inventory</c>.</param>
/// <param name="Archive">The archive that it retrieves, or null.</param>
/// <param name="Description">Its description, or null.</param>
/// <param name="Tier">Its retrieval tier.</param>
/// <param name="Bytes">The length of its output, or null if it has not been measured.</param>
/// <param name="Created">When it was initiated.</param>
/// <param name="Ready">When its output becomes available, or null if it has not been measured.</param>
/// <param name="Expires">When its output expires.</param>
internal sealed record ListedJob(
    string Id,
    string Kind,
    string? Archive,
    string? Description,
    string Tier,
    long? Bytes,
    DateTimeOffset Created,
    DateTimeOffset? Ready,
    DateTimeOffset Expires);
