using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Engine.Tests.PartStores;

public sealed class FailedWriteTests : IDisposable
{
    private const int NoSpaceLeft = 28;

    private readonly TemporaryRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task The_cause_of_a_failed_write_is_reported_although_the_attempt_may_not_be_deleted()
    {
        using var store = DiskPartStore.Open(_root.Path, new DiskPartStoreOptions
        {
            Write = (_, _, _) =>
            {
                // The system refuses to delete a directory as a file.
                var attempt = Assert.Single(Directory.GetFiles(_root.Path, "*.part", SearchOption.AllDirectories));
                File.Delete(attempt);
                Directory.CreateDirectory(attempt);
                throw new IOException("No space left on the device.", NoSpaceLeft);
            },
        });
        await using var writer = await store.CreateAsync(PartBytes.Upload(1), PartBytes.Attempt(1), 10, CancellationToken.None);

        await Assert.ThrowsAsync<PartStoreFullException>(() => writer.WriteAsync(new byte[10], CancellationToken.None).AsTask());
    }
}
