using OrleansUploads.Client;
using OrleansUploads.EndToEnd.Tests.Harness;

namespace OrleansUploads.Simulation.RealServer;

/// <summary>The server of one data folder, life after life.</summary>
/// <remarks>Each life has a port of its own: HTTP clients send some requests again by themselves when a connection breaks,
/// and such a copy must not reach the next life unseen by the judge.</remarks>
/// <param name="setup">How each life is started.</param>
/// <param name="readKey">Tells, of a server that is ready, the key pair to sign with; null for the operator's.</param>
internal sealed class ServerLives(ServerSetup setup, Func<(string AccessKeyId, string Secret)>? readKey = null) : IAsyncDisposable
{
    private ServerProcess? _process;
    private GlacierClient? _client;
    private string _lastLog = "";
    private TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Counts the moments at which a life began to end.</summary>
    public int Ends { get; private set; }

    /// <summary>Whether the server is stopping or has stopped, so that a request may fail.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>The server of the present life, or of the last one while there is none.</summary>
    public HttpServer Server { get; private set; } = null!;

    /// <summary>The log of the last two processes.</summary>
    public string Log => $"{_lastLog}--- its present life\n{_process?.Log}";

    /// <summary>Ends when there is a server.</summary>
    public Task UpAsync() => _up.Task;

    public async Task StartAsync(params IReadOnlyList<string> more)
    {
        _process = await ServerProcess.StartAsync(
            setup with { Options = ["--quiet", .. setup.Options, .. more] });
        var (accessKeyId, secret) = readKey?.Invoke() ?? (CommandLine.AccessKeyId, CommandLine.SecretAccessKey);
        _client = _process.Connect(accessKeyId: accessKeyId, secret: secret);
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
        _lastLog = _process!.Log;
        await DisposeAsync();
        _process = null;
    }
}
