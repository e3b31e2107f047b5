using OrleansUploads.Gateway.Http.Sources;

namespace OrleansUploads.Gateway.Http.Connections;

/// <summary>One open connection. Its requests find it in their features.</summary>
/// <param name="owner">All open connections.</param>
/// <param name="source">Where the connection comes from.</param>
/// <param name="abort">Closes the connection, without waiting.</param>
/// <param name="time">The clock.</param>
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
