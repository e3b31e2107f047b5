using System.Globalization;
using System.Net;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;

namespace OrleansUploads.EndToEnd.Tests.Harness;

/// <summary>A server in its own process. A restart creates another instance.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private const string Ready = "Ready on ";
    private static readonly TimeSpan StartTimeLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeLimit = TimeSpan.FromSeconds(30);

    private readonly ServerSetup _setup;
    private readonly CapturedProcess _process;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private ServerProcess(ServerSetup setup, CapturedProcess process, Uri address)
    {
        _setup = setup;
        _process = process;
        Address = address;
    }

    /// <summary>The address that the server listens on.</summary>
    public Uri Address { get; }

    public IPEndPoint EndPoint => new(IPAddress.Parse(Address.Host), Address.Port);

    /// <summary>The process ID.</summary>
    public int Id => _process.Id;

    /// <summary>The standard output so far.</summary>
    public string Output => _process.Output;

    /// <summary>The log (standard error) so far.</summary>
    public string Log => _process.Error;

    /// <summary>The peak resident memory of the process, from /proc; Linux only.</summary>
    public long PeakMemoryBytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status")
                .Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>Starts a server and waits until it is ready.</summary>
    public static Task<ServerProcess> StartAsync(string dataFolder, params string[] options) =>
        StartAsync(new ServerSetup(dataFolder) { Options = options });

    /// <inheritdoc cref="StartAsync(string, string[])"/>
    public static async Task<ServerProcess> StartAsync(ServerSetup setup)
    {
        var (started, refused) = await TryStartAsync(setup);
        return started ?? throw new InvalidOperationException($"The server did not become ready. {refused}");
    }

    /// <summary>Runs a server that is expected not to become ready.</summary>
    public static async Task<CommandResult> RefuseAsync(ServerSetup setup)
    {
        var (started, refused) = await TryStartAsync(setup);
        await using (started)
        {
            return refused ?? throw new InvalidOperationException($"The server became ready. {started}");
        }
    }

    /// <summary>Runs a server until it is ready or has exited.</summary>
    /// <returns>The running server, or the result of the one that exited.</returns>
    public static async Task<(ServerProcess? Started, CommandResult? Refused)> TryStartAsync(ServerSetup setup)
    {
        var process = setup.Start();
        if (await process.WaitForLineAsync(Ready, StartTimeLimit) is { } line)
        {
            return (new ServerProcess(setup, process, new Uri(line[Ready.Length..])), null);
        }

        await using (process)
        {
            return (null, new CommandResult(await process.WaitForExitAsync(StopTimeLimit), process.Output, process.Error));
        }
    }

    /// <summary>Creates a client, by default with the key pair from the environment and without retries.</summary>
    public GlacierClient Connect(
        RetryPolicy? retry = null,
        string accessKeyId = CommandLine.AccessKeyId,
        string secret = CommandLine.SecretAccessKey) =>
        new(_http, new GlacierClientOptions
        {
            Endpoint = Address,
            Region = "us-east-1",
            AccessKeyId = accessKeyId,
            SecretAccessKey = secret,
            Retry = retry ?? RetryPolicy.None,
            IdleTimeout = TimeSpan.FromSeconds(60),
        });

    /// <summary>Kills the server with SIGKILL.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Kills the server and starts another on the same folder and port.</summary>
    public async Task<ServerProcess> CrashAsync()
    {
        await KillAsync();
        return await StartAsync(_setup with { Listen = EndPoint.ToString() });
    }

    /// <summary>Sends SIGTERM without waiting for the exit.</summary>
    public void Terminate() => _process.Terminate();

    /// <summary>Waits for the exit after <see cref="Terminate"/> and asserts that the exit code is 0.</summary>
    public async Task WaitForCleanExitAsync() =>
        Assert.True(await _process.WaitForExitAsync(StopTimeLimit) == 0, $"The server did not exit with code 0. {_process}");

    /// <summary>Waits for the exit.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> WaitForExitAsync() => _process.WaitForExitAsync(StopTimeLimit);

    /// <summary>Stops the server cleanly.</summary>
    public async Task StopAsync()
    {
        Terminate();
        await WaitForCleanExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _http.Dispose();
    }

    public override string ToString() => _process.ToString();
}

/// <summary>The options for starting a server.</summary>
/// <param name="DataFolder">The data folder.</param>
public sealed record ServerSetup(string DataFolder)
{
    public string Listen { get; init; } = "127.0.0.1:0";

    public IReadOnlyList<string> Options { get; init; } = [];

    public IReadOnlyDictionary<string, string?> Environment { get; init; } = CommandLine.WithOperatorKey;

    /// <summary>The assembly to run and the arguments that start a server.</summary>
    public IReadOnlyList<string> Program { get; init; } = [CommandLine.Program, "serve"];

    /// <summary>Starts the process without waiting until it is ready.</summary>
    public CapturedProcess Start() =>
        CommandLine.StartProgram([.. Program, "--data", DataFolder, "--listen", Listen, .. Options], Environment);
}
