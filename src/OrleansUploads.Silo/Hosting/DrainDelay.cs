namespace OrleansUploads.Silo.Hosting;

/// <summary>Delays the shutdown. During the delay the process still serves requests but is not ready, so load balancers can redirect
/// their requests before connections are refused.</summary>
internal sealed class DrainDelay(TimeSpan delay, TimeProvider time) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits for the delay. The host calls this before it stops any service.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
