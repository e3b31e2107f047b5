using Microsoft.Extensions.Hosting;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Cli.Control;

/// <summary>Opens the control socket when the server starts. Without it everything is served except the commands that need it.</summary>
/// <param name="dataFolder">The data folder.</param>
/// <param name="engine">The engine of the server.</param>
/// <param name="onFault">Told why the socket cannot be opened.</param>
internal sealed class ControlService(string dataFolder, EmbeddedEngine engine, Action<string> onFault) : IHostedService
{
    private ControlServer? _server;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _server = ControlServer.Listen(dataFolder, new ControlRequests(engine).ExecuteAsync);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            onFault(FaultText.Describe(fault));
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
