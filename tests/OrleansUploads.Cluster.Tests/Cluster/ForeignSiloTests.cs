using Microsoft.Extensions.Options;
using Orleans.Configuration;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Cluster.Tests.Cluster;

/// <summary>The grains inside a silo of somebody else.</summary>
public sealed class ForeignSiloTests
{
    [Fact]
    public async Task A_silo_hosts_the_grains_beside_its_own()
    {
        using var host = ForeignSilo.Build();
        var messaging = host.Services.GetRequiredService<IOptions<SiloMessagingOptions>>().Value;
        Assert.Equal(new SiloMessagingOptions().ResponseTimeout, messaging.ResponseTimeout);
        Assert.Equal(new SiloMessagingOptions().SystemResponseTimeout, messaging.SystemResponseTimeout);
        await host.StartAsync(Cancellation);

        var entities = host.Services.GetRequiredService<IEntityHost>();
        await entities.AskAsync(Some.Account.Entity, new CreateVault(Some.Vault), Cancellation);
        var described = await entities.AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault), Cancellation);
        Assert.Equal(Some.Vault, described.Answer.Incarnation.Id);
        await host.StopAsync(Cancellation);
    }
}
