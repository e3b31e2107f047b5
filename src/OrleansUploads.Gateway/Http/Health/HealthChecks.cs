using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Gateway.Http.Health;

/// <summary>The health of a store. One whose disk does not answer is unhealthy.</summary>
public sealed class StoreHealthCheck(IStoreHealth store, TimeProvider? time = null) : IHealthCheck
{
    /// <summary>How late a disk may answer.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private Task<StoreHealth>? _reading;
    private long _readingSince;

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var health = await ReadAsync(cancellationToken);
        return health.Condition switch
        {
            StoreCondition.Healthy => HealthCheckResult.Healthy(health.Detail, Problem(health)),
            StoreCondition.Degraded => HealthCheckResult.Degraded(health.Detail, health.Cause, Problem(health)),
            _ => HealthCheckResult.Unhealthy(health.Detail, health.Cause, Problem(health)),
        };
    }

    private async Task<StoreHealth> ReadAsync(CancellationToken cancellationToken)
    {
        var (reading, patience) = Read();
        try
        {
            return await reading.WaitAsync(patience, _time, cancellationToken);
        }
        catch (TimeoutException fault)
        {
            return StoreHealth.Unanswered($"{Patience.TotalSeconds:F0} seconds", fault);
        }
    }

    /// <summary>Reads the health on another thread, which a disk that does not answer blocks. So there is one for all who ask.</summary>
    private (Task<StoreHealth> Reading, TimeSpan Patience) Read()
    {
        lock (_gate)
        {
            if (_reading is null or { IsCompleted: true })
            {
                _readingSince = _time.GetTimestamp();
                _reading = Task.Run(store.Read);
            }

            var left = Patience - _time.GetElapsedTime(_readingSince);
            return (_reading, left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }

    private static Dictionary<string, object>? Problem(StoreHealth health) =>
        health.Summary is { } summary ? new() { [HealthProblem.Key] = summary } : null;
}

/// <summary>Reports degraded while the clock is not trusted. Requests are still served, but nothing expires. Unhealthy while the clock is
/// so wrong that signed requests are refused, and other hosts serve them.</summary>
public sealed class ClockHealthCheck(ServiceClock clock) : IHealthCheck
{
    public const string Name = "clock-is-trusted";

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
            clock.IsOutvoted
                ? HealthCheckResult.Unhealthy("The clock of this machine differs by more than 15 minutes from most silos' clocks, so signed "
                    + "requests are refused here. Correct it; nothing else is needed.")
            : clock.Distrust is { } reason ? HealthCheckResult.Degraded(reason)
            : HealthCheckResult.Healthy());
}

/// <summary>Healthy from when the host has started until it begins to stop, so that a load balancer sends requests only in
/// between.</summary>
internal sealed class AdmissionHealthCheck(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public const string Name = "accepts-requests";

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var isReady = lifetime.ApplicationStarted.IsCancellationRequested
            && !lifetime.ApplicationStopping.IsCancellationRequested;
        return Task.FromResult(
            isReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The server is starting or stopping."));
    }
}
