using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Jobs;

/// <summary>What can be asked of a vault's jobs.</summary>
public abstract record JobsCommand : ICommand
{
    private protected JobsCommand()
    {
    }
}

/// <summary>Starts the retrieval of an archive.</summary>
/// <param name="Job">A fresh ID.</param>
/// <param name="Archive">The archive, as the index knows it.</param>
/// <param name="Range">The bytes that are wanted; null for all.</param>
/// <param name="RangeTreeHash">Tree hash of these bytes, where the range has one.</param>
/// <param name="Wish">What the caller says about the job.</param>
public sealed record StartRetrieval(
    JobId Job, ArchiveEntry Archive, PartRange? Range, TreeHash? RangeTreeHash, JobWish Wish)
    : JobsCommand, ICommand<RetrievalJob>;

/// <summary>Starts the retrieval of an inventory.</summary>
/// <param name="Job">A fresh ID.</param>
/// <param name="Inventory">The moment whose archives are wanted.</param>
/// <param name="Selection">Which of them.</param>
/// <param name="Format">How they are written.</param>
/// <param name="Output">What that comes to.</param>
/// <param name="Wish">What the caller says about the job.</param>
public sealed record StartInventory(
    JobId Job,
    InventoryCut Inventory,
    InventorySelection Selection,
    InventoryFormat Format,
    InventoryOutput Output,
    JobWish Wish)
    : JobsCommand, ICommand<InventoryJob>;

/// <summary>Asks how a job stands.</summary>
public sealed record FindJob(JobId Job) : JobsCommand, ICommand<VaultJob>;

/// <summary>Asks for a job whose output may be read now.</summary>
public sealed record FindFinishedJob(JobId Job) : JobsCommand, ICommand<VaultJob>;

/// <summary>Lists jobs by the time of their initiation.</summary>
/// <param name="After">Jobs up to and including this one are left out; null for none.</param>
/// <param name="Limit">Most jobs to list; at least 1.</param>
/// <param name="Finished">Only finished ones, or only unfinished ones; null for both.</param>
public sealed record ListJobs(JobCursor? After, int Limit, bool? Finished) : JobsCommand, ICommand<JobsPage>;

/// <summary>A place in the list of jobs.</summary>
/// <param name="CreatedAt">When the job was initiated.</param>
/// <param name="Job">Its ID.</param>
public readonly record struct JobCursor(DateTimeOffset CreatedAt, JobId Job) : IComparable<JobCursor>
{
    /// <summary>By time of initiation, then by ID.</summary>
    public int CompareTo(JobCursor other)
    {
        var byTime = CreatedAt.CompareTo(other.CreatedAt);
        return byTime != 0 ? byTime : string.CompareOrdinal(Job.ToString(), other.Job.ToString());
    }

    /// <summary>Whether the left one comes first.</summary>
    public static bool operator <(JobCursor left, JobCursor right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left one comes last.</summary>
    public static bool operator >(JobCursor left, JobCursor right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left one does not come last.</summary>
    public static bool operator <=(JobCursor left, JobCursor right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left one does not come first.</summary>
    public static bool operator >=(JobCursor left, JobCursor right) => left.CompareTo(right) >= 0;
}

/// <summary>Some of a vault's jobs.</summary>
/// <param name="Jobs">By time of initiation.</param>
/// <param name="AsOf">When the list was made; it decides which of them have finished.</param>
/// <param name="HasMore">Whether more follow the last one.</param>
public sealed record JobsPage(IReadOnlyList<VaultJob> Jobs, DateTimeOffset AsOf, bool HasMore);
