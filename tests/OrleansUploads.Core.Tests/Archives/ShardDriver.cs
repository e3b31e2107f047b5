namespace OrleansUploads.Core.Tests.Archives;

/// <summary>One shard of a vault's index, and the commands that its tests send.</summary>
public class ShardDriver(UploadPolicy? uploads = null, RetrievalPolicy? retrievals = null)
    : DeciderDriver<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>(
        new ArchiveShardDecider(uploads ?? new UploadPolicy(), retrievals ?? new RetrievalPolicy()))
{
    protected static AddArchive Add(int number) => new(Some.Incarnation, 7, Some.Archive(number));

    protected static ArchiveId Id(int number) => Some.Archive(number).Archive;

    protected DeleteArchive Delete(int number, long guard = 0) => Some.Deletion(Id(number), Now, guard);

    /// <summary>Adds an archive, and the vault knows of it.</summary>
    public void GivenRecorded(AddArchive add)
    {
        Given(add);
        ConfirmAll();
    }
}
