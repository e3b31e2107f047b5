using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Policies;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Dashboard.Answers;
using OrleansUploads.Gateway.Dashboard.Calls;
using OrleansUploads.Gateway.Dashboard.Documents;
using OrleansUploads.Gateway.Glacier.Jobs;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Dashboard.Views;

/// <summary>Shows a vault's jobs.</summary>
internal sealed class JobView(IEntityHost host, VaultFinder vaults)
{
    private const int PageSize = 50;

    /// <summary>Lists jobs by creation time.</summary>
    public async ValueTask<DashboardAnswer> ListAsync(DashboardCall call)
    {
        var (vault, error) = await vaults.FindAsync(call, VaultAction.ListJobs);
        if (error is not null)
        {
            return error;
        }

        var after = default(JobCursor?);
        if (call.Query.FirstValue("after") is { } marker)
        {
            if (!JobMarker.TryParse(marker, out var cursor))
            {
                return GlacierError.Invalid($"Invalid marker: {marker}");
            }

            after = cursor;
        }

        var asked = await host.AskAsync(vault.Incarnation.Jobs, new ListJobs(after, PageSize, Finished: null), call.Aborted);
        if (!asked.TryGet(out var page, out var refusal))
        {
            return vault.Describe(refusal);
        }

        return JsonAnswer.Of(
            new JobsDocument(
                [.. page.Jobs.Select(DocumentOf)],
                page.HasMore ? new PageStart(JobMarker.Format(page.Jobs[^1].Cursor)) : null),
            DashboardJson.Default.JobsDocument);
    }

    private static ListedJob DocumentOf(VaultJob job) => new(
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
        job.CreatedAt.ToUnixTimeMilliseconds(),
        job is UnmeasuredInventory ? null : job.ReadyAt.ToUnixTimeMilliseconds(),
        job.ExpiresAt.ToUnixTimeMilliseconds());
}
