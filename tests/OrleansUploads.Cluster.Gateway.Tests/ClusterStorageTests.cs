using Azure.Data.Tables;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Cluster.Gateway.Tests;

public sealed class ClusterStorageTests
{
    [Fact]
    public async Task The_journals_are_in_Azure_Storage_if_the_variable_says_so()
    {
        var startedAt = DateTimeOffset.UtcNow.AddMinutes(-1);
        await using var server = await GatewayServer.StartAsync(new GatewaySetup());
        (await server.SendAsync(CreateVault("v"))).Expect(201);
        if (ClusterStorage.Tables is { } tables)
        {
            var written = tables.GetTableClient("OrleansUploadsJournals").QueryAsync<TableEntity>(row => row.Timestamp >= startedAt);
            Assert.True(await written.AnyAsync());
        }

        Assert.Equal(
            Environment.GetEnvironmentVariable(ClusterStorage.Variable) is { Length: > 0 }, ClusterStorage.Tables is not null);
    }
}
