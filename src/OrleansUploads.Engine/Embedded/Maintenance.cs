using OrleansUploads.Engine.Ports;
using OrleansUploads.Engine.Reclaim;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Embedded;

/// <summary>Wakes due entities, collects unowned bytes and checks the journal's index, again and again, until it is disposed.
/// </summary>
/// <remarks>A round that fails is reported and followed by the next; nothing is ever lost by a round that did not run.</remarks>
public sealed class Maintenance : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _waking;
    private readonly Task _collecting;
    private readonly Task _checking;

    /// <summary>Starts all loops. The first wake-up scan runs at once: it delivers what a crash left undelivered. So does the
    /// first check, of what happened to the files while they were closed.</summary>
    /// <param name="wakes">Wakes due entities.</param>
    /// <param name="collector">Collects unowned bytes.</param>
    /// <param name="names">Checks the journal's index.</param>
    /// <param name="options">How often, and from what age on.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onFault">Is told of every round that failed.</param>
    public Maintenance(
        WakeScan wakes,
        AttemptCollector collector,
        NameCheck names,
        MaintenanceOptions options,
        TimeProvider time,
        Action<string, Exception> onFault)
    {
        _waking = RepeatAsync(
            "waking due entities",
            TimeSpan.Zero,
            options.WakeInterval,
            async token => await wakes.RunAsync(token),
            time,
            onFault);
        _collecting = RepeatAsync(
            "collecting unowned bytes",
            options.CollectInterval,
            options.CollectInterval,
            async token => await collector.CollectAsync(options.AttemptGrace, token),
            time,
            onFault);
        _checking = RepeatAsync(
            "checking the journal's index",
            TimeSpan.Zero,
            options.CheckInterval,
            async token => await names.RunAsync(token),
            time,
            onFault);
    }

    /// <summary>Stops after the entity or upload at hand.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_waking, _collecting, _checking);
        _stopping.Dispose();
    }

    private async Task RepeatAsync(
        string what,
        TimeSpan firstDelay,
        TimeSpan interval,
        Func<CancellationToken, Task> round,
        TimeProvider time,
        Action<string, Exception> onFault)
    {
        var token = _stopping.Token;
        var delay = firstDelay;
        while (true)
        {
            try
            {
                await Task.Delay(delay, time, token);
                delay = interval;
                await round(token);
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is IOException or JournalUnavailableException or JournalDamagedException
                or InvalidOperationException or OperationCanceledException or UnauthorizedAccessException)
            {
                onFault(what, fault);
            }
        }
    }
}

/// <summary>How often housekeeping runs.</summary>
public sealed record MaintenanceOptions
{
    /// <summary>Default of <see cref="WakeInterval"/>.</summary>
    public static readonly TimeSpan DefaultWakeInterval = TimeSpan.FromSeconds(10);

    /// <summary>Default of <see cref="CollectInterval"/>.</summary>
    public static readonly TimeSpan DefaultCollectInterval = TimeSpan.FromHours(1);

    /// <summary>Default of <see cref="CheckInterval"/>.</summary>
    public static readonly TimeSpan DefaultCheckInterval = TimeSpan.FromDays(1);

    /// <summary>Time between two scans for due entities.</summary>
    public TimeSpan WakeInterval { get; init; } = DefaultWakeInterval;

    /// <summary>Time between two collections, and before the first.</summary>
    public TimeSpan CollectInterval { get; init; } = DefaultCollectInterval;

    /// <summary>Time between two checks of the journal's index that no collection asks for; the first begins at once.</summary>
    public TimeSpan CheckInterval { get; init; } = DefaultCheckInterval;

    /// <summary>Unowned attempts younger than this are left alone, because they may still be on their way in.</summary>
    public TimeSpan AttemptGrace { get; init; } = AttemptCollector.DefaultGrace;
}
