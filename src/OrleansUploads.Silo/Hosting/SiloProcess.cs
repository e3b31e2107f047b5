using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using OrleansUploads.Gateway;
using OrleansUploads.Silo.Settings;
using OrleansUploads.Silo.Storage;
using OrleansUploads.Silo.Telemetry;

namespace OrleansUploads.Silo.Hosting;

/// <summary>The whole process, from its settings to its end.</summary>
internal static class SiloProcess
{
    /// <summary>Begins the line that says the process is ready; its address follows. Scripts wait for it.</summary>
    public const string Ready = "Ready on ";

    /// <summary>Runs until the process is told to stop.</summary>
    /// <param name="arguments">Settings too: <c>--OrleansUploads:Listen=127.0.0.1:9400</c>.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="SettingException">It cannot run as it is set up.</exception>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "orleans-uploads-silo" });
        builder.Configuration
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true, reloadOnChange: false)
            .AddEnvironmentVariables()
            .AddCommandLine(arguments);
        AddLogging(builder);
        var settings = SiloSettings.Read(builder.Configuration);
        using var telemetry = TelemetryExport.Start(builder.Configuration, settings);
        if (settings.Store == ClusterStore.Postgres)
        {
            await PostgresSchema.RequireAsync(settings.ConnectionString);
        }

        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(settings.Listen));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.DrainDelay + settings.DrainTime);
        builder.Services.AddHostedService(services => new DrainDelay(
            settings.DrainDelay, services.GetRequiredService<TimeProvider>()));
        builder.AddUploads(settings);

        await using var app = builder.Build();
        app.UseRouting();
        app.MapOrleansUploadsGateway();
        await StartAsync(app, settings);
        Greet(app, settings);
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static async Task StartAsync(WebApplication app, SiloSettings settings)
    {
        try
        {
            await app.StartAsync();
        }
        catch (IOException fault) when (fault.InnerException is SocketException or AddressInUseException)
        {
            throw new SettingException(
                $"{KnownSettings.Listen.Variable}: cannot listen on {settings.Listen}: {fault.Message}", fault);
        }
        catch (SocketException fault)
        {
            throw new SettingException(
                $"Cannot listen on {settings.AdvertisedAddress} at the ports {settings.SiloPort} and {settings.ClientPort}: "
                + $"{fault.Message}. See {KnownSettings.AdvertisedAddress.Variable}, {KnownSettings.SiloPort.Variable} and "
                + $"{KnownSettings.ClientPort.Variable}.",
                fault);
        }
    }

    private static void Greet(WebApplication app, SiloSettings settings)
    {
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Console.WriteLine(settings.Role == ProcessRole.Silo
            ? $"OrleansUploads, silo {settings.AdvertisedAddress}:{settings.SiloPort} of cluster {settings.ClusterId}"
            : $"OrleansUploads, gateway of cluster {settings.ClusterId}");
        Console.WriteLine(settings.PartsFolder is null
            ? "Everything is in memory and goes with the process."
            : $"Bytes are in {settings.PartsFolder}, everything else in {settings.Store}.");
        Console.WriteLine(Ready + address);
    }

    private static void AddLogging(WebApplicationBuilder builder)
    {
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
