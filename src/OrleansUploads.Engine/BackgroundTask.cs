namespace OrleansUploads.Engine;

/// <summary>A task that is repeated in the background, in a server and in a silo. A round that fails is reported, and the next one runs as
/// planned, even after a lack of memory. A missed round loses nothing.</summary>
/// <param name="FirstDelay">Time before the first round.</param>
/// <param name="Interval">Time after a round.</param>
/// <param name="RetryInterval">Time after a round that failed.</param>
public sealed record BackgroundTask(TimeSpan FirstDelay, TimeSpan Interval, TimeSpan RetryInterval)
{
    /// <summary>The longest time that a timer of .NET can wait is a little longer. An operator may wish for a pause of a year.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    /// <summary>Repeats the task. Returns when it is cancelled, after the current round.</summary>
    /// <param name="round">One round. False if it could not do its work; the next one follows as after a failure.</param>
    /// <param name="report">Receives why a round failed.</param>
    /// <param name="cancellationToken">Ends the repetition.</param>
    public async Task RepeatAsync(
        Func<CancellationToken, ValueTask<bool>> round, Action<Exception> report, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(round);
        ArgumentNullException.ThrowIfNull(report);
        var delay = FirstDelay;
        while (true)
        {
            try
            {
                await WaitAsync(delay, time, cancellationToken);
                delay = await round(cancellationToken) ? Interval : RetryInterval;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                delay = RetryInterval;
                report(fault);
            }
        }
    }

    private static async Task WaitAsync(TimeSpan delay, TimeProvider time, CancellationToken cancellationToken)
    {
        for (; delay > LongestTimer; delay -= LongestTimer)
        {
            await Task.Delay(LongestTimer, time, cancellationToken);
        }

        await Task.Delay(delay, time, cancellationToken);
    }
}
