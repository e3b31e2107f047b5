using System.Globalization;
using System.Net;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;

namespace OrleansUploads.EndToEnd.Tests.Harness;

/// <summary>A running server in a process of its own. One object is one life of it; a restart makes another.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private const string Ready = "Ready on ";
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

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

    /// <summary>Where it serves.</summary>
    public Uri Address { get; }

    public IPEndPoint EndPoint => new(IPAddress.Parse(Address.Host), Address.Port);

    /// <summary>The process.</summary>
    public int Id => _process.Id;

    /// <summary>What it printed.</summary>
    public string Output => _process.Output;

    /// <summary>What it logged.</summary>
    public string Log => _process.Error;

    /// <summary>The most memory that it has had at a time, as the kernel counted it; Linux only.</summary>
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

    /// <summary>Runs a server until it is ready or has given up.</summary>
    /// <returns>The one or the other.</returns>
    public static async Task<(ServerProcess? Started, CommandResult? Refused)> TryStartAsync(ServerSetup setup)
    {
        var process = setup.Start();
        if (await process.WaitForLineAsync(Ready, StartPatience) is { } line)
        {
            return (new ServerProcess(setup, process, new Uri(line[Ready.Length..])), null);
        }

        await using (process)
        {
            return (null, new CommandResult(await process.WaitForExitAsync(StopPatience), process.Output, process.Error));
        }
    }

    /// <summary>A client with the operator's key that tries everything once.</summary>
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

    /// <summary>Kills it with SIGKILL: nothing that it has not made durable survives in its memory.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Kills it, and starts another on the same folder and port.</summary>
    public async Task<ServerProcess> CrashAsync()
    {
        await KillAsync();
        return await StartAsync(_setup with { Listen = EndPoint.ToString() });
    }

    /// <summary>Tells it to stop, without waiting for that.</summary>
    public void Terminate() => _process.Terminate();

    /// <summary>Waits for the end that <see cref="Terminate"/> began; it must be a clean one.</summary>
    public async Task WaitForCleanExitAsync() =>
        Assert.True(await _process.WaitForExitAsync(StopPatience) == 0, $"It ended badly. {_process}");

    /// <summary>Stops it in good order.</summary>
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

/// <summary>How a server is started.</summary>
/// <param name="DataFolder">Its folder.</param>
public sealed record ServerSetup(string DataFolder)
{
    public string Listen { get; init; } = "127.0.0.1:0";

    public IReadOnlyList<string> Options { get; init; } = [];

    public IReadOnlyDictionary<string, string?> Environment { get; init; } = CommandLine.WithOperatorKey;

    /// <summary>The assembly that is run, and the words that make it serve.</summary>
    public IReadOnlyList<string> Program { get; init; } = [CommandLine.Program, "serve"];

    /// <summary>Starts it, and waits for nothing.</summary>
    public CapturedProcess Start() =>
        CommandLine.StartProgram([.. Program, "--data", DataFolder, "--listen", Listen, .. Options], Environment);
}
