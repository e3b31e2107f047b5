namespace OrleansUploads.Dashboard;

/// <summary>Limits the live views that are open at the same time.</summary>
/// <param name="interval">The minimum time between two readings of a view.</param>
/// <param name="stopping">Canceled when the server stops.</param>
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
