using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Glacier;
using OrleansUploads.Gateway.Glacier.Notifications;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Gateway.Http.Events;
using OrleansUploads.Gateway.Http.Health;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Gateway.Hosting;

/// <summary>Adds the whole service to an application: the engine with its data in one folder, the vault API and S3.
/// Map it with <see cref="GatewayEndpoints.MapOrleansUploads"/>.</summary>
public static class LocalServices
{
    /// <summary>Adds the service. An application has it once.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="dataFolder">Opened when the application starts, and created if it is missing. The access keys are in its
    /// key file.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="ports">Replaces stores of the folder, for example the store of the bytes; null to use all of them.</param>
    /// <exception cref="InvalidOperationException">The application has the service already.</exception>
    public static IServiceCollection AddOrleansUploads(
        this IServiceCollection services, string dataFolder, ServiceOptions? options = null, Func<EnginePorts, EnginePorts>? ports = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(dataFolder);
        if (services.Any(static service => service.ServiceType == typeof(IEntityHost) && !service.IsKeyedService))
        {
            throw new InvalidOperationException(
                $"The application has OrleansUploads already, with a folder or in its silo, so the folder {dataFolder} was not added.");
        }

        options ??= new ServiceOptions();
        services.TryAddSingleton<ICredentialStore>(provider => new KeyFileCredentialStore(
            KeyFile.InFolder(dataFolder),
            operatorKey: null,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<KeyFileCredentialStore>>()));
        services.TryAddSingleton(new ServerDescription(
            ServerDescription.VersionOf(typeof(LocalServices).Assembly), SqliteVersion: null, dataFolder));
        services.AddSingleton(provider =>
            DataFolder.Open(
                dataFolder, new DataFolderOptions { DirectIo = options.DirectIo, PartsMayBeElsewhere = ports is not null }, provider.GetRequiredService<TimeProvider>()));
        return services.AddLocalEngine(options, folder => ports?.Invoke(folder.Ports) ?? folder.Ports)
            .AddOrleansUploadsFronts(options.Gateway);
    }

    /// <summary>Adds an engine over the <see cref="DataFolder"/> of the services. It starts and stops with the application.</summary>
    /// <param name="portsOf">The stores of the folder. Tests replace some.</param>
    public static IServiceCollection AddLocalEngine(
        this IServiceCollection services, ServiceOptions options, Func<DataFolder, EnginePorts> portsOf)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddHttpNotices(options);
        services.AddSingleton(provider => new EmbeddedEngine(new EngineSetup(
            OwnedPorts(provider.GetRequiredService<DataFolder>(), portsOf), options.Engine, provider.GetRequiredService<TimeProvider>())
        {
            Logger = provider.GetRequiredService<ILogger<EmbeddedEngine>>(),
            Notifier = provider.GetRequiredService<INotifier>(),
            Events = provider.GetService<IUploadEvents>(),
            Meter = new InventoryMeter(),
            Host = options.Host,
        }));
        services.AddSingleton<IEntityHost>(static provider => provider.GetRequiredService<EmbeddedEngine>().Host);
        services.AddSingleton(static provider => provider.GetRequiredService<EmbeddedEngine>().Parts);
        services.AddSingleton(static provider => provider.GetRequiredService<EmbeddedEngine>().Ids);
        services.AddSingleton(static provider => provider.GetRequiredService<EmbeddedEngine>().Paths);
        services.AddSingleton(static provider => provider.GetRequiredService<EmbeddedEngine>().ServiceClock);
        services.AddSingleton(static provider => provider.GetRequiredService<EmbeddedEngine>().Deleted);
        services.AddSingleton<IStorageSpace>(static provider => provider.GetRequiredService<DataFolder>().Space);
        services.AddSingleton(options.Engine.Maintenance);
        services.AddUploadsHealthChecks().AddCheck<ClockHealthCheck>(ClockHealthCheck.Name);
        services.AddOptions<UploadsHealthOptions>().Configure<DataFolder>(static (checks, folder) =>
        {
            foreach (var store in folder.Health)
            {
                checks.Registrations.Add(new HealthCheckRegistration(store.Name, new StoreHealthCheck(store), failureStatus: null, tags: null));
            }
        });
        services.AddHostedService<EngineStart>();
        return services;
    }

    /// <summary>Adds what is sent over HTTP: the notifications of vaults, and the ends of uploads if an address is configured. A receiver
    /// that the program has already added is kept.</summary>
    public static IServiceCollection AddHttpNotices(this IServiceCollection services, ServiceOptions options)
    {
        services.TryAddSingleton<INotifier>(provider => new HttpNotifier(
            options.Receivers, options.Gateway.Region, provider.GetRequiredService<ILogger<HttpNotifier>>()));
        if (options.Events is { } target)
        {
            services.TryAddSingleton(TimeProvider.System);
            services.TryAddSingleton<IUploadEvents>(
                provider => new HttpUploadEvents(target, provider.GetRequiredService<TimeProvider>()));
        }

        return services;
    }

    /// <summary>A store of the bytes that a host brings belongs to the folder alone, as the folder's own does.</summary>
    private static EnginePorts OwnedPorts(DataFolder folder, Func<DataFolder, EnginePorts> portsOf)
    {
        var ports = portsOf(folder);
        return ports with { Parts = folder.Own(ports.Parts) };
    }
}

internal sealed partial class EngineStart(EmbeddedEngine engine, DataFolder folder, ILogger<EmbeddedEngine> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await folder.TakeStoreAsync(takesOver: false, cancellationToken);
        engine.Start();
        await engine.FirstBeat.WaitAsync(cancellationToken);
        if (folder.IsRestored)
        {
            await engine.ServiceClock.EndBackupAsync(engine.Host, cancellationToken);
            folder.EndRestore();
            LogRestored(log);
        }
    }

    // The services of the application are disposed in the reverse order of their creation, the host of the entities first.
    public Task StopAsync(CancellationToken cancellationToken) => engine.StopAsync().AsTask();

    [LoggerMessage(
        4008, LogLevel.Information, "The data folder is a restored backup. The lease under which it was copied is ended")]
    private static partial void LogRestored(ILogger logger);
}
