using System.CommandLine;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using OrleansUploads.Engine.Ownership;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway;
using OrleansUploads.Serving;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Hosting;

/// <summary>Runs the process: reads the settings, starts the silo and the gateway, and waits for shutdown.</summary>
internal static class SiloProcess
{
    /// <summary>How much longer than <see cref="SiloSettings.DrainDelay"/> and <see cref="SiloSettings.DrainTime"/> the process may take to
    /// stop. Orleans tries for two minutes to leave a cluster whose membership cannot be reached.</summary>
    public static readonly TimeSpan LeaveTime = TimeSpan.FromSeconds(10);

    /// <summary>Runs until the process is asked to stop.</summary>
    /// <param name="commandLine">The settings on the command line.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="SettingException">The process cannot run with its settings.</exception>
    public static async Task<int> RunAsync(ParseResult commandLine)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "orleans-uploads-silo" });
        var settings = SettingsReader.Read(builder.Configuration, commandLine);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddOrleansUploadsLog(settings.LogFormat);
        var refusal = new StartRefusal();
        refusal.EndLog(builder.Logging);
        builder.Services.AddSingleton(refusal);
        settings.RequireTls();
        using var claims = PortClaims.Take(settings);
        using var telemetry = StartTelemetry(builder.Configuration, settings);
        await using var database = await ClusterStores.OpenDatabaseAsync(
            settings, builder.Configuration.GetSection("Logging"), CancellationToken.None);
        var lastGeneration = await ClusterStores.RequireAsync(settings, database);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(
            settings.Listen, settings.DashboardAddress, settings.MetricsListen));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.DrainDelay + settings.DrainTime);
        builder.Services.AddHostedService(services => new DrainDelay(
            settings.DrainDelay, services.GetRequiredService<TimeProvider>()));
        var parts = await OpenPartsAsync(settings, builder.Configuration.GetSection("Logging"));
        builder.AddUploads(settings, parts, database, lastGeneration);

        await using var app = builder.Build();
        var stopTime = settings.DrainDelay + settings.DrainTime + LeaveTime;
        using var stopping = app.Lifetime.ApplicationStopping.Register(() => _ = ExitAfterAsync(stopTime));
        telemetry?.LogFaults(app.Services.GetRequiredService<ILogger<TelemetryExport>>());
        if (!await TryStartAsync(app, settings, telemetry))
        {
            return 0;
        }

        HttpServing.Print(() => PrintGreeting(app, settings));
        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>Starts the export of telemetry, if an endpoint is configured: of the gateway and the engine, of Orleans, and of the
    /// connections to PostgreSQL. A trace covers a request and all grain calls that it makes. Grain calls of this project appear in the source of
    /// Orleans' runtime, because their namespaces start with Orleans.</summary>
    /// <exception cref="SettingException">A variable of OpenTelemetry is wrong.</exception>
    private static TelemetryExport? StartTelemetry(ConfigurationManager configuration, SiloSettings settings)
    {
        try
        {
            return TelemetryExport.Start(
                name => configuration[name],
                $"{settings.Address}:{settings.SiloPort}",
                isScraped: settings.MetricsListen is not null,
                ["Microsoft.Orleans", "Npgsql"],
                ["Microsoft.Orleans.Runtime", "Microsoft.Orleans.Storage"]);
        }
        catch (InvalidDataException fault)
        {
            throw new SettingException(fault.Message, fault);
        }
    }

    private static async Task<IPartStore> OpenPartsAsync(SiloSettings settings, IConfiguration logging)
    {
        using var logs = ClusterStores.CreateStartLogs(settings, logging);
        var log = logs.CreateLogger(typeof(PartStores));
        return settings.PartsFolder is { } folder
            ? await SlowStore.UseFolderAsync(folder, () => PartStores.OpenAsync(settings), log, TimeProvider.System, CancellationToken.None)
            : await PartStores.OpenAsync(settings).WarnIfSlowAsync(settings.PartsPlace ?? "the memory", log, TimeProvider.System);
    }

    private static async Task ExitAfterAsync(TimeSpan stopTime)
    {
        await Task.Delay(stopTime);
        await Console.Error.WriteLineAsync(
            $"orleans-uploads-silo: The process has not stopped within {Durations.Format(stopTime)} of the stop signal and ends now. The other silos "
            + "notice it when it misses probes.");
        Environment.Exit(1);
    }

    /// <returns>False if the process was asked to stop meanwhile.</returns>
    private static async Task<bool> TryStartAsync(WebApplication app, SiloSettings settings, TelemetryExport? telemetry)
    {
        try
        {
            await app.StartServingAsync(telemetry);
            return true;
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return false;
        }
        catch (OrleansException fault)
        {
            // Orleans has logged where. The cause is the table of silos, which it does not ask again during a start.
            throw new SettingException($"The silo cannot join its cluster: {fault.Message}", fault);
        }
        catch (StoreMarkException fault)
        {
            throw PartStoreMark.Describe((IStoreMark)app.Services.GetRequiredService<IPartStore>(), fault.Fault, fault);
        }
        catch (StoreOwnedException fault)
        {
            throw PartStoreMark.Describe(fault);
        }
        catch (IOException fault) when (HttpServing.IsAboutAddress(fault))
        {
            var names = new[]
            {
                nameof(SiloSettings.Listen),
                settings.DashboardAddress is null ? null : nameof(SiloSettings.DashboardListen),
                settings.MetricsListen is null ? null : nameof(SiloSettings.MetricsListen),
            };
            throw new SettingException($"{string.Join(" or ", names.OfType<string>().Select(VariableOf))}: cannot listen: {fault.Message}", fault);
        }
        catch (SocketException fault)
        {
            throw new SettingException(
                $"Cannot listen on {settings.Address}, ports {settings.SiloPort} and {settings.ClientPort}: "
                + $"{fault.Message}. Check {VariableOf(nameof(SiloSettings.AdvertisedAddress))}, {VariableOf(nameof(SiloSettings.SiloPort))} and "
                + $"{VariableOf(nameof(SiloSettings.ClientPort))}.",
                fault);
        }
    }

    private static void PrintGreeting(WebApplication app, SiloSettings settings)
    {
        var addresses = HttpServing.AddressesOf(app, settings.DashboardAddress, settings.MetricsListen);
        Console.WriteLine(settings.Role == ProcessRole.Silo
            ? $"OrleansUploads, silo {settings.Address}:{settings.SiloPort} of cluster {settings.ClusterId}"
            : $"OrleansUploads, gateway of cluster {settings.ClusterId}");
        Console.WriteLine(settings.PartsPlace is { } place
            ? $"Bytes are stored in {place}, all other data in {settings.Clustering}."
            : "All data is in memory and is lost when the process ends.");
        if (settings.Dashboard)
        {
            HttpServing.PrintDashboard(addresses.Dashboard);
        }

        HttpServing.PrintMetrics(addresses.Metrics);
        HttpServing.PrintReady(addresses.Api);
    }
}
