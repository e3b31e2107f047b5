using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansUploads.Silo.Health;

/// <summary>A question that costs somebody else something. Anybody may ask for the health report, so the answer is good for a
/// second, and one that does not come soon is a no.</summary>
internal sealed class RecentAnswer(Func<CancellationToken, Task> ask, TimeProvider time)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private Task<HealthCheckResult>? _answer;
    private long _askedAt;

    /// <summary>The answer, at most a second old.</summary>
    public Task<HealthCheckResult> GetAsync()
    {
        lock (_gate)
        {
            if (_answer is null || (_answer.IsCompleted && time.GetElapsedTime(_askedAt) >= GoodFor))
            {
                _askedAt = time.GetTimestamp();
                _answer = AskAsync();
            }

            return _answer;
        }
    }

    private async Task<HealthCheckResult> AskAsync()
    {
        using var timeout = new CancellationTokenSource(Patience, time);
        try
        {
            // On a thread of its own: a file system or a driver may hang without ever looking at the token.
            await Task.Run(() => ask(timeout.Token), timeout.Token).WaitAsync(timeout.Token);
            return HealthCheckResult.Healthy();
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return HealthCheckResult.Unhealthy(exception: fault);
        }
    }
}
