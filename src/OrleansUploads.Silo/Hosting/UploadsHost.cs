using Microsoft.AspNetCore.Builder;
using Orleans.Configuration;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway;
using OrleansUploads.Gateway.Credentials;
using OrleansUploads.Gateway.Notifications;
using OrleansUploads.Silo.Health;
using OrleansUploads.Silo.Settings;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Hosting;

/// <summary>Puts silo and gateway together.</summary>
internal static class UploadsHost
{
    /// <summary>Adds what the process is to be.</summary>
    public static void AddUploads(this WebApplicationBuilder builder, SiloSettings settings)
    {
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(OpenParts(settings));
        builder.Services.AddSingleton<INotifier>(services => new HttpNotifier(
            settings.Receivers, settings.Region, services.GetRequiredService<ILogger<HttpNotifier>>()));
        builder.Services.AddSingleton<ICredentialStore>(services => CreateCredentials(settings, services));
        builder.Services.AddOrleansUploadsGateway(new Gateway.GatewayOptions { Region = settings.Region });
        var checks = builder.Services.AddHealthChecks();
        if (settings.PartsFolder is not null)
        {
            checks.AddCheck<PartsAreThere>(PartsAreThere.Name);
        }

        if (settings.Role == ProcessRole.Silo)
        {
            builder.UseOrleans(silo => AddSilo(silo, settings));
            checks.AddCheck<SiloIsActive>(SiloIsActive.Name);
            checks.AddCheck<StorageAnswers>(StorageAnswers.Name);
            checks.AddCheck<SiloIsNotDead>(SiloIsNotDead.Name, tags: [GatewayEndpoints.LiveTag]);
        }
        else
        {
            StoreMark.RequireThere(settings.PartsFolder!);
            builder.UseOrleansClient(client => AddClient(client, settings));
            builder.Services.AddOrleansUploadsClient();
            checks.AddCheck<ClusterAnswers>(ClusterAnswers.Name);
        }
    }

    private static void AddSilo(ISiloBuilder silo, SiloSettings settings)
    {
        silo.AddStores(settings);
        silo.Configure<Orleans.Configuration.ClusterOptions>(cluster =>
        {
            cluster.ClusterId = settings.ClusterId;
            cluster.ServiceId = settings.ServiceId;
        });

        // Silos trust whoever reaches these ports, so they are open on one address and not on all.
        silo.ConfigureEndpoints(
            settings.AdvertisedAddress, settings.SiloPort, settings.ClientPort, listenOnAnyHostAddress: false);
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = settings.ProbeTimeout;
            membership.NumMissedProbesLimit = settings.MissedProbes;

            // A machine that is gone leaves its connections open, and for this long times the missed probes they speak for it.
            membership.MaxProbeTimeout = 2 * settings.ProbeTimeout;
        });
        if (settings.ShedLoadAtCpuPercent is { } percent)
        {
            silo.Configure<LoadSheddingOptions>(shedding =>
            {
                shedding.LoadSheddingEnabled = true;
                shedding.CpuThreshold = percent;
            });
        }

        silo.AddActivityPropagation();
        silo.AddOrleansUploads(settings.Cluster);
        if (settings.PartsFolder is { } folder)
        {
            // After the storage has been opened and before this silo takes any grain.
            silo.AddStartupTask(
                (services, cancellationToken) => StoreMark.RequireSameAsync(
                    services.GetRequiredKeyedService<Orleans.Storage.IGrainStorage>(ClusterNames.GrainStorage),
                    folder,
                    cancellationToken),
                ServiceLifecycleStage.ApplicationServices + 1);
        }
    }

    private static void AddClient(IClientBuilder client, SiloSettings settings)
    {
        client.AddStores(settings);
        client.Configure<Orleans.Configuration.ClusterOptions>(cluster =>
        {
            cluster.ClusterId = settings.ClusterId;
            cluster.ServiceId = settings.ServiceId;
        });
        client.AddActivityPropagation();
        client.UseConnectionRetryFilter(static async (_, cancellationToken) =>
        {
            // A gateway may be there before the first silo is.
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            return true;
        });
    }

    private static IPartStore OpenParts(SiloSettings settings)
    {
        if (settings.PartsFolder is not { } folder)
        {
            return new MemoryPartStore();
        }

        try
        {
            return DiskPartStore.OpenShared(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"{KnownSettings.PartsFolder.Variable}: {fault.Message}", fault);
        }
    }

    private static ICredentialStore CreateCredentials(SiloSettings settings, IServiceProvider services)
    {
        if (settings.KeysFile is not { } path)
        {
            return new MemoryCredentialStore([settings.OnlyKey!]);
        }

        try
        {
            return new KeyFileCredentialStore(
                new KeyFile(path),
                settings.OnlyKey,
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<KeyFileCredentialStore>>());
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new SettingException($"{KnownSettings.KeysFile.Variable}: {fault.Message}", fault);
        }
    }
}
