namespace OrleansUploads.Gateway.Dashboard.Live;

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
    private readonly Dictionary<AccountId, int> _open = [];

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
                return _open.Values.Sum();
            }
        }
    }

    /// <summary>Opens a live view.</summary>
    /// <returns>To be disposed when it is closed, or null if there are too many.</returns>
    public IDisposable? TryOpen(AccountId account)
    {
        lock (_gate)
        {
            var own = _open.GetValueOrDefault(account);
            if (own >= MaxStreamsOfAccount || _open.Values.Sum() >= MaxStreams)
            {
                return null;
            }

            _open[account] = own + 1;
            return new OpenStream(this, account);
        }
    }

    private void Close(AccountId account)
    {
        lock (_gate)
        {
            if (--_open[account] == 0)
            {
                _open.Remove(account);
            }
        }
    }

    private sealed class OpenStream(LiveStreams owner, AccountId account) : IDisposable
    {
        private int _isClosed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isClosed, 1) == 0)
            {
                owner.Close(account);
            }
        }
    }
}
