namespace OrleansUploads.Core.Jobs;

/// <summary>A job of a vault: a closed set of kinds.</summary>
public abstract record VaultJob
{
    /// <summary>By the time at which their output may be read, then by ID.</summary>
    public static IComparer<VaultJob> ReadinessOrder { get; } = Comparer<VaultJob>.Create(static (left, right) =>
    {
        var byTime = left.ReadyAt.CompareTo(right.ReadyAt);
        return byTime != 0 ? byTime : string.CompareOrdinal(left.Job.ToString(), right.Job.ToString());
    });

    private protected VaultJob()
    {
    }

    /// <summary>Its ID.</summary>
    public abstract JobId Job { get; init; }

    /// <summary>What the caller said.</summary>
    public abstract JobWish Wish { get; init; }

    /// <summary>When it was initiated.</summary>
    public abstract DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on its output may be read.</summary>
    public abstract DateTimeOffset ReadyAt { get; init; }

    /// <summary>Its place in the list of jobs.</summary>
    public JobCursor Cursor => new(CreatedAt, Job);

    /// <summary>When it vanishes.</summary>
    public DateTimeOffset ExpiresAt => ReadyAt + Limits.JobOutputLife;

    /// <summary>Whether its output may be read at an instant.</summary>
    public bool IsReady(DateTimeOffset now) => now >= ReadyAt;
}
