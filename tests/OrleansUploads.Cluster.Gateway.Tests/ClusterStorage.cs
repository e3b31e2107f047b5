using Azure.Data.Tables;
using OrleansUploads.Cluster.Gateway.Tests;

[assembly: AssemblyFixture(typeof(ClusterStorage))]

namespace OrleansUploads.Cluster.Gateway.Tests;

/// <summary>Where the clusters under test keep their journals and reminders: in this process, or in Azure Storage.</summary>
public sealed class ClusterStorage : IAsyncLifetime
{
    /// <summary>The environment variable that says <c>azure</c> for Azure Storage: Azurite, or the account in
    /// <see cref="AzuriteServer.Variable"/>.</summary>
    public const string Variable = "ORLEANSUPLOADS_GATEWAY_TESTS_STORAGE";

    private readonly AzuriteServer _azurite = new();

    /// <summary>The tables of the storage account, or null for journals in this process.</summary>
    internal static TableServiceClient? Tables { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var storage = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(storage))
        {
            return;
        }

        Assert.True(storage == "azure", $"{Variable} is '{storage}'. Set it to 'azure', or to nothing for journals in this process.");
        Tables = (await _azurite.CreateClusterAsync()).ConnectPatiently();
    }

    public ValueTask DisposeAsync() => _azurite.DisposeAsync();
}
