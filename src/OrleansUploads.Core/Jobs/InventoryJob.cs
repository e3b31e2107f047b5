using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Jobs;

/// <summary>Format of an inventory. The values are stored: never change them.</summary>
public enum InventoryFormat
{
    /// <summary>One JSON document; the default.</summary>
    Json = 0,

    /// <summary>CSV with one line per archive.</summary>
    Csv = 1,
}

/// <summary>Which archives of an inventory to list.</summary>
/// <param name="Created">Only archives created in this window.</param>
/// <param name="Limit">Maximum number of archives to list, at least 1, or null for all.</param>
/// <param name="After">The last archive of the previous page, or null for the first page.</param>
public sealed record InventorySelection(CreationWindow Created, long? Limit, ArchiveId? After);

/// <summary>The output of an inventory job. It follows from the job's snapshot, selection and format.</summary>
/// <param name="VaultName">The vault's name in the output.</param>
/// <param name="SizeBytes">Size of the output in bytes.</param>
/// <param name="Last">The last archive in the output if more archives follow it; otherwise null.</param>
public sealed record InventoryOutput(string VaultName, long SizeBytes, ArchiveId? Last);

/// <summary>A job that retrieves a vault's inventory, or one page of it. Its output has been measured.</summary>
/// <param name="Job">Its ID.</param>
/// <param name="Inventory">The inventory snapshot to list.</param>
/// <param name="Selection">Which of its archives to list.</param>
/// <param name="Format">The format of the output.</param>
/// <param name="Output">The output.</param>
/// <param name="Wish">The caller's options.</param>
/// <param name="CreatedAt">When the job was initiated.</param>
/// <param name="ReadyAt">When the output becomes available.</param>
public sealed record InventoryJob(
    JobId Job,
    InventorySnapshot Inventory,
    InventorySelection Selection,
    InventoryFormat Format,
    InventoryOutput Output,
    JobOptions Wish,
    DateTimeOffset CreatedAt,
    DateTimeOffset ReadyAt) : VaultJob;
