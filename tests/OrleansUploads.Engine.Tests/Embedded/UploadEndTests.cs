using OrleansUploads.TestKit.Journals;
using static OrleansUploads.Engine.Tests.ClientCalls;

namespace OrleansUploads.Engine.Tests.Embedded;

/// <summary>Waiting for the end of an upload. Time stands still unless a test advances it.</summary>
public sealed class UploadEndTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly EngineBench _bench = new();

    private Task AwaitEndAsync(UploadId upload, CancellationToken? cancellation = null) =>
        _bench.Host.AwaitEndAsync(upload, Long, cancellation ?? Cancellation).AsTask();

    [Fact]
    public async Task Callers_are_told_when_an_upload_is_completed_and_not_when_a_part_arrives()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        var bytes = Some.Bytes((int)Some.MiB, 1);
        Task[] waiting = [AwaitEndAsync(upload), AwaitEndAsync(upload)];

        await _bench.StoreAsync(upload, 0, bytes);
        Assert.DoesNotContain(waiting, static one => one.IsCompleted);
        await _bench.Host.CompleteAsync(upload, bytes);

        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        await AwaitEndAsync(upload).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    [Fact]
    public async Task Callers_are_told_when_an_upload_is_aborted()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        var waiting = AwaitEndAsync(upload);

        await _bench.AskAsync(upload.Entity, new AbortUpload(Incarnation));

        await waiting.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    [Fact]
    public async Task Callers_wait_no_longer_than_they_want()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        using var cancelled = new CancellationTokenSource();
        var leaving = AwaitEndAsync(upload, cancelled.Token);
        Task[] waiting = [AwaitEndAsync(upload), AwaitEndAsync(Some.Upload(77))];

        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        _bench.Time.Advance(Long - TimeSpan.FromTicks(1));
        Assert.DoesNotContain(waiting, static one => one.IsCompleted);
        _bench.Time.Advance(TimeSpan.FromTicks(1));

        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    [Fact]
    public async Task Callers_ask_again_when_the_upload_is_removed_from_memory()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        var waiting = _bench.Host.AwaitEndAsync(upload, TimeSpan.FromHours(1), Cancellation).AsTask();

        _bench.Time.Advance(TimeSpan.FromMinutes(10));

        await waiting.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    [Fact]
    public async Task An_end_that_cannot_be_written_is_none()
    {
        var fails = false;
        var bench = new EngineBench(call => fails && call.Operation == JournalOperation.Append ? JournalFault.FailBefore : JournalFault.None);
        var upload = await bench.OpenFirstUploadAsync();
        var early = bench.Host.AwaitEndAsync(upload, Long, Cancellation).AsTask();
        fails = true;
        await Assert.ThrowsAsync<EntityUnavailableException>(() => bench.AskAsync(upload.Entity, new AbortUpload(Incarnation)));

        await early.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        var waiting = bench.Host.AwaitEndAsync(upload, Long, Cancellation).AsTask();
        Assert.False(waiting.IsCompleted);
        fails = false;
        await bench.AskAsync(upload.Entity, new AbortUpload(Incarnation));

        await waiting.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }
}
