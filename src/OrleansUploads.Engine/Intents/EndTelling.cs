namespace OrleansUploads.Engine.Intents;

/// <summary>Tells the receiver of events how uploads ended, few at a time. Accounts and buckets take turns.</summary>
/// <param name="receiver">The receiver, or null if no further event is to be told.</param>
/// <param name="time">The clock of timeouts.</param>
/// <param name="log">Gets the events that are given up.</param>
internal sealed class EndTelling(IUploadEvents? receiver, TimeProvider time, EngineLog log)
{
    /// <summary>The number of events that a process tells at the same time.</summary>
    public const int MaxAtOnce = 16;

    /// <summary>How many of them one account or bucket may have, so that the next one finds a free turn.</summary>
    public const int MaxPerTenant = 8;

    /// <summary>The number of events of an account or bucket that may wait for a turn. Their uploads are in memory. Further ones wait in the
    /// journal.</summary>
    public const int MaxWaitingPerTenant = 1024;

    /// <summary>The number of events that may wait for a turn.</summary>
    public const int MaxWaiting = 4 * MaxWaitingPerTenant;

    /// <summary>How long the receiver may take for an event; the same as at Amazon.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly FairTurns<string> _turns = new(MaxAtOnce, MaxPerTenant, MaxWaitingPerTenant, MaxWaiting);

    /// <summary>Tells an event once. The last attempt does not fail: its event is logged, and given up.</summary>
    /// <exception cref="IOException">Too many events wait. The receiver was not asked, so this was no attempt.</exception>
    public async ValueTask TellAsync(TellEnd tell, CancellationToken cancellationToken)
    {
        using var turn = await _turns.TakeAsync(tell.Tenant, cancellationToken);
        try
        {
            await TellInTimeAsync(tell.Notice, cancellationToken);
            EngineTelemetry.EventsDelivered.Add(1);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            EngineTelemetry.EventsFailed.Add(1);
            if (!tell.IsLast)
            {
                throw;
            }

            EngineTelemetry.EventsAbandoned.Add(1);
            log.EventAbandoned(tell.Notice, FaultText.Describe(fault));
        }
    }

    /// <summary>Tells an event. Stops waiting for the receiver after <see cref="Timeout"/>, even if it ignores the token, because other events
    /// wait for the turn.</summary>
    private async Task TellInTimeAsync(EndNotice notice, CancellationToken cancellationToken)
    {
        if (receiver is null)
        {
            throw new InvalidOperationException("No receiver of events is configured.");
        }

        using var timeout = new CancellationTokenSource(Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            await receiver.EndedAsync(notice, linked.Token).AsTask().WaitAsync(linked.Token);
        }
        catch (OperationCanceledException fault) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The receiver did not take the event within {Timeout.TotalSeconds:0} seconds.", fault);
        }
    }
}
