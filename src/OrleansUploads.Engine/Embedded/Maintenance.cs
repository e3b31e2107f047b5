using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Collecting;
using OrleansUploads.Engine.Ownership;

namespace OrleansUploads.Engine.Embedded;

/// <summary>Repeats the background tasks until it is disposed: waking due entities, collecting unowned bytes, renewing the claim of
/// the part store, checking the journal's index, and recording that the service is running.</summary>
internal sealed class Maintenance : IAsyncDisposable
{
    /// <summary>Nothing is collected without beats, so they resume soon after a full disk has room.</summary>
    private static readonly TimeSpan BeatRetryInterval = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeProvider _time;
    private readonly EngineLog _log;
    private readonly TaskCompletionSource _firstBeat = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _tasks;

    /// <summary>Starts all tasks. The first scan for due entities follows the first beat, and delivers what a crash left
    /// undelivered. The first check of the index runs immediately, in case the files changed while they were
    /// closed.</summary>
    public Maintenance(
        WakeScan wakes,
        AttemptCollector collector,
        StoreOwnership? ownership,
        Func<CancellationToken, ValueTask>? checkIndex,
        Func<CancellationToken, Task> beat,
        MaintenanceOptions options,
        TimeProvider time,
        EngineLog log)
    {
        _time = time;
        _log = log;
        _tasks = Task.WhenAll(
            RepeatAsync("record that the service is running", new(TimeSpan.Zero, ServiceClock.BeatInterval, BeatRetryInterval), async token =>
            {
                try
                {
                    await beat(token);
                }
                finally
                {
                    _firstBeat.TrySetResult();
                }
            }),
            RepeatAsync("wake due entities", Every(options.WakeInterval) with { FirstDelay = TimeSpan.Zero }, async token =>
            {
                await FirstBeat.WaitAsync(token);
                await wakes.RunAsync(token);
            }),
            RepeatAsync("collect unowned bytes", Every(options.CollectInterval), async token =>
                await collector.CollectAsync(options.AttemptGrace, token)),
            ownership is null ? Task.CompletedTask
                : RepeatAsync(
                    "renew the claim of the part store",
                    Every(StoreOwnership.RenewalInterval),
                    async token =>
                    {
                        // The loss was reported when it was found.
                        if (ownership.Loss is null)
                        {
                            await ownership.RenewAsync(token);
                        }
                    }),
            checkIndex is null ? Task.CompletedTask
                : RepeatAsync(
                    "check the journal's index",
                    Every(options.CheckInterval) with { FirstDelay = TimeSpan.Zero },
                    async token => await checkIndex(token)));
    }

    public Task FirstBeat => _firstBeat.Task;

    /// <summary>Stops after the current entity or upload.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _tasks;
        _stopping.Dispose();
    }

    private static BackgroundTask Every(TimeSpan interval) => new(interval, interval, interval);

    private Task RepeatAsync(string name, BackgroundTask task, Func<CancellationToken, Task> round) => task.RepeatAsync(
        async token =>
        {
            await round(token);
            return true;
        },
        fault => _log.MaintenanceFailed(name, FaultText.Describe(fault), IsExplained(fault) ? null : fault),
        _time,
        _stopping.Token);

    /// <summary>Whether the message of an exception tells the operator enough. Any other exception is a bug.</summary>
    private static bool IsExplained(Exception fault) => !FaultText.IsBug(fault)
        && fault is IOException or UnauthorizedAccessException or PartStoreUnavailableException
            or JournalUnavailableException or JournalDamagedException or EntityUnavailableException
            or ObjectDisposedException or OperationCanceledException;
}
