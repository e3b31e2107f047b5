using System.Net;
using OrleansUploads.Gateway.Http.Admission;

namespace OrleansUploads.Gateway.Http.Connections;

/// <summary>All open connections of the server, never more than the limit. When the limit is reached, a new connection replaces the
/// one that has been idle longest, taken from the source with the most idle connections.</summary>
/// <remarks>A connection is idle until its first verified request, and from the end of a verified request to the next one. Requests
/// without a valid signature do not change that.</remarks>
internal sealed partial class OpenConnections
{
    /// <summary>Maximum number of connections that were told to close and still hold their descriptors.</summary>
    internal const int MaxClosing = 64;

    /// <summary>When all connections are busy, one whose bytes have not moved for this long is closed.</summary>
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly int _limit;
    private readonly TimeProvider _time;
    private readonly ILogger<OpenConnections> _log;
    private readonly Lock _gate = new();
    private readonly ClosedConnectionCollector _collector;
    private readonly SourceQueues<OpenConnection> _idle = new();
    private readonly SourceQueues<OpenConnection> _busy = new();
    private TaskCompletionSource _closedOne = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _closing;
    private long _closedEarly;
    private long? _loggedAt;

    public OpenConnections(ServerLimits limits, TimeProvider time, ILogger<OpenConnections> log)
    {
        _limit = limits.Connections;
        _time = time;
        _log = log;
        _collector = new ClosedConnectionCollector(limits.Connections, time);
    }

    /// <summary>Number of open connections, without those that were told to close.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _idle.Count + _busy.Count;
            }
        }
    }

    /// <summary>Number of connections that were closed because others needed their place.</summary>
    public long ClosedEarly => Interlocked.Read(ref _closedEarly);

    /// <summary>Waits while too many connections that were told to close are still open.</summary>
    public async ValueTask WaitForCapacityAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task closedOne;
            lock (_gate)
            {
                if (_closing < MaxClosing)
                {
                    return;
                }

                closedOne = _closedOne.Task;
            }

            await closedOne.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Admits a new connection, and closes another one for it if the limit is reached.</summary>
    /// <param name="address">Where the connection comes from.</param>
    /// <param name="abort">Closes the connection, without waiting.</param>
    /// <returns>The admitted connection, or null if it must be closed because all others are busy.</returns>
    public OpenConnection? Admit(IPAddress? address, Action abort)
    {
        var admitted = new OpenConnection(this, TrafficSource.Of(address), abort, _time);
        OpenConnection? evicted = null;
        var isFull = false;
        lock (_gate)
        {
            if (_idle.Count + _busy.Count >= _limit)
            {
                isFull = true;
                evicted = _idle.OldestOfLongest ?? StalledBusyConnection();
                if (evicted is not null)
                {
                    BeginClosing(evicted);
                }
            }

            if (!isFull || evicted is not null)
            {
                admitted.Position = _idle.Add(admitted.Source, admitted);
            }
        }

        if (isFull)
        {
            CloseEarly(evicted);
        }

        return admitted.Position is null ? null : admitted;
    }

    /// <summary>Records that a connection is closed and its descriptor is free.</summary>
    public void RecordClosed(OpenConnection connection)
    {
        lock (_gate)
        {
            if (connection.Position is not null)
            {
                BeginClosing(connection);
            }

            _closing--;
            if (_closing == MaxClosing - 1)
            {
                _closedOne.SetResult();
                _closedOne = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    internal void MarkBusy(OpenConnection connection, AccountId account)
    {
        lock (_gate)
        {
            if (connection.Position is not null)
            {
                Requeue(connection, TrafficSource.Of(account), isBusy: true);
            }
        }
    }

    internal void MarkIdle(OpenConnection connection)
    {
        lock (_gate)
        {
            if (connection is { Position: not null, IsBusy: true })
            {
                Requeue(connection, connection.Source, isBusy: false);
            }
        }
    }

    private void Requeue(OpenConnection connection, TrafficSource source, bool isBusy)
    {
        (connection.IsBusy ? _busy : _idle).Remove(connection.Position!);
        connection.Source = source;
        connection.IsBusy = isBusy;
        connection.Position = (isBusy ? _busy : _idle).Add(source, connection);
    }

    private void BeginClosing(OpenConnection connection)
    {
        (connection.IsBusy ? _busy : _idle).Remove(connection.Position!);
        connection.Position = null;
        _closing++;
    }

    private OpenConnection? StalledBusyConnection()
    {
        var stalled = _busy.Longest.MaxBy(connection => connection.TimeSinceActivity);
        return stalled?.TimeSinceActivity >= BusyTimeout ? stalled : null;
    }

    /// <summary>Closes a connection for another one and counts it. Null counts the new connection itself, which its listener
    /// closes.</summary>
    private void CloseEarly(OpenConnection? evicted)
    {
        evicted?.Abort();
        var closed = Interlocked.Increment(ref _closedEarly);
        _collector.CountClosed();
        lock (_gate)
        {
            if (_loggedAt is { } at && _time.GetElapsedTime(at) < LogInterval)
            {
                return;
            }

            _loggedAt = _time.GetTimestamp();
        }

        LogLimitReached(_log, _limit, closed);
    }

    [LoggerMessage(
        2006,
        LogLevel.Warning,
        "All {Limit} connections are in use. The server closes the longest idle connections to admit new ones; {Closed} closed "
            + "so far.")]
    private static partial void LogLimitReached(ILogger logger, int limit, long closed);
}

/// <summary>One open connection. Its requests find it in their features.</summary>
internal sealed class OpenConnection(OpenConnections owner, TrafficSource source, Action abort, TimeProvider time)
{
    private long _activeAt = time.GetTimestamp();

    /// <summary>The account of the last verified request; before the first one, the network address.</summary>
    public TrafficSource Source { get; internal set; } = source;

    /// <summary>Whether a verified request is being served. The owner guards this and every other internal member.</summary>
    internal bool IsBusy { get; set; }

    /// <summary>Position among the idle or the busy connections; null once the connection has been told to close.</summary>
    internal SourceQueues<OpenConnection>.Position? Position { get; set; }

    /// <summary>Time since a byte of a body was last read or written.</summary>
    internal TimeSpan TimeSinceActivity => time.GetElapsedTime(Volatile.Read(ref _activeAt));

    /// <summary>Records that a request on the connection was verified. The connection is busy until the request ends.</summary>
    public void BeginVerifiedRequest(AccountId account)
    {
        RecordActivity();
        owner.MarkBusy(this, account);
    }

    /// <summary>Records that the request has ended, verified or not.</summary>
    public void EndRequest() => owner.MarkIdle(this);

    /// <summary>Records that bytes of a body were read or written.</summary>
    public void RecordActivity() => Volatile.Write(ref _activeAt, time.GetTimestamp());

    /// <summary>Closes the connection, without waiting.</summary>
    internal void Abort() => abort();
}
