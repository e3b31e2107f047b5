using OrleansUploads.Gateway.Http.Sources;

namespace OrleansUploads.Dashboard;

/// <summary>Counts failed attempts to sign in, to stop a client from guessing secrets. An address that fails too often has to
/// wait.</summary>
internal sealed class FailedSignIns(TimeProvider time)
{
    /// <summary>How many attempts of an address may fail within <see cref="Window"/>.</summary>
    public const int MaxFailures = 10;

    /// <summary>How long failures count.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <summary>The maximum number of addresses to remember. If there are more, the oldest one is forgotten.</summary>
    private const int MaxSources = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<TrafficSource, (int Failures, DateTimeOffset Since)> _sources = [];

    /// <summary>How long an address has to wait, or null if it may try.</summary>
    public TimeSpan? WaitOf(TrafficSource source)
    {
        lock (_gate)
        {
            return _sources.TryGetValue(source, out var counted) && counted.Failures >= MaxFailures
                && counted.Since + Window - time.GetUtcNow() is var wait && wait > TimeSpan.Zero
                    ? wait
                    : null;
        }
    }

    /// <summary>Counts a failure.</summary>
    public void Count(TrafficSource source)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (_sources.TryGetValue(source, out var counted) && now - counted.Since < Window)
            {
                _sources[source] = (counted.Failures + 1, counted.Since);
                return;
            }

            if (_sources.Count >= MaxSources)
            {
                _sources.Remove(_sources.MinBy(static entry => entry.Value.Since).Key);
            }

            _sources[source] = (1, now);
        }
    }
}
