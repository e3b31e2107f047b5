using OrleansUploads.Cluster.Abstractions.Entities;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Contracts;

namespace OrleansUploads.Cluster.Tests.Cluster;

/// <summary>A call of a grain on the silo of its caller.</summary>
public sealed class LocalCallTests
{
    [Fact]
    public async Task A_call_within_a_silo_serializes_neither_the_command_nor_the_answer()
    {
        using var host = ForeignSilo.Build();
        await host.StartAsync(Cancellation);
        var create = new CreateVault(Some.Vault);
        _ = await host.Services.GetRequiredService<IEntityHost>().AskAsync(Some.Account.Entity, create, Cancellation);

        var describe = new DescribeVault(Some.Vault);
        var isSerialized = false;
        var vault = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IVaultGrain>(Some.Vault.Entity.Key);
        var reply = await vault.AskAsync(new EntityMessage(WireMessage.NameOf(describe), describe, () =>
        {
            isSerialized = true;
            return WireMessage.Pack(describe).Body;
        }));

        Assert.False(isSerialized);
        Assert.Equal(Some.Vault, Assert.IsType<VaultDescription>(reply.Answer?.Content).Incarnation.Id);
        await host.StopAsync(Cancellation);
    }
}
