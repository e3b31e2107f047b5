using Microsoft.Win32.SafeHandles;
using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Engine.Tests.PartStores;

public sealed class UploadDirectoriesTests : IDisposable
{
    private const int Kept = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TemporaryRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task A_directory_whose_name_is_being_flushed_holds_up_no_other_upload()
    {
        var flush = new HeldFlush();
        var root = new DurableDirectory(_root.Path, isShared: false, flush);
        var directories = new UploadDirectories(root, isShared: false, flush, new DiskFault(onRaised: null), Kept);
        var slow = Task.Run(() => directories.Create(Some.Upload(0), "a.part", expectedBytes: 1));
        await flush.Begun.WaitAsync(Patience, TestContext.Current.CancellationToken);
        try
        {
            var others = Task.Run(() => Enumerable.Range(1, 2 * Kept).Count(i => directories.Get(Some.Upload(i)).IsRetired));
            Assert.Equal(0, await others.WaitAsync(Patience, TestContext.Current.CancellationToken));
            Assert.False(slow.IsCompleted);
        }
        finally
        {
            flush.End();
        }

        var file = await slow;
        Assert.Same(directories.Get(Some.Upload(0)), file.Directory);
        file.Flush();
        file.Dispose();
    }

    /// <summary>Holds the flushes of directories until the test ends them.</summary>
    private sealed class HeldFlush : IDiskFlush
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        public void End() => _ended.TrySetResult();

        public int FlushFile(SafeFileHandle file, string path) => SystemFlush.Instance.FlushFile(file, path);

        public int FlushDirectory(string path)
        {
            _begun.TrySetResult();
            _ended.Task.GetAwaiter().GetResult();
            return SystemFlush.Instance.FlushDirectory(path);
        }
    }
}
