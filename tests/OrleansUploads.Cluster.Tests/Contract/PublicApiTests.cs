using OrleansUploads.Cluster.Hosting;

namespace OrleansUploads.Cluster.Tests.Contract;

public sealed class PublicApiTests
{
    /// <summary>Other types are public for Orleans.</summary>
    [Fact]
    public void What_a_silo_configures_is_what_is_written_down() => PublicApi.RequireWritten(
        typeof(EntityClusterOptions).Assembly,
        static type => type == typeof(ClusterServices) || type == typeof(ClusterTlsServices) || type.Namespace == typeof(EntityClusterOptions).Namespace);
}
