using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Silo.Health;

/// <summary>A health check of an external system. The health report is public, so the result is cached for one second to limit the
/// load on that system. A check that takes longer than two seconds is unhealthy.</summary>
/// <param name="check">Accesses the external system and throws if it does not work.</param>
/// <param name="time">The clock.</param>
internal sealed class CachedHealthCheck(Func<CancellationToken, Task> check, TimeProvider time)
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private Task<HealthCheckResult>? _result;
    private long _startedAt;

    /// <summary>Returns a result that is at most one second old.</summary>
    public Task<HealthCheckResult> GetAsync()
    {
        lock (_gate)
        {
            if (_result is null || (_result.IsCompleted && time.GetElapsedTime(_startedAt) >= MaxAge))
            {
                _startedAt = time.GetTimestamp();
                _result = CheckAsync();
            }

            return _result;
        }
    }

    private async Task<HealthCheckResult> CheckAsync()
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        try
        {
            // Runs on another thread, because a file system or a driver may hang without observing the token.
            await Task.Run(() => check(timeout.Token), timeout.Token).WaitAsync(timeout.Token);
            return HealthCheckResult.Healthy();
        }
        catch (OperationCanceledException fault) when (timeout.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"It has not answered for {Timeout.TotalSeconds:F0} seconds.", fault);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return HealthCheckResult.Unhealthy(FaultText.Describe(fault), fault);
        }
    }
}
