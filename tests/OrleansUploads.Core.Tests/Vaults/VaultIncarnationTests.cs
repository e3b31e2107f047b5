using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Values;
using OrleansUploads.TestKit;

namespace OrleansUploads.Core.Tests.Vaults;

public sealed class VaultIncarnationTests
{
    private static readonly VaultIncarnation Old = new(Some.Vault, 7);
    private static readonly VaultIncarnation New = new(Some.Vault, 7, VaultIncarnation.NewShards);

    [Fact]
    public void Names_of_incarnations_with_256_shards_and_of_their_shards_and_jobs_are_unchanged()
    {
        Assert.Equal($"{Some.Vault}/7", Old.ToString());
        Assert.Equal($"{Some.Vault}/7/0a", Old.ArchiveShard(10).Key);
        Assert.Equal($"{Some.Vault}/7", Old.Jobs.Key);
        Assert.True(VaultIncarnation.TryParse($"{Some.Vault}/7", out var read));
        Assert.Equal(Old, read);
        Assert.Equal(256, read.Shards);
    }

    [Fact]
    public void The_name_of_an_incarnation_with_more_shards_contains_the_shard_count()
    {
        Assert.Equal($"{Some.Vault}/7.4096", New.ToString());
        Assert.Equal($"{Some.Vault}/7.4096/fff", New.ArchiveShard(4095).Key);
        Assert.True(VaultIncarnation.TryParse(New.ToString(), out var read));
        Assert.Equal(New, read);
    }

    [Theory]
    [InlineData("7.")]
    [InlineData(".4096")]
    [InlineData("7.256")]
    [InlineData("7.4095")]
    [InlineData("7.131072")]
    [InlineData("7.-4096")]
    [InlineData("7.4096.1")]
    [InlineData("7 .4096")]
    public void An_invalid_incarnation_name_is_not_parsed(string numbers) =>
        Assert.False(VaultIncarnation.TryParse($"{Some.Vault}/{numbers}", out _));

    [Fact]
    public void A_new_vault_has_the_current_shard_count()
    {
        var account = new DeciderDriver<AccountState, AccountCommand, AccountEvent>(new AccountDecider());

        account.Do(new CreateVault(Some.Vault));

        Assert.Equal(VaultIncarnation.NewShards, Assert.Single(account.State.Vaults).Value.Incarnation.Shards);
    }

    /// <summary>Stored keys contain the shard's number.</summary>
    [Fact]
    public void The_shard_of_an_archive_never_changes()
    {
        var archive = ArchiveId.Derive(Some.Upload(1), 1, Some.Hash("a"));
        var digest = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(archive.ToString()));

        Assert.Equal(digest[0], Old.ShardOf(archive));
        Assert.Equal(((digest[0] & 15) << 8) | digest[1], New.ShardOf(archive));
    }

    [Fact]
    public void Archives_are_spread_evenly_over_all_shards()
    {
        var counts = new int[VaultIncarnation.NewShards];
        for (var number = 0; number < 16 * counts.Length; number++)
        {
            counts[New.ShardOf(ArchiveId.Derive(Some.Upload(1), number, Some.Hash("a")))]++;
        }

        Assert.InRange(counts.Min(), 1, 16);
        Assert.InRange(counts.Max(), 16, 48);
    }
}
