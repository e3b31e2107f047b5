using OrleansUploads.Client;

namespace OrleansUploads.Simulation.RealServer;

/// <summary>The successive server processes of one data folder.</summary>
/// <remarks>Each process has its own port: HTTP clients automatically repeat some requests when a connection breaks, and
/// such a copy must not reach the next process unseen by the judge.</remarks>
/// <param name="setup">How each process is started.</param>
/// <param name="readKey">Returns the key pair to sign with, once the server is ready, or null for the operator's.</param>
internal sealed class ServerLives(ServerSetup setup, Func<(string AccessKeyId, string Secret)>? readKey = null) : Service
{
    private ServerProcess? _process;
    private GlacierClient? _client;
    private string _lastLog = "";

    public override string Log => $"{_lastLog}--- the current process\n{CurrentLog}";

    public string? CurrentLog => _process?.Log;

    public async Task StartAsync(params IReadOnlyList<string> more)
    {
        _process = await ServerProcess.StartAsync(
            setup with { Options = ["--quiet", .. setup.Options, .. more] });
        var (accessKeyId, secret) = readKey?.Invoke() ?? (CommandLine.AccessKeyId, CommandLine.SecretAccessKey);
        _client = _process.Connect(accessKeyId: accessKeyId, secret: secret);
        Serve(new HttpServer(_client));
    }

    public Task KillAsync() => EndAsync(process => process.KillAsync());

    public Task StopAsync() => EndAsync(process => process.StopAsync());

    public override async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private async Task EndAsync(Func<ServerProcess, Task> end)
    {
        BeginEnd();
        await end(_process!);
        _lastLog = _process!.Log;
        await DisposeAsync();
        _process = null;
    }
}
