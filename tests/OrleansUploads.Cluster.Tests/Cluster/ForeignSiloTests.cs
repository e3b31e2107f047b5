using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Memory;

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

    [Fact]
    public async Task A_silo_that_lacks_grain_storage_or_reminders_does_not_start_and_says_what_to_register()
    {
        Assert.Contains("grain storage named 'orleans-uploads'", await RefusalAsync(static _ => { }), StringComparison.Ordinal);
        Assert.Contains(
            "UseInMemoryReminderService", await RefusalAsync(static silo => silo.AddMemoryGrainStorage(ClusterNames.GrainStorage)), StringComparison.Ordinal);

        static async Task<string> RefusalAsync(Action<ISiloBuilder> configure)
        {
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            builder.UseOrleans(silo =>
            {
                configure(silo.UseLocalhostClustering());
                silo.AddOrleansUploads(new MemoryPartStore());
            });
            using var host = builder.Build();
            return (await Assert.ThrowsAsync<OrleansConfigurationException>(() => host.StartAsync(Cancellation))).Message;
        }
    }

    [Fact]
    public void A_host_has_the_grains_once() => Assert.Throws<InvalidOperationException>(static () =>
        Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings()).UseOrleans(
            static silo => silo.AddOrleansUploads(new MemoryPartStore()).AddOrleansUploads(new MemoryPartStore())));
}
