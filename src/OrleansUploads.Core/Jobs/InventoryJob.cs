using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Jobs;

/// <summary>How an inventory is written. The numbers are stored.</summary>
public enum InventoryFormat
{
    /// <summary>One JSON document; the default.</summary>
    Json = 0,

    /// <summary>A line for each archive.</summary>
    Csv = 1,
}

/// <summary>Which archives of an inventory are wanted.</summary>
/// <param name="Created">When they were created.</param>
/// <param name="Limit">Most archives to list, at least 1; null for all.</param>
/// <param name="After">The archive with which the page before ended; null for the first page.</param>
public sealed record InventorySelection(CreationWindow Created, long? Limit, ArchiveId? After);

/// <summary>What an inventory job puts out, fixed when it was initiated.</summary>
/// <param name="VaultName">What the output calls the vault.</param>
/// <param name="SizeBytes">The length of the output.</param>
/// <param name="Last">The last archive on it where more follow; null where nothing is left.</param>
public sealed record InventoryOutput(string VaultName, long SizeBytes, ArchiveId? Last);

/// <summary>The retrieval of a vault's inventory, or of a page of it.</summary>
/// <param name="Job">Its ID.</param>
/// <param name="Inventory">The moment whose archives it lists.</param>
/// <param name="Selection">Which of them are wanted.</param>
/// <param name="Format">How they are written.</param>
/// <param name="Output">What is put out.</param>
/// <param name="Wish">What the caller said.</param>
/// <param name="CreatedAt">When it was initiated.</param>
/// <param name="ReadyAt">From when on its output may be read.</param>
public sealed record InventoryJob(
    JobId Job,
    InventoryCut Inventory,
    InventorySelection Selection,
    InventoryFormat Format,
    InventoryOutput Output,
    JobWish Wish,
    DateTimeOffset CreatedAt,
    DateTimeOffset ReadyAt) : VaultJob;
