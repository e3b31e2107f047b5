using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Jobs;

/// <summary>A job of a vault. The set of job types is closed.</summary>
public abstract record VaultJob
{
    /// <summary>Compares jobs by the time at which their output becomes available, then by ID.</summary>
    public static IComparer<VaultJob> ReadinessOrder { get; } = Comparer<VaultJob>.Create(static (left, right) =>
    {
        var byTime = left.ReadyAt.CompareTo(right.ReadyAt);
        return byTime != 0 ? byTime : string.CompareOrdinal(left.Job.ToString(), right.Job.ToString());
    });

    private protected VaultJob()
    {
    }

    /// <summary>The job's ID.</summary>
    public abstract JobId Job { get; init; }

    /// <summary>The caller's options.</summary>
    public abstract JobOptions Wish { get; init; }

    /// <summary>When the job was initiated.</summary>
    public abstract DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the output becomes available. If it has not been measured, the earliest time at which it can.</summary>
    public abstract DateTimeOffset ReadyAt { get; init; }

    /// <summary>The job's position in the list of jobs.</summary>
    public JobCursor Cursor => new(CreatedAt, Job);

    /// <summary>When the output expires and the job is removed, even if its output has not been measured by then.</summary>
    public DateTimeOffset ExpiresAt => ReadyAt + Limits.JobOutputLife;

    /// <summary>Whether the output is available at an instant.</summary>
    public virtual bool IsReady(DateTimeOffset now) => now >= ReadyAt;
}
