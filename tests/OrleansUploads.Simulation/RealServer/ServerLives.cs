using OrleansUploads.Client;
using OrleansUploads.EndToEnd.Tests.Harness;

namespace OrleansUploads.Simulation.RealServer;

/// <summary>The server of one data folder, life after life.</summary>
/// <remarks>Each life has a port of its own: HTTP clients send some requests again by themselves when a connection breaks,
/// and such a copy must not reach the next life unseen by the judge.</remarks>
internal sealed class ServerLives(string dataFolder, IReadOnlyList<string> options) : IAsyncDisposable
{
    private ServerProcess? _process;
    private GlacierClient? _client;
    private TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Counts the moments at which a life began to end.</summary>
    public int Ends { get; private set; }

    /// <summary>Whether the server is being ended, or gone: what is asked now may find it dying.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>The server of the present life, or of the last one while there is none.</summary>
    public HttpServer Server { get; private set; } = null!;

    public string Log => _process?.Log ?? "";

    /// <summary>Ends when there is a server.</summary>
    public Task UpAsync() => _up.Task;

    public async Task StartAsync(params IReadOnlyList<string> more)
    {
        _process = await ServerProcess.StartAsync(
            new ServerSetup(dataFolder) { Options = ["--quiet", .. options, .. more] });
        _client = _process.Connect();
        Server = new HttpServer(_client);
        IsEnding = false;
        _up.SetResult();
    }

    /// <summary>Kills the server with SIGKILL.</summary>
    public Task KillAsync() => EndAsync(process => process.KillAsync());

    /// <summary>Stops the server in good order.</summary>
    public Task StopAsync() => EndAsync(process => process.StopAsync());

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private async Task EndAsync(Func<ServerProcess, Task> end)
    {
        IsEnding = true;
        Ends++;
        _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await end(_process!);
        await DisposeAsync();
        _process = null;
    }
}
