using OrleansUploads.Client;

namespace OrleansUploads.Simulation.RealServer;

/// <summary>The successive server processes of one data folder.</summary>
/// <remarks>Each process has its own port: HTTP clients automatically repeat some requests when a connection breaks, and
/// such a copy must not reach the next process unseen by the judge.</remarks>
/// <param name="setup">How each process is started.</param>
/// <param name="readKey">Returns the key pair to sign with, once the server is ready, or null for the operator's.</param>
internal sealed class ServerLives(ServerSetup setup, Func<(string AccessKeyId, string Secret)>? readKey = null) : IAsyncDisposable
{
    private ServerProcess? _process;
    private GlacierClient? _client;
    private string _lastLog = "";
    private TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Number of kills and stops so far, including one in progress.</summary>
    public int Ends { get; private set; }

    /// <summary>Whether the server is stopping or has stopped, so that a request may fail.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>The current server process, or the last one while none runs.</summary>
    public HttpServer Server { get; private set; } = null!;

    /// <summary>The log of the last two processes.</summary>
    public string Log => $"{_lastLog}--- the current process\n{_process?.Log}";

    /// <summary>Completes when a server is running.</summary>
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

    /// <summary>Stops the server gracefully.</summary>
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
