using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Intake;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Engine.Retrieval;
using OrleansUploads.Gateway.Credentials;
using OrleansUploads.Gateway.Glacier;
using OrleansUploads.Gateway.Glacier.Accounts;
using OrleansUploads.Gateway.Glacier.Archives;
using OrleansUploads.Gateway.Glacier.Authentication;
using OrleansUploads.Gateway.Glacier.Jobs;
using OrleansUploads.Gateway.Glacier.Multipart;
using OrleansUploads.Gateway.Glacier.Policies;
using OrleansUploads.Gateway.Glacier.Vaults;
using OrleansUploads.Gateway.Health;

namespace OrleansUploads.Gateway;

/// <summary>Puts the gateway into a web host.</summary>
public static class GatewayServices
{
    /// <summary>More than ours, so that a request with long headers gets a readable answer.</summary>
    private const int KestrelHeaderBytes = 64 * 1024;

    /// <summary>Adds the gateway. The host brings an <see cref="IEntityHost"/>, an <see cref="IPartStore"/> and an
    /// <see cref="ICredentialStore"/>; a <see cref="TimeProvider"/> and an <see cref="IdSource"/> if it wants others than the
    /// usual ones.</summary>
    public static IServiceCollection AddOrleansUploadsGateway(this IServiceCollection services, GatewayOptions options)
    {
        services.AddRouting();
        services.AddHealthChecks().AddCheck<AcceptsRequests>(AcceptsRequests.Name);
        services.Configure<KestrelServerOptions>(kestrel => Limit(kestrel, options));
        services.AddSingleton<IMemoryPoolFactory<byte>, WideMemoryPool.Factory>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IdSource>();
        services.TryAddSingleton<PartIntake>();
        services.TryAddSingleton<ArchiveReader>();
        services.TryAddSingleton<InventoryReader>();
        services.AddSingleton(options);
        services.AddSingleton<Authenticator>();
        services.AddSingleton<VaultOperations>();
        services.AddSingleton<TagOperations>();
        services.AddSingleton<NotificationOperations>();
        services.AddSingleton<AccountOperations>();
        services.AddSingleton<ArchiveOperations>();
        services.AddSingleton<MultipartOperations>();
        services.AddSingleton<InventoryPrinter>();
        services.AddSingleton<JobInitiation>();
        services.AddSingleton<JobOperations>();
        services.AddSingleton<AccessPolicyOperations>();
        services.AddSingleton<LockOperations>();
        services.AddSingleton<ParsedPolicies>();
        services.AddSingleton<PolicyGate>();
        services.AddSingleton<GlacierOperations>();
        services.AddSingleton<GlacierPipeline>();
        services.AddSingleton<GlacierFront>();
        return services;
    }

    private static void Limit(KestrelServerOptions kestrel, GatewayOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestHeadersTotalSize = KestrelHeaderBytes;
        kestrel.Limits.MaxRequestBodySize = 2L * options.MaxSmallBodyBytes;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(options.MinBodyBytesPerSecond, options.BodyRateGrace);
    }
}
