using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using OrleansUploads.Cluster.Nodes;
using OrleansUploads.Cluster.Tls;
using OrleansUploads.Engine.Policies;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>TLS on the ports of a silo.</summary>
public static class ClusterTlsServices
{
    /// <summary>Lets only silos use the port for silos, and only silos and the given ingestion nodes the port for clients, and limits what
    /// the nodes can call. Without it, everyone who reaches the ports can call everything.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="files">The silo's certificates.</param>
    /// <param name="nodesFile">The list of the ingestion nodes that may connect, or null if none may.</param>
    public static ISiloBuilder UseClusterTls(this ISiloBuilder silo, TlsFiles files, string? nodesFile)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(files);
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.TryAddSingleton<PolicyCache>();
        silo.Services.AddSingleton(services => new ClusterCertificates(
            files,
            isSilo: true,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<ClusterCertificates>>()));
        silo.Services.AddSingleton(services => new NodeGrants(
            nodesFile, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<NodeGrants>>()));
        silo.Services.AddSingleton<PeerConnections>();
        silo.Services.AddSingleton<NodeConnections>();
        silo.Services.AddHostedService(static services => services.GetRequiredService<PeerConnections>());
        silo.AddIncomingGrainCallFilter<NodeCallFilter>();
        return silo.Configure<SiloConnectionOptions>(options =>
        {
            options.ConfigureSiloOutboundConnection(connection =>
            {
                connection.UseClientTls(CertificatesOf(connection).ConnectOptions());
                connection.UseMiddleware<PeerConnections>();
            });
            options.ConfigureSiloInboundConnection(connection =>
            {
                connection.UseServerTls(CertificatesOf(connection).AcceptOptions(siloOnly: true));
                connection.UseMiddleware<PeerConnections>();
            });
            options.ConfigureGatewayInboundConnection(connection =>
            {
                connection.UseServerTls(CertificatesOf(connection).AcceptOptions(siloOnly: false));
                connection.UseMiddleware<PeerConnections>();
                connection.UseMiddleware<NodeConnections>();
            });
        });
    }

    private static ClusterCertificates CertificatesOf(IConnectionBuilder connection) =>
        connection.ApplicationServices.GetRequiredService<ClusterCertificates>();
}
