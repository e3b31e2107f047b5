using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Core.Vaults;

/// <summary>What can be asked of a vault.</summary>
public abstract record VaultCommand : ICommand
{
    private protected VaultCommand()
    {
    }
}

/// <summary>Begins a life of the vault; sent by its account.</summary>
/// <param name="Life">Which life.</param>
/// <param name="CreatedAt">When the account took it in.</param>
public sealed record BeginVault(VaultLife Life, DateTimeOffset CreatedAt) : VaultCommand, ICommand<Done>, IBindingCommand;

/// <summary>Asks what the vault holds.</summary>
public sealed record DescribeVault(VaultId Vault) : VaultCommand, ICommand<VaultDescription>;

/// <summary>Asks for the last inventory: which archives there were, by the versions of the shards that hold them.</summary>
public sealed record TakeInventory(VaultId Vault) : VaultCommand, ICommand<InventoryCut>;

/// <summary>Begins an upload into the vault.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Upload">A fresh ID.</param>
/// <param name="PartSize">Size of every part but the last.</param>
/// <param name="Description">Becomes the archive's.</param>
/// <param name="Origin">Which kind of request it comes from.</param>
/// <param name="Custody">Who keeps the bytes.</param>
public sealed record OpenUpload(
    VaultId Vault,
    UploadId Upload,
    PartSize PartSize,
    Description Description,
    UploadOrigin Origin,
    Custody Custody = Custody.Gateway)
    : VaultCommand, ICommand<UploadOpening>;

/// <summary>Lists the multipart uploads in progress, by upload ID.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="After">Uploads up to and including this ID are left out; empty for none.</param>
/// <param name="Limit">Most uploads to list; at least 1.</param>
public sealed record ListUploads(VaultId Vault, string After, int Limit) : VaultCommand, ICommand<UploadsPage>;

/// <summary>Asks for the vault's tags.</summary>
public sealed record ListTags(VaultId Vault) : VaultCommand, ICommand<VaultTags>;

/// <summary>Adds tags. One whose key is there already replaces its value.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Tags">Values by keys, both as <see cref="TagText"/> allows.</param>
public sealed record AddTags(VaultId Vault, IReadOnlyDictionary<string, string> Tags) : VaultCommand, ICommand<Done>;

/// <summary>Removes tags. A key that is not there is no error.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Keys">The keys.</param>
public sealed record RemoveTags(VaultId Vault, IReadOnlyList<string> Keys) : VaultCommand, ICommand<Done>;

/// <summary>Deletes the vault, if it is empty.</summary>
public sealed record DeleteVault(VaultId Vault) : VaultCommand, ICommand<Done>;

/// <summary>Stops listing an upload that was aborted or has expired; sent by the upload.</summary>
/// <param name="Upload">The upload.</param>
/// <param name="Epoch">The vault's life that it belonged to.</param>
public sealed record CloseUpload(UploadId Upload, long Epoch) : VaultCommand, ICommand<Done>, IBindingCommand;

/// <summary>Tells the vault what a shard of its index holds; sent by the shard.</summary>
/// <param name="Epoch">The vault's life that the shard belongs to.</param>
/// <param name="Totals">The shard's totals.</param>
/// <param name="ClosedUpload">The upload that became an archive and is no longer in progress; null for a deletion.</param>
public sealed record RecordArchives(long Epoch, ShardTotals Totals, UploadId? ClosedUpload)
    : VaultCommand, ICommand<Done>, IBindingCommand;

/// <summary>Confirms that an upload has begun.</summary>
public sealed record ConfirmUploadBegun(UploadId Upload) : VaultCommand, ICommand<Done>;

/// <summary>Confirms that the account no longer lists the deleted vault.</summary>
public sealed record ConfirmVaultRemoved(long Epoch) : VaultCommand, ICommand<Done>;

/// <summary>What a vault holds, as of its last inventory.</summary>
/// <param name="Life">The vault's life.</param>
/// <param name="CreatedAt">When this life began.</param>
/// <param name="Archives">How many archives.</param>
/// <param name="SizeBytes">Sum of their sizes and of what each adds (<see cref="Limits.ArchiveOverheadBytes"/>).</param>
/// <param name="LastInventoryAt">When the inventory was taken, or, where it is always current, when an archive was last
/// added or deleted; null before the first.</param>
public sealed record VaultDescription(
    VaultLife Life, DateTimeOffset CreatedAt, long Archives, long SizeBytes, DateTimeOffset? LastInventoryAt);

/// <summary>The tags of a vault.</summary>
/// <param name="Tags">Values by keys, in ordinal order.</param>
public sealed record VaultTags(IReadOnlyDictionary<string, string> Tags);

/// <summary>A moment in the life of a vault. Shards list their archives as of their versions then, so an inventory stays the
/// same whatever happens after it, without being stored.</summary>
/// <param name="Life">The vault's life.</param>
/// <param name="TakenAt">When the inventory was taken, or, where it is always current, when an archive was last added or
/// deleted, or when the life began.</param>
/// <param name="Versions">The version of each shard, by its number; 0 where it never held an archive.</param>
public sealed record InventoryCut(VaultLife Life, DateTimeOffset TakenAt, IReadOnlyList<long> Versions);

/// <summary>Some of the uploads in progress.</summary>
/// <param name="Uploads">By upload ID.</param>
/// <param name="HasMore">Whether more follow the last one.</param>
public sealed record UploadsPage(IReadOnlyList<UploadOpening> Uploads, bool HasMore);
