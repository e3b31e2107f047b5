namespace OrleansUploads.Dashboard;

/// <summary>Sends a view again whenever it has changed, as server-sent events.</summary>
/// <remarks>Nothing is queued: the view is read when its last state has been sent, so a slow client gets fewer states and costs no
/// memory. The ID of an event is a hash of the state. A client that connects again with the ID of the current state gets
/// nothing until the state changes, from this process or from any other.</remarks>
/// <param name="first">The state to begin with.</param>
/// <param name="lastEventId">The ID of the state that the client has, or null.</param>
/// <param name="read">Reads the current state, or why the client may no longer see it.</param>
/// <param name="streams">The pace.</param>
internal sealed class LiveAnswer(
    DashboardAnswer first, string? lastEventId, Func<ValueTask<DashboardAnswer>> read, LiveStreams streams)
    : DashboardAnswer(StatusCodes.Status200OK)
{
    /// <summary>The header with the ID of the last event that the client received.</summary>
    public const string LastEventIdHeader = "Last-Event-ID";

    /// <summary>The name of events with a state.</summary>
    public const string StateEvent = "state";

    /// <summary>The name of the last event if the view is gone. Its document says why.</summary>
    public const string GoneEvent = "gone";

    /// <summary>Something is sent at least this often, so that both sides notice a lost connection.</summary>
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(10);

    /// <summary>A view that takes long to read is read less often, so that no view costs more than a fiftieth of a core.</summary>
    private const int PauseForEachReading = 50;

    private const int IdBytes = 12;

    public override async Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        response.ContentType = "text/event-stream";
        response.Headers["X-Accel-Buffering"] = "no";
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, streams.Stopping);
        try
        {
            await SendStatesAsync(response, body, ends.Token);
        }
        catch (OperationCanceledException) when (streams.Stopping.IsCancellationRequested)
        {
            // The client connects again, to this server or to another one.
        }
    }

    private async Task SendStatesAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        var sentId = lastEventId;
        var time = TimeProvider.System;
        var sentAt = time.GetTimestamp();
        await SendAsync(response, body, ": live\n\n", cancellationToken);
        var state = first;
        var reading = TimeSpan.Zero;
        while (true)
        {
            if (state.Error is not null)
            {
                await SendAsync(response, body, Event(GoneEvent, "", state.Body), cancellationToken);
                return;
            }

            var id = IdOf(state.Body.Span);
            if (id != sentId)
            {
                await SendAsync(response, body, Event(StateEvent, $"id: {id}\n", state.Body), cancellationToken);
                (sentId, sentAt) = (id, time.GetTimestamp());
            }
            else if (time.GetElapsedTime(sentAt) >= MaxSilence)
            {
                await SendAsync(response, body, ": still here\n\n", cancellationToken);
                sentAt = time.GetTimestamp();
            }

            await Task.Delay(PauseAfter(reading), time, cancellationToken);
            var began = time.GetTimestamp();
            state = await read();
            reading = time.GetElapsedTime(began);
        }
    }

    private TimeSpan PauseAfter(TimeSpan reading)
    {
        var pause = reading * PauseForEachReading;
        return pause < streams.Interval ? streams.Interval : pause > MaxPause ? MaxPause : pause;
    }

    private static async Task SendAsync(HttpResponse response, Stream body, string text, CancellationToken cancellationToken)
    {
        await body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }

    private static string Event(string name, string id, ReadOnlyMemory<byte> document) =>
        $"event: {name}\n{id}data: {Encoding.UTF8.GetString(document.Span)}\n\n";

    private static string IdOf(ReadOnlySpan<byte> document) =>
        Convert.ToHexStringLower(SHA256.HashData(document).AsSpan(0, IdBytes));
}
