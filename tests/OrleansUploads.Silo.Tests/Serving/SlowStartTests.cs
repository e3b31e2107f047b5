using OrleansUploads.Serving;

namespace OrleansUploads.Silo.Tests.Serving;

public sealed class SlowStartTests
{
    [Fact]
    public async Task A_start_that_waits_for_the_store_of_the_bytes_says_so_once()
    {
        var (time, log, store) = (new ManualTime(), new RecordedLog(), new TaskCompletionSource<int>());
        var opening = store.Task.WarnIfSlowAsync("s3://bucket/prefix", log, time);
        Assert.Empty(log.Entries);

        time.Advance(SlowStore.PromptTime);
        await Eventually.BecomesTrueAsync(() => log.Entries.Count > 0, "a warning is logged");
        store.SetResult(1);

        Assert.Equal(1, await opening);
        Assert.Contains("s3://bucket/prefix", Assert.Single(log.Entries).Text, StringComparison.Ordinal);
    }
}
