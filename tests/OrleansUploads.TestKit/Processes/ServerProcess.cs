namespace OrleansUploads.TestKit.Processes;

/// <summary>The server, <c>orleans-uploads serve</c>, in its own process. A restart creates another instance.</summary>
public sealed class ServerProcess : ServingProcess
{
    private static readonly TimeSpan StartTimeLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StopTimeLimit = TimeSpan.FromSeconds(120);

    private readonly ServerSetup _setup;

    private ServerProcess(ServerSetup setup, CapturedProcess process, Uri address)
        : base(process, address, StopTimeLimit) => _setup = setup;

    /// <summary>Starts a server and waits until it is ready.</summary>
    public static Task<ServerProcess> StartAsync(string dataFolder, params string[] options) =>
        StartAsync(new ServerSetup(dataFolder) { Options = options });

    /// <inheritdoc cref="StartAsync(string, string[])"/>
    public static async Task<ServerProcess> StartAsync(ServerSetup setup)
    {
        var process = setup.Start();
        return new ServerProcess(setup, process, await RequireAddressAsync(process, StartTimeLimit));
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
        if (await FindAddressAsync(process, StartTimeLimit) is { } address)
        {
            return (new ServerProcess(setup, process, address), null);
        }

        await using (process)
        {
            return (null, new CommandResult(await process.WaitForExitAsync(StopTimeLimit), process.Output, process.Error));
        }
    }

    public async Task<ServerProcess> CrashAsync()
    {
        await KillAsync();
        return await StartAsync(_setup with { Listen = EndPoint.ToString() });
    }
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

    /// <summary>A program and its arguments that run the server, such as <c>prlimit</c>; none to run it directly.</summary>
    public IReadOnlyList<string> Through { get; init; } = [];

    /// <summary>Starts the process without waiting until it is ready.</summary>
    public CapturedProcess Start() =>
        CommandLine.StartProgram([.. Program, "--data", DataFolder, "--listen", Listen, .. Options], Environment, Through);
}
