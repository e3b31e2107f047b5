using System.Net.Sockets;
using Azure;
using OrleansUploads.Cluster.Azure;

namespace OrleansUploads.Silo.Tests.OnAzure;

/// <summary>A storage account that takes connections and says nothing.</summary>
public sealed class SilentTablesTests
{
    [Fact]
    public async Task The_message_is_about_the_account_and_not_about_the_options_of_a_library()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var tables = AzureTables.Connect(Azurite.ConnectionToTables(new Uri($"http://{silent.LocalEndpoint}/account")));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(
            () => AzureStores.CheckClientAsync(tables, "cluster", TestContext.Current.CancellationToken));

        Assert.Equal("no answer within 3 seconds", failure.Message);
    }

    [Fact]
    public async Task A_canceled_request_is_canceled()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var tables = AzureTables.Connect(Azurite.ConnectionToTables(new Uri($"http://{silent.LocalEndpoint}/account")));
        using var canceled = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AzureStores.CheckClientAsync(tables, "cluster", canceled.Token));
    }
}
