using System.Collections.Concurrent;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.TestKit;

/// <summary>A receiver that takes the ends of uploads, fails, or hangs.</summary>
public sealed class ToldEvents : IUploadEvents
{
    private readonly ConcurrentQueue<EndNotice> _notices = new();
    private volatile TaskCompletionSource _free = Freed();

    public bool Fails { get; set; }

    public IReadOnlyList<EndNotice> Notices => [.. _notices];

    public void Hold() => _free = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _free.TrySetResult();

    /// <summary>Takes what comes from now on. What is held stays held.</summary>
    public void TakeOthers() => _free = Freed();

    public async ValueTask EndedAsync(EndNotice notice, CancellationToken cancellationToken)
    {
        _notices.Enqueue(notice);
        await _free.Task.WaitAsync(cancellationToken);
        if (Fails)
        {
            throw new HttpRequestException("The receiver answered 500.");
        }
    }

    public Task AwaitAsync(int count) => Eventually.BecomesTrueAsync(() => _notices.Count >= count, $"{count} attempts");

    private static TaskCompletionSource Freed()
    {
        var free = new TaskCompletionSource();
        free.SetResult();
        return free;
    }
}
