namespace OrleansUploads.Core.Tests.Archives;

public class ShardDriver(UploadPolicy? uploads = null, RetrievalPolicy? retrievals = null)
    : DeciderDriver<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>(
        new ArchiveShardDecider(uploads ?? new UploadPolicy(), retrievals ?? new RetrievalPolicy()))
{
    protected static AddArchive Add(int number) => new(Some.Incarnation, 7, Some.Archive(number));

    protected static ArchiveId Id(int number) => Some.Archive(number).Archive;

    protected DeleteArchive Delete(int number, long guard = 0) => Some.Deletion(Id(number), Now, guard);

    public void GivenRecorded(AddArchive add)
    {
        Given(add);
        ConfirmAll();
    }
}
