using System.Net;
using System.Runtime.CompilerServices;
using OrleansUploads.Cli.Jobs;

namespace OrleansUploads.Cli.Archives;

/// <summary>The inventory of a vault: the output of a job. A job of an earlier command is used again if the vault has not changed since.
/// </summary>
/// <remarks>The description of a job says what the server told of the vault before the job began. If the server tells the same now, nothing
/// has changed in between. A server keeps few inventory jobs of a vault, and each for a day, so after many of them some age is accepted,
/// too.</remarks>
internal sealed class Inventory(Session session)
{
    private const string Mark = "orleans-uploads: ";

    /// <summary>After this many jobs, an inventory that is younger than <see cref="AcceptedAge"/> is used although the vault has changed. A
    /// server keeps 1,000 jobs for a day, so the other half allows one in three minutes.</summary>
    private const int PromptJobs = 500;

    private static readonly TimeSpan AcceptedAge = TimeSpan.FromMinutes(3);

    /// <summary>The output of an older job could expire while it is read.</summary>
    private static readonly TimeSpan LastUse = TimeSpan.FromHours(23);

    /// <summary>Whether the user is told the age of an inventory even if the vault has not changed since. If it has changed, the user is
    /// always told.</summary>
    public bool TellsAge { get; init; }

    public async IAsyncEnumerable<InventoryEntry> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var jobId = await FindAsync(cancellationToken);
        await new JobWait(session.Transfers, session.Printer, TimeProvider.System).RunAsync(session.Vault, jobId, cancellationToken);
        await foreach (var entry in session.Transfers.ReadInventoryAsync(session.Vault, jobId, cancellationToken))
        {
            yield return entry;
        }
    }

    private async Task<string> FindAsync(CancellationToken cancellationToken)
    {
        string? state = null;
        Job? newest = null;
        var count = 0;
        try
        {
            state = Describe(await session.Client.DescribeVaultAsync(session.Vault, cancellationToken));
            await foreach (var job in session.Client.ListJobsAsync(session.Vault, cancellationToken))
            {
                if (job.Description?.StartsWith(Mark, StringComparison.Ordinal) is true && job.Status != JobStatus.Failed && AgeOf(job) < LastUse)
                {
                    count++;
                    newest = newest?.CreatedAt > job.CreatedAt ? newest : job;
                }
            }
        }
        catch (GlacierException refusal) when (refusal.StatusCode == HttpStatusCode.Forbidden)
        {
            // A key may be allowed to take an inventory, but not to see other keys' inventories.
        }

        if (newest is not null && (newest.Description == state || (count >= PromptJobs && AgeOf(newest) < AcceptedAge)))
        {
            return Use(newest, state);
        }

        try
        {
            return await session.Client.InitiateInventoryRetrievalAsync(session.Vault, state, cancellationToken);
        }
        catch (GlacierException refusal) when (refusal.Code == GlacierErrorCodes.LimitExceeded && newest is not null)
        {
            return Use(newest, state);
        }
    }

    private string Use(Job job, string? state)
    {
        var isCurrent = job.Description == state;
        if (TellsAge || !isCurrent)
        {
            session.Printer.Note(
                $"The inventory is {TimeText.Format(AgeOf(job))} old. " + (isCurrent
                    ? "The vault has not changed since."
                    : "What has been added or deleted since is not seen, because the vault has many inventory jobs."));
        }

        return job.JobId;
    }

    private static TimeSpan AgeOf(Job job) =>
        TimeProvider.System.GetUtcNow() is var now && now > job.CreatedAt ? now - job.CreatedAt : TimeSpan.Zero;

    private static string Describe(Vault vault) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Mark}{vault.ArchiveCount ?? 0} archives, {vault.SizeBytes ?? 0} bytes, changed {vault.LastInventoryAt ?? vault.CreatedAt:O}");
}
