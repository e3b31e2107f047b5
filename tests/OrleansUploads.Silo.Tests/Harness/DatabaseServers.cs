namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>The servers on which a test can run its clusters.</summary>
internal static class DatabaseServers
{
    /// <summary>The server that <c>deploy/local-cluster.sh</c> was asked to use: Azurite with <c>--azure</c>, otherwise PostgreSQL.</summary>
    public static IDatabaseServer Chosen(PostgresServer postgres, AzuriteServer azurite) =>
        Environment.GetEnvironmentVariable("ORLEANSUPLOADS_CLUSTER_DATABASE") == "azure" ? azurite : postgres;

    /// <summary>The server with a name.</summary>
    public static IDatabaseServer Named(string name, PostgresServer postgres, AzuriteServer azurite) =>
        ((IDatabaseServer[])[postgres, azurite]).Single(server => server.Name == name);
}
