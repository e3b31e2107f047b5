using OrleansUploads.Gateway.Settings;
using OrleansUploads.Silo.Hosting;

namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>A silo, or a gateway without a silo, in its own process.</summary>
internal sealed class RunningSilo : ServingProcess
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(90);

    private readonly SiloStart _start;

    private RunningSilo(SiloStart start, CapturedProcess process, Uri address)
        : base(process, address, StopPatience) => _start = start;

    public string SiloPort => _start.Environment[VariableOf(nameof(SiloSettings.SiloPort))]!;

    /// <summary>The environment of a silo with new ports, in a cluster on PostgreSQL.</summary>
    public static Dictionary<string, string?> OnPostgres(string connectionString, string partsFolder) => InCluster(
        partsFolder, (nameof(SiloSettings.Clustering), "postgres"), (nameof(SiloSettings.ConnectionString), connectionString));

    /// <summary>The environment of a silo with new ports, in a cluster on Azure Storage.</summary>
    public static Dictionary<string, string?> OnAzure(AzureCluster cluster, string partsFolder) => InCluster(
        partsFolder,
        (nameof(SiloSettings.Clustering), "azure"),
        (nameof(SiloSettings.ConnectionString), cluster.ConnectionString),
        (nameof(SiloSettings.ClusterId), cluster.Name),
        (nameof(SiloSettings.ServiceId), cluster.Name));

    private static Dictionary<string, string?> InCluster(
        string partsFolder, params ReadOnlySpan<(string Setting, string? Value)> settings)
    {
        var ports = FreePort.Take(3);
        return With(
        [
            .. settings,
            (nameof(SiloSettings.PartsFolder), partsFolder),
            (nameof(SiloSettings.AdvertisedAddress), "127.0.0.1"),
            (nameof(SiloSettings.Listen), $"127.0.0.1:{ports[0]}"),
            (nameof(SiloSettings.SiloPort), $"{ports[1]}"),
            (nameof(SiloSettings.ClientPort), $"{ports[2]}"),
            (nameof(SiloSettings.AccessKeyId), CommandLine.AccessKeyId),
            (nameof(SiloSettings.SecretAccessKey), CommandLine.SecretAccessKey),
        ]);
    }

    /// <summary>The environment of a silo with new ports that is a cluster of its own and keeps its data in memory.</summary>
    public static Dictionary<string, string?> Alone(
        params ReadOnlySpan<(string Setting, string? Value)> settings)
    {
        var ports = FreePort.Take(2);
        return With(
        [
            (nameof(SiloSettings.Clustering), "localhost"),
            (nameof(SiloSettings.Listen), "127.0.0.1:0"),
            (nameof(SiloSettings.SiloPort), $"{ports[0]}"),
            (nameof(SiloSettings.ClientPort), $"{ports[1]}"),
            (nameof(SiloSettings.AccessKeyId), CommandLine.AccessKeyId),
            (nameof(SiloSettings.SecretAccessKey), CommandLine.SecretAccessKey),
            .. settings,
        ]);
    }

    /// <summary>An environment with only the given settings.</summary>
    public static Dictionary<string, string?> With(params (string Setting, string? Value)[] settings)
    {
        var environment = Setting.Of<SiloSettings>().ToDictionary(setting => VariableOf(setting.Name), _ => (string?)null);
        foreach (var (setting, value) in settings)
        {
            environment[VariableOf(setting)] = value;
        }

        return environment;
    }

    /// <summary>Starts a silo and waits until it is ready.</summary>
    public static Task<RunningSilo> StartAsync(IReadOnlyDictionary<string, string?> environment) =>
        StartAsync(new SiloStart(environment));

    /// <summary>Starts silos at the same time. If one does not start, the others are killed.</summary>
    public static async Task<IReadOnlyList<RunningSilo>> StartAllAsync(IEnumerable<SiloStart> starts)
    {
        var starting = starts.Select(StartAsync).ToList();
        try
        {
            return await Task.WhenAll(starting);
        }
        catch
        {
            foreach (var silo in starting.Where(static silo => silo.IsCompletedSuccessfully))
            {
                await (await silo).DisposeAsync();
            }

            throw;
        }
    }

    /// <inheritdoc cref="StartAsync(IReadOnlyDictionary{string, string?})"/>
    public static async Task<RunningSilo> StartAsync(SiloStart start)
    {
        var process = start.Run();
        return new RunningSilo(start, process, await RequireAddressAsync(process, StartPatience));
    }

    /// <summary>Starts a silo that must refuse to start, with exit code 1 and an error message at the end of its output. The message
    /// has a line for each wrong setting.</summary>
    /// <returns>The message.</returns>
    public static async Task<string> ExpectRefusalAsync(
        IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        await using var process = new SiloStart(environment).Run(arguments);
        Assert.True(await process.WaitForExitAsync(StopPatience) == 1, $"The silo did not exit with code 1. {process}");
        var start = process.Error.LastIndexOf("orleans-uploads-silo: ", StringComparison.Ordinal);
        Assert.True(start == 0 || (start > 0 && process.Error[start - 1] == '\n'), $"There is no error message. {process}");
        return process.Error[start..].TrimEnd();
    }

    /// <summary>Starts a silo, a gateway or a command in this process, which is faster than a new process. It must refuse to start before
    /// it joins a cluster.</summary>
    /// <returns>The message.</returns>
    public static async Task<string> RefuseAsync(IReadOnlyDictionary<string, string?> environment, params string[] words)
    {
        var refused = await Assert.ThrowsAsync<SettingException>(() => RunHereAsync(environment, words).WaitAsync(StopPatience));
        return refused.Message;
    }

    /// <summary>Runs a silo, a gateway or a command in this process.</summary>
    /// <returns>The exit code.</returns>
    public static Task<int> RunHereAsync(IReadOnlyDictionary<string, string?> environment, params string[] words)
    {
        string[] arguments =
        [
            .. words,
            .. environment.Where(static setting => setting.Value is not null && setting.Key.Contains("__", StringComparison.Ordinal))
                .Select(static setting => $"--{setting.Key.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}"),
        ];
        return SiloCommandLine.RunAsync(SiloCommandLine.Parse(arguments));
    }

    /// <summary>Starts a silo in the same way, or in a changed one.</summary>
    public Task<RunningSilo> StartAgainAsync(Func<SiloStart, SiloStart>? with = null) => StartAsync(with?.Invoke(_start) ?? _start);
}
