using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Archives;

/// <summary>An archive as the vault's index knows it.</summary>
/// <param name="Archive">Its ID.</param>
/// <param name="Upload">The upload that it came from; it names the manifest.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="TreeHash">Its tree hash.</param>
/// <param name="Description">What its owner says of it.</param>
/// <param name="CreatedAt">When its upload was completed.</param>
/// <param name="Custody">Who keeps its bytes.</param>
public sealed record ArchiveEntry(
    ArchiveId Archive,
    UploadId Upload,
    long SizeBytes,
    TreeHash TreeHash,
    Description Description,
    DateTimeOffset CreatedAt,
    Custody Custody = Custody.Gateway);

/// <summary>What can be asked of one shard of a vault's archive index.</summary>
public abstract record ArchiveShardCommand : ICommand
{
    private protected ArchiveShardCommand()
    {
    }
}

/// <summary>Puts an archive into the index; sent by its upload.</summary>
/// <param name="Vault">The vault's life.</param>
/// <param name="Shard">Which shard this is.</param>
/// <param name="Entry">The archive.</param>
public sealed record AddArchive(VaultLife Vault, int Shard, ArchiveEntry Entry)
    : ArchiveShardCommand, ICommand<Done>, IBindingCommand;

/// <summary>Looks an archive up.</summary>
public record FindArchive(ArchiveId Archive) : ArchiveShardCommand, ICommand<ArchiveEntry>;

/// <summary>Looks an archive up to judge whether it may be deleted, so the answer must not be that of a host that others have
/// overtaken.</summary>
public sealed record FindArchiveForDeletion(ArchiveId Archive) : FindArchive(Archive), IBindingCommand;

/// <summary>Lists the archives that the shard held after one of its changes, by archive ID. For as long as the deletions since
/// then are remembered, the same question has the same answer.</summary>
/// <param name="Version">The change, by the shard's version after it.</param>
/// <param name="After">Archives up to and including this ID are left out, whether it is there or not; null for none.</param>
/// <param name="Limit">Most archives to list; at least 1.</param>
/// <param name="Created">Only archives that were created in this time.</param>
public sealed record ListArchives(long Version, ArchiveId? After, int Limit, CreationWindow Created)
    : ArchiveShardCommand, ICommand<ArchivesPage>;

/// <summary>Deletes an archive. Deleting it again is answered like the first time, for as long as that is remembered.</summary>
public sealed record DeleteArchive(ArchiveId Archive) : ArchiveShardCommand, ICommand<Done>;

/// <summary>Confirms that the vault has taken a change of this shard.</summary>
/// <param name="Version">The change, by the shard's version after it.</param>
public sealed record ConfirmTotalsTold(long Version) : ArchiveShardCommand, ICommand<Done>;

/// <summary>Confirms that the upload of a deleted archive knows.</summary>
public sealed record ConfirmArchiveReleased(ArchiveId Archive) : ArchiveShardCommand, ICommand<Done>;

/// <summary>Some of a shard's archives.</summary>
/// <param name="Archives">By archive ID.</param>
/// <param name="HasMore">Whether more follow the last one.</param>
public sealed record ArchivesPage(IReadOnlyList<ArchiveEntry> Archives, bool HasMore);
