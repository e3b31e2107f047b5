using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace OrleansUploads.Cluster.Tls;

/// <summary>TLS for clients of a cluster.</summary>
public static class TlsClientExtensions
{
    /// <summary>Connects to the silos with TLS, and shows them the certificate of this process. The files are read when the client
    /// connects for the first time, and again when they change.</summary>
    /// <param name="client">The client.</param>
    /// <param name="files">The certificates of this process. A certificate that cannot be used is reported when the client
    /// connects.</param>
    /// <param name="isSilo">Whether the process has the certificate of a silo, as gateways do. Ingestion nodes have their own.</param>
    public static IClientBuilder UseClusterTls(this IClientBuilder client, TlsFiles files, bool isSilo = false)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(files);
        client.Services.AddSingleton(services => new ClusterCertificates(
            files,
            isSilo,
            services.GetService<TimeProvider>() ?? TimeProvider.System,
            services.GetRequiredService<ILogger<ClusterCertificates>>()));
        return client.Configure<ClientConnectionOptions>(options => options.ConfigureConnection(connection =>
            connection.UseClientTls(connection.ApplicationServices.GetRequiredService<ClusterCertificates>().ConnectOptions())));
    }
}
