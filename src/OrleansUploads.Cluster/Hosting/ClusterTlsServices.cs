using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using OrleansUploads.Cluster.Tls;

namespace OrleansUploads.Cluster.Hosting;

public static class ClusterTlsServices
{
    /// <summary>Lets only silos use the port for silos, and only processes with a certificate of the cluster's authority the port for
    /// clients. They are trusted like silos. Without it, everyone who reaches the ports can call everything.</summary>
    public static ISiloBuilder UseClusterTls(this ISiloBuilder silo, TlsFiles files)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(files);
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.AddSingleton(services => new ClusterCertificates(
            files,
            isSilo: true,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<ClusterCertificates>>()));
        silo.Services.AddSingleton<PeerConnections>();
        silo.Services.AddHostedService(static services => services.GetRequiredService<PeerConnections>());
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
            });
        });
    }

    private static ClusterCertificates CertificatesOf(IConnectionBuilder connection) =>
        connection.ApplicationServices.GetRequiredService<ClusterCertificates>();
}
