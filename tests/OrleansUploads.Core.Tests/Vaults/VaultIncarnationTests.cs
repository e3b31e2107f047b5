namespace OrleansUploads.Core.Tests.Vaults;

public sealed class VaultIncarnationTests
{
    private static readonly VaultIncarnation Few = new(Some.Vault, 7);
    private static readonly VaultIncarnation Many = new(Some.Vault, 7, VaultIncarnation.ManyShards);

    [Fact]
    public void The_name_of_an_incarnation_contains_its_shard_count()
    {
        Assert.Equal($"{Some.Vault}/7.256", Few.ToString());
        Assert.Equal($"{Some.Vault}/7.256/0a", Few.ArchiveShard(10).Key);
        Assert.Equal($"{Some.Vault}/7.256", Few.Jobs.Key);
        Assert.Equal($"{Some.Vault}/7.4096/fff", Many.ArchiveShard(4095).Key);
        Assert.All([Few, Many], incarnation =>
        {
            Assert.True(VaultIncarnation.TryParse(incarnation.ToString(), out var read));
            Assert.Equal(incarnation, read);
        });
    }

    [Theory]
    [InlineData("7.")]
    [InlineData(".4096")]
    [InlineData("7")]
    [InlineData("7.0")]
    [InlineData("7.4095")]
    [InlineData("7.131072")]
    [InlineData("7.-4096")]
    [InlineData("7.4096.1")]
    [InlineData("7 .4096")]
    public void An_invalid_incarnation_name_is_not_parsed(string numbers) =>
        Assert.False(VaultIncarnation.TryParse($"{Some.Vault}/{numbers}", out _));

    /// <summary>Stored keys contain the shard's number.</summary>
    [Fact]
    public void The_shard_of_an_archive_never_changes()
    {
        var archive = ArchiveId.Derive(Some.Upload(1), 1, Some.Hash("a"));
        var digest = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(archive.ToString()));

        Assert.Equal(digest[1], Few.ShardOf(archive));
        Assert.Equal(((digest[0] & 15) << 8) | digest[1], Many.ShardOf(archive));
    }
}
