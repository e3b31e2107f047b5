using System.Text.Json.Serialization;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Jobs;

/// <summary>A job of a vault. The set of job types is closed.</summary>
[JsonDerivedType(typeof(RetrievalJob), "retrieval")]
[JsonDerivedType(typeof(InventoryJob), "inventory")]
[JsonDerivedType(typeof(UnmeasuredInventory), "unmeasured-inventory")]
public abstract record VaultJob : IAnswer
{
    /// <summary>Orders jobs by the time at which their output becomes available, then by ID.</summary>
    public static IComparer<VaultJob> ReadinessOrder { get; } = Comparer<VaultJob>.Create(static (left, right) =>
    {
        var byTime = left.ReadyAt.CompareTo(right.ReadyAt);
        return byTime != 0 ? byTime : string.CompareOrdinal(left.Job.ToString(), right.Job.ToString());
    });

    private protected VaultJob()
    {
    }

    public abstract JobId Job { get; init; }

    public abstract JobOptions Wish { get; init; }

    public abstract DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the output becomes available. If it has not been measured, the earliest time at which it can.</summary>
    public abstract DateTimeOffset ReadyAt { get; init; }

    public JobCursor Cursor => new(CreatedAt, Job);

    /// <summary>When the output expires and the job is removed, even if its output has not been measured by then.</summary>
    public DateTimeOffset ExpiresAt => ReadyAt + Limits.JobOutputLife;

    public bool IsInventory => this is InventoryJob or UnmeasuredInventory;

    public virtual bool IsReady(DateTimeOffset now) => now >= ReadyAt;
}

/// <summary>The values are stored: never change them.</summary>
public enum InventoryFormat
{
    /// <summary>The default.</summary>
    Json = 0,

    /// <summary>One line per archive.</summary>
    Csv = 1,
}

/// <summary>Which archives of an inventory to list.</summary>
/// <param name="Created">Only archives created in this window.</param>
/// <param name="Limit">At least 1, or null for all.</param>
/// <param name="After">The last archive of the previous page, or null for the first page.</param>
public sealed record InventorySelection(CreationWindow Created, long? Limit, ArchiveId? After);

/// <summary>The output of an inventory job. It follows from the job's snapshot, selection and format.</summary>
/// <param name="Last">The last archive in the output if more archives follow it; otherwise null.</param>
/// <param name="VaultName">The vault's name in the output.</param>
public sealed record InventoryOutput(string VaultName, long SizeBytes, ArchiveId? Last) : IAnswer;

/// <summary>A job that retrieves a vault's inventory, or one page of it. Its output has been measured.</summary>
[Named("inventory-job.1")]
public sealed record InventoryJob(
    JobId Job,
    InventorySnapshot Inventory,
    InventorySelection Selection,
    InventoryFormat Format,
    InventoryOutput Output,
    JobOptions Wish,
    DateTimeOffset CreatedAt,
    DateTimeOffset ReadyAt) : VaultJob;

/// <summary>A job that retrieves an archive or a range of it.</summary>
/// <param name="Archive">The index entry when the job was initiated.</param>
/// <param name="RangeTreeHash">Null if the range has none.</param>
[Named("retrieval-job.1")]
public sealed record RetrievalJob(
    JobId Job,
    ArchiveEntry Archive,
    PartRange Range,
    TreeHash? RangeTreeHash,
    JobOptions Wish,
    DateTimeOffset CreatedAt,
    DateTimeOffset ReadyAt) : VaultJob
{
    /// <summary>The range to retrieve: the requested range, or the whole archive if <paramref name="requested"/> is
    /// null.</summary>
    public static PartRange RangeOf(ArchiveEntry archive, PartRange? requested) =>
        requested ?? new PartRange(0, archive.SizeBytes - 1);

    /// <summary>Why a range cannot be retrieved, or null if it can. The server must store the archive's bytes, and the range must
    /// lie inside the archive, start at a multiple of 1 MiB, and end at a multiple of 1 MiB or at the archive's end.</summary>
    public static Refusal? RefusalOf(ArchiveEntry archive, PartRange range) =>
        archive.ByteStorage == ByteStorage.External ? new Refusal.ArchiveStoredExternally(archive.Archive)
        : TreeHashRanges.IsMegabyteAligned(range.FirstByte, range.LastByte, archive.SizeBytes) ? null
        : new Refusal.RetrievalRangeInvalid(range, archive.SizeBytes);
}
