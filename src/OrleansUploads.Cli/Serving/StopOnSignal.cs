using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace OrleansUploads.Cli.Serving;

/// <summary>Shuts the server down on SIGTERM, SIGINT and SIGQUIT. A second signal ends the process at once.</summary>
internal sealed class StopOnSignal(IHostApplicationLifetime lifetime) : IHostLifetime, IDisposable
{
    private readonly SignalCount _signals = new(TimeProvider.System);
    private readonly List<PosixSignalRegistration> _registrations = [];

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT })
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                // Without this, the system ends the process.
                context.Cancel = !_signals.AddAndTestForSecond();
                lifetime.StopApplication();
            }));
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }
}
