using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Core.Vaults;

/// <summary>What can happen to a vault. Stored for years: a case is never changed, only followed by a new one.</summary>
public abstract record VaultEvent
{
    private protected VaultEvent()
    {
    }
}

/// <summary>A life of the vault began.</summary>
public sealed record VaultBegun(VaultLife Life, DateTimeOffset At) : VaultEvent;

/// <summary>An upload into the vault was opened.</summary>
public sealed record UploadListed(UploadOpening Opening) : VaultEvent;

/// <summary>The upload itself has begun.</summary>
public sealed record UploadBegun(UploadId Upload) : VaultEvent;

/// <summary>An upload was aborted or has expired.</summary>
public sealed record UploadUnlisted(UploadId Upload) : VaultEvent;

/// <summary>A shard of the index changed, and perhaps an upload became an archive.</summary>
public sealed record ArchivesRecorded(ShardTotals Totals, UploadId? ClosedUpload) : VaultEvent;

/// <summary>The vault's inventory was taken: it is what the shards had told by then.</summary>
public sealed record InventoryTaken(DateTimeOffset At) : VaultEvent;

/// <summary>Tags were added, or their values replaced.</summary>
public sealed record TagsAdded(IReadOnlyDictionary<string, string> Tags) : VaultEvent;

/// <summary>Tags were removed.</summary>
public sealed record TagsRemoved(IReadOnlyList<string> Keys) : VaultEvent;

/// <summary>Whom to tell of the end of jobs was set, or cleared.</summary>
/// <param name="Version">Counts the settings of this life; from 1.</param>
/// <param name="Notifications">What was set; null for nobody.</param>
public sealed record NotificationsChanged(long Version, VaultNotifications? Notifications) : VaultEvent;

/// <summary>The vault's jobs know a setting.</summary>
public sealed record NotificationsTold(long Version) : VaultEvent;

/// <summary>The vault was deleted.</summary>
public sealed record VaultDeleted(DateTimeOffset At) : VaultEvent;

/// <summary>The account no longer lists the deleted vault.</summary>
public sealed record VaultRemoved : VaultEvent;
