namespace OrleansUploads.Engine.Tests.PartStores;

public sealed class UploadDirectoriesTests : TestWithFolder
{
    private const int Kept = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_directory_whose_name_is_being_flushed_holds_up_no_other_upload()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var flush = new FaultyFlush();
        flush.Fail(error: 0, of: _ =>
        {
            begun.TrySetResult();
            ended.Task.GetAwaiter().GetResult();
            return false;
        });
        var root = new DurableDirectory(Folder.Path, isShared: false, flush);
        var directories = new UploadDirectories(root, isShared: false, flush, new DiskFault(onRaised: null), Kept);
        var slow = Task.Run(() => directories.Create(Some.Upload(0), "a.part", expectedBytes: 1));
        await begun.Task.WaitAsync(Patience, Cancellation);
        try
        {
            var others = Task.Run(() => Enumerable.Range(1, 2 * Kept).Count(i => directories.Get(Some.Upload(i)).IsRetired));
            Assert.Equal(0, await others.WaitAsync(Patience, Cancellation));
            Assert.False(slow.IsCompleted);
        }
        finally
        {
            ended.SetResult();
        }

        var file = await slow;
        Assert.False(directories.Get(Some.Upload(0)).TryRetire());
        file.Flush();
        file.Dispose();
        Assert.True(directories.Get(Some.Upload(0)).TryRetire());
    }
}
