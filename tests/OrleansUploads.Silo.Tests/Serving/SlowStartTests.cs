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

    [Fact]
    public async Task A_start_that_waits_for_a_folder_says_so_once_and_can_be_interrupted()
    {
        var (time, log) = (new ManualTime(), new RecordedLog());
        using var answers = new ManualResetEventSlim();
        using var interruption = new CancellationTokenSource();
        var opening = SlowStore.UseFolderAsync(
            "/mnt/parts", () => Task.FromResult(answers.Wait(TimeSpan.FromMinutes(2), CancellationToken.None)), log, time, interruption.Token);
        Assert.Empty(log.Entries);

        time.Advance(SlowStore.PromptTime);
        await Eventually.BecomesTrueAsync(() => log.Entries.Count > 0, "a warning is logged");
        await interruption.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        Assert.Contains("/mnt/parts", Assert.Single(log.Entries).Text, StringComparison.Ordinal);
        answers.Set();
    }
}
