using Azure.Data.Tables;
using OrleansUploads.Gateway.Tests.Glacier;

namespace OrleansUploads.Cluster.Gateway.Tests;

/// <summary>The same over grains whose journals and reminders are in Azure Storage: in Azurite, or in the account that
/// <see cref="AzuriteServer.Variable"/> names.</summary>
[Campaign]
public sealed class AllOperationsOnAzureTests(AzuriteServer azurite) : AllOperationsTests, IAsyncDisposable
{
    private TableServiceClient? _tables;
    private DateTimeOffset _startedAt;

    protected override async ValueTask<GatewaySetup> SetUpAsync()
    {
        _startedAt = DateTimeOffset.UtcNow.AddMinutes(-1);
        _tables = (await azurite.CreateClusterAsync()).ConnectPatiently();
        return new GatewaySetup { Host = setup => new ClusterBehindGateway(setup, _tables) };
    }

    /// <summary>Checks that the journals have been there at all.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_tables?.GetTableClient("OrleansUploadsJournals") is { } journals)
        {
            Assert.True(await journals.QueryAsync<TableEntity>(row => row.Timestamp >= _startedAt).AnyAsync());
        }
    }
}
