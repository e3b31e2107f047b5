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
    FrontAnswer first, string? lastEventId, Func<ValueTask<FrontAnswer>> read, LiveStreams streams)
    : FrontAnswer(StatusCodes.Status200OK)
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

    protected override async Task WriteBodyAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
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
                await SendAsync(response, body, Event(GoneEvent, "", state.Document), cancellationToken);
                return;
            }

            var id = IdOf(state.Document.Span);
            if (id != sentId)
            {
                await SendAsync(response, body, Event(StateEvent, $"id: {id}\n", state.Document), cancellationToken);
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

/// <summary>Limits the live views that are open at the same time.</summary>
internal sealed class LiveStreams(TimeSpan interval, CancellationToken stopping)
{
    /// <summary>The maximum number of live views.</summary>
    public const int MaxStreams = 64;

    /// <summary>The maximum number of live views of one account.</summary>
    public const int MaxStreamsOfAccount = 24;

    private readonly Lock _gate = new();
    private readonly HashSet<OpenStream> _open = [];

    /// <summary>The minimum time between two readings of a view.</summary>
    public TimeSpan Interval { get; } = interval;

    /// <summary>Canceled when the server stops.</summary>
    public CancellationToken Stopping { get; } = stopping;

    /// <summary>Number of open live views.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>Opens a live view.</summary>
    /// <returns>To be disposed when it is closed, or null if there are too many.</returns>
    public IDisposable? TryOpen(AccountId account)
    {
        lock (_gate)
        {
            if (_open.Count >= MaxStreams || _open.Count(open => open.Account == account) >= MaxStreamsOfAccount)
            {
                return null;
            }

            var opened = new OpenStream(this, account);
            _open.Add(opened);
            return opened;
        }
    }

    private sealed class OpenStream(LiveStreams owner, AccountId account) : IDisposable
    {
        public AccountId Account => account;

        public void Dispose()
        {
            lock (owner._gate)
            {
                owner._open.Remove(this);
            }
        }
    }
}
