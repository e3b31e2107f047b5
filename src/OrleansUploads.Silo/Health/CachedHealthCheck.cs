using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Silo.Health;

/// <summary>A health check of an external system. The health report is public, so the result is cached for one second to limit the load on
/// that system. A check that takes longer than two seconds is unhealthy, unless it has another limit.</summary>
/// <param name="limit">The limit of a system that may be slow and still answer requests, or null. While it answers slowly, the result is
/// the last check's.</param>
internal sealed class CachedHealthCheck(Func<CancellationToken, Task> check, TimeProvider time, TimeSpan? limit = null)
{
    /// <summary>The maximum number of checks that have not ended, because each may block a thread, for example in a folder whose file server
    /// does not answer.</summary>
    internal const int MaxRunning = 8;

    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _timeout = limit ?? TimeSpan.FromSeconds(2);
    private readonly Lock _gate = new();
    private Task<HealthCheckResult>? _result;
    private Task<HealthCheckResult>? _previous;
    private long _startedAt;
    private int _running;

    /// <summary>The result, at most one second old, or the last one while a slow system is asked.</summary>
    public Task<HealthCheckResult> GetAsync()
    {
        lock (_gate)
        {
            if (_result is null || (_result.IsCompleted && time.GetElapsedTime(_startedAt) >= MaxAge))
            {
                _startedAt = time.GetTimestamp();
                _previous = _result;
                _result = CheckAsync();
            }

            return limit is null || _result.IsCompleted ? _result : _previous ?? _result;
        }
    }

    private async Task<HealthCheckResult> CheckAsync()
    {
        if (Volatile.Read(ref _running) >= MaxRunning)
        {
            return HealthCheckResult.Unhealthy($"The last {MaxRunning} checks have not ended.");
        }

        using var timeout = new CancellationTokenSource(_timeout, time);
        try
        {
            await RunAsync(timeout.Token).WaitAsync(timeout.Token);
            return HealthCheckResult.Healthy();
        }
        catch (OperationCanceledException fault) when (timeout.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"It has not answered for {_timeout.TotalSeconds:F0} seconds.", fault);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return HealthCheckResult.Unhealthy(FaultText.Describe(fault), fault);
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);
        try
        {
            // Runs on another thread, because a file system or a driver may hang without observing the token.
            await Task.Run(() => check(cancellationToken), cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
