using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Vaults;

/// <summary>Commands of a vault.</summary>
public abstract record VaultCommand : ICommand
{
    private protected VaultCommand()
    {
    }
}

/// <summary>Begins an incarnation of the vault; sent by its account.</summary>
/// <param name="Incarnation">The incarnation.</param>
/// <param name="CreatedAt">When the account registered the vault.</param>
public sealed record BeginVault(VaultIncarnation Incarnation, DateTimeOffset CreatedAt) : VaultCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Returns the vault's description.</summary>
public sealed record DescribeVault(VaultId Vault) : VaultCommand, ICommand<VaultDescription>;

/// <summary>Returns a snapshot of the latest inventory, and takes the inventory first if it is due.</summary>
public sealed record TakeInventorySnapshot(VaultId Vault) : VaultCommand, ICommand<InventorySnapshot>;

/// <summary>Opens an upload into the vault.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Upload">A new, unused ID.</param>
/// <param name="PartSize">Size of every part except the last.</param>
/// <param name="Description">The description of the future archive.</param>
/// <param name="Origin">The kind of request that opens the upload.</param>
/// <param name="ByteStorage">Where the bytes are stored.</param>
public sealed record OpenUpload(
    VaultId Vault,
    UploadId Upload,
    PartSize PartSize,
    Description Description,
    UploadOrigin Origin,
    ByteStorage ByteStorage = ByteStorage.Gateway)
    : VaultCommand, ICommand<UploadSpec>
{
    /// <summary>Whether an upload with this ID is the one that the command asks for, and the command repeats its initiation.</summary>
    public bool IsRepeatedFor(UploadSpec upload) =>
        (upload.Vault.Id, upload.PartSize, upload.Description, upload.Origin, upload.ByteStorage)
        == (Vault, PartSize, Description, Origin, ByteStorage);
}

/// <summary>Lists the multipart uploads in progress that the vault lists itself, by upload ID. They were opened by program
/// versions without pages, and such versions send this command.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="After">Lists only uploads after this ID; empty to start at the beginning.</param>
/// <param name="Limit">Maximum number of uploads to list; at least 1.</param>
public sealed record ListUploads(VaultId Vault, string After, int Limit) : VaultCommand, ICommand<UploadsPage>;

/// <summary>Returns the vault's tags.</summary>
public sealed record ListTags(VaultId Vault) : VaultCommand, ICommand<VaultTags>;

/// <summary>Adds tags. A tag with an existing key replaces that key's value.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Tags">Tag values by key, both valid according to <see cref="TagText"/>.</param>
public sealed record AddTags(VaultId Vault, IReadOnlyDictionary<string, string> Tags) : VaultCommand, ICommand<Done>;

/// <summary>Removes tags. Unknown keys are ignored.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="Keys">The keys.</param>
public sealed record RemoveTags(VaultId Vault, IReadOnlyList<string> Keys) : VaultCommand, ICommand<Done>;

/// <summary>Deletes the vault if it has no archives. Its uploads in progress end with it.</summary>
public sealed record DeleteVault(VaultId Vault) : VaultCommand, ICommand<Done>;

/// <summary>Removes an upload that was aborted or has expired from the uploads in progress; sent by the upload.</summary>
/// <param name="Upload">The upload.</param>
/// <param name="Epoch">Epoch of the vault's incarnation that the upload belongs to.</param>
public sealed record CloseUpload(UploadId Upload, long Epoch) : VaultCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Records the totals of a shard of the vault's index; sent by the shard.</summary>
/// <param name="Epoch">Epoch of the vault's incarnation that the shard belongs to.</param>
/// <param name="Totals">The shard's totals.</param>
/// <param name="ClosedUpload">The upload that became an archive and is no longer in progress, or null for a deletion.</param>
public sealed record RecordArchives(long Epoch, ShardTotals Totals, UploadId? ClosedUpload)
    : VaultCommand, ICommand<AdditionVerdict>, IRequiresFreshState;

/// <summary>Confirms that an upload that the deleted vault had stored itself has ended.</summary>
/// <param name="Upload">The upload.</param>
/// <param name="Epoch">Epoch of the deleted incarnation.</param>
public sealed record ConfirmHeldUploadEnded(UploadId Upload, long Epoch) : VaultCommand, ICommand<Done>;

/// <summary>Confirms that all uploads on a page of the deleted vault have ended.</summary>
/// <param name="Page">Number of the page.</param>
/// <param name="Epoch">Epoch of the deleted incarnation.</param>
public sealed record ConfirmPageEnded(int Page, long Epoch) : VaultCommand, ICommand<Done>;

/// <summary>Confirms that an upload has begun.</summary>
public sealed record ConfirmUploadBegun(UploadId Upload) : VaultCommand, ICommand<Done>;

/// <summary>Confirms that the account has unregistered the deleted vault.</summary>
public sealed record ConfirmVaultRemoved(long Epoch) : VaultCommand, ICommand<Done>;

/// <summary>Description of a vault, according to its latest inventory.</summary>
/// <param name="Incarnation">The vault's incarnation.</param>
/// <param name="CreatedAt">When this incarnation began.</param>
/// <param name="Archives">Number of archives.</param>
/// <param name="SizeBytes">Sum of their sizes in bytes, plus <see cref="Limits.ArchiveOverheadBytes"/> for each archive.</param>
/// <param name="LastInventoryAt">When the inventory was taken; with <see cref="Settings.InventorySchedule.Current"/>, when an
/// archive was last added or deleted. Null before the first inventory or change.</param>
public sealed record VaultDescription(
    VaultIncarnation Incarnation, DateTimeOffset CreatedAt, long Archives, long SizeBytes, DateTimeOffset? LastInventoryAt);

/// <summary>The tags of a vault.</summary>
/// <param name="Tags">Tag values by key, in ordinal order of the keys.</param>
public sealed record VaultTags(IReadOnlyDictionary<string, string> Tags);

/// <summary>A vault's inventory at one moment. It holds the version of each shard, and shards can list their archives at an
/// earlier version, so an inventory job's output stays the same without being stored.</summary>
/// <param name="Incarnation">The vault's incarnation.</param>
/// <param name="TakenAt">When the inventory was taken; with <see cref="Settings.InventorySchedule.Current"/>, when an archive was
/// last added or deleted, or when the incarnation began if none ever was.</param>
/// <param name="Versions">Version of each shard, by shard number, or 0 for a shard that never held an archive.</param>
public sealed record InventorySnapshot(VaultIncarnation Incarnation, DateTimeOffset TakenAt, IReadOnlyList<long> Versions);

/// <summary>A page of the uploads in progress.</summary>
/// <param name="Uploads">The uploads, by upload ID.</param>
/// <param name="HasMore">Whether more uploads follow.</param>
public sealed record UploadsPage(IReadOnlyList<UploadSpec> Uploads, bool HasMore);
