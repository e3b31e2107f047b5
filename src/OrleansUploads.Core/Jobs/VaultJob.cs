namespace OrleansUploads.Core.Jobs;

/// <summary>A job of a vault: a closed set of kinds.</summary>
public abstract record VaultJob
{
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
