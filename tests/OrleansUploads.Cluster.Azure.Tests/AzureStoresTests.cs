using OrleansUploads.Cluster.Journal;
using OrleansUploads.Core.Accounts;

namespace OrleansUploads.Cluster.Azure.Tests;

/// <summary>The three stores on Azure Storage, against Azurite or a storage account.</summary>
public sealed class AzureStoresTests(AzuriteServer azurite, SharedHost host) : IClassFixture<SharedHost>
{
    private const int Races = 20;

    [Fact]
    public async Task An_answered_command_survives_a_restart()
    {
        var vault = Some.Vault;
        var cluster = await azurite.CreateClusterAsync();
        await using (var first = await RunningHost.StartAsync(cluster))
        {
            Assert.Null((await first.Entities.AskAsync(vault.Account.Entity, new CreateVault(vault), default)).Refusal);
        }

        await using var second = await RunningHost.StartAsync(cluster);
        var listed = await second.Entities.AskAsync(vault.Account.Entity, new ListVaults("", 10), default);
        Assert.Equal([vault], listed.Answer.Vaults);
    }

    [Fact]
    public async Task One_of_two_concurrent_first_writes_fails()
    {
        var storage = await host.StartAsync();
        for (var race = 0; race < Races; race++)
        {
            var grain = GrainId.Create("ou-vault", $"000000000001/photos-{race}");
            var written = await Task.WhenAll(TryWriteAsync(storage, grain, 1), TryWriteAsync(storage, grain, 2));
            Assert.Single(written, won => won);
        }
    }

    [Fact]
    public async Task A_row_that_is_cleared_is_gone_and_can_be_written_for_the_first_time_again()
    {
        var storage = await host.StartAsync();
        var grain = GrainId.Create("ou-vault", "000000000001/cleared");
        Assert.True(await TryWriteAsync(storage, grain, 1));
        var state = new GrainState<JournalRow>();
        await storage.ReadStateAsync("ou-vault", grain, state);
        await storage.ClearStateAsync("ou-vault", grain, state);
        Assert.True(await TryWriteAsync(storage, grain, 2));
    }

    private static async Task<bool> TryWriteAsync(IGrainStorage storage, GrainId grain, byte content)
    {
        try
        {
            await storage.WriteStateAsync(
                "ou-vault", grain, new GrainState<JournalRow>(new JournalRow { Content = [content] }));
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }
}
