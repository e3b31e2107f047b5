using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ownership;
using OrleansUploads.Engine.Policies;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Glacier;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Connections;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Gateway.Http.Health;
using OrleansUploads.Gateway.Http.Telemetry;
using OrleansUploads.Gateway.S3;
using OrleansUploads.Hashing;

namespace OrleansUploads.Gateway.Hosting;

/// <summary>Adds the parts of the gateway to an application that has the engine from elsewhere, such as a silo.</summary>
public static class GatewayServices
{
    /// <summary>A little more than our own limit, so that a request with long headers gets a readable response. Not much more, because
    /// a connection that never ends its headers costs three times as much memory.</summary>
    internal const int KestrelHeaderBytes = 20 * 1024;

    /// <summary>Fits a prefix, a marker and a delimiter of 1,024 bytes each, with every byte escaped.</summary>
    internal const int RequestLineBytes = 16 * 1024;

    /// <summary>About as many as the permitted bytes hold if each header is signed. S3 limits the bytes of metadata, and not its
    /// names.</summary>
    internal const int MaxHeaders = 512;

    /// <summary>Number of bytes of a body that Kestrel reads ahead.</summary>
    private const int ReadAheadBytes = 128 * 1024;

    /// <summary>Number of connections that the system keeps until the server accepts them; at most the system's own limit
    /// (net.core.somaxconn). If the queue is full, the client's system tries to connect again after one second, then after two
    /// and four more.</summary>
    private const int Backlog = 4096;

    /// <summary>Adds the gateway: the vault API and S3. The host adds an <see cref="IEntityHost"/>, an
    /// <see cref="IUploadEnds"/>, an <see cref="IPartStore"/> and an <see cref="ICredentialStore"/>, and a <see cref="TimeProvider"/> if it does
    /// not want the system's.</summary>
    /// <param name="options">Null for the defaults.</param>
    public static IServiceCollection AddOrleansUploadsFronts(this IServiceCollection services, GatewayOptions? options = null) =>
        services.AddVaultGateway(options ?? new GatewayOptions()).AddS3Front();

    /// <summary>Adds a gateway with only the vault API.</summary>
    internal static IServiceCollection AddVaultGateway(this IServiceCollection services, GatewayOptions options) =>
        services.AddHttpGateway(options).AddFrontServices().AddGlacierFront();

    /// <summary>Adds what the operations of the fronts work with. The paths of the bytes are the engine's, if the host has
    /// added one.</summary>
    private static IServiceCollection AddFrontServices(this IServiceCollection services)
    {
        services.TryAddSingleton<IdSource>();
        services.TryAddSingleton<MaintenanceOptions>();
        services.TryAddSingleton(static provider => new BytePaths(
            provider.GetRequiredService<IEntityHost>(),
            provider.GetKeyedService<IPartStore>(OwnedPartStore.ServiceKey) ?? provider.GetRequiredService<IPartStore>(),
            provider.GetRequiredService<IdSource>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<MaintenanceOptions>(),
            SharedLanes.OfProcess,
            provider.GetRequiredService<IUploadEnds>(),
            claims: provider.GetService<IWriteClaims>()));
        services.TryAddSingleton<PolicyCache>();
        return services.AddSingleton<FrontServices>();
    }

    /// <summary>Makes the web server of the application one for uploads, as <c>serve</c> and silos have it: with their limits for headers
    /// and for slow senders, and a limited number of connections, where idle ones make room for new ones. All endpoints of the application
    /// get them. Without it, the limits of the application apply to the connections and headers of uploads, too.</summary>
    public static IServiceCollection AddOrleansUploadsServer(this IServiceCollection services, GatewayOptions options)
    {
        services.Configure<KestrelServerOptions>(kestrel => ConfigureLimits(kestrel, options));
        services.Configure<SocketTransportOptions>(static sockets => sockets.Backlog = Backlog);
        services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlockMemoryPool.Factory>();
        services.AddSingleton<OpenConnections>();
        return services.AddSingleton<IConnectionListenerFactory>(provider => new BoundedListenerFactory(
            ActivatorUtilities.CreateInstance<SocketTransportFactory>(provider), provider.GetRequiredService<OpenConnections>()));
    }

    private static IServiceCollection AddHttpGateway(this IServiceCollection services, GatewayOptions options)
    {
        services.AddRouting();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, UploadsMatcher>());
        services.TryAddSingleton<RepeatedMappings>();
        services.AddSingleton<IStartupFilter>(static provider => provider.GetRequiredService<RepeatedMappings>());
        services.AddUploadsHealthChecks().AddCheck<AdmissionHealthCheck>(AdmissionHealthCheck.Name);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(_ => ServerLimits.FitToDescriptors(options, DescriptorLimit.RaiseToHardLimit()));
        services.AddSingleton<TransferLimiters>();
        services.AddSingleton<DocumentLimits>();
        services.AddSingleton<FrontTable>();
        services.AddSingleton<RecentRefusals>();
        services.AddSingleton<FrontDispatcher>();
        return services;
    }

    private static void ConfigureLimits(KestrelServerOptions kestrel, GatewayOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.RequestHeaderEncodingSelector = static name =>
            name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) ? HeaderText.LengthEncoding : HeaderText.Encoding;
        kestrel.Limits.MaxRequestLineSize = RequestLineBytes;
        kestrel.Limits.MaxRequestHeaderCount = MaxHeaders;
        kestrel.Limits.MaxRequestHeadersTotalSize = KestrelHeaderBytes;
        kestrel.Limits.MaxRequestBodySize = 2L * GatewayOptions.MaxDocumentBytes;
        kestrel.Limits.MaxRequestBufferSize = ReadAheadBytes;
        kestrel.Limits.RequestHeadersTimeout = options.HeaderTimeout;
        kestrel.Limits.KeepAliveTimeout = options.KeepAliveTimeout;
        kestrel.Limits.MinRequestBodyDataRate = FrontDispatcher.LastDefenseOf(options);
    }
}
