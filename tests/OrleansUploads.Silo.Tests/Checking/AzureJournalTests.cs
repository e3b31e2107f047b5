using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Tests.Checking;

/// <summary>The keys of entities are found again in the names of partitions, which have no slashes.</summary>
public sealed class AzureJournalTests
{
    [Theory]
    [InlineData(EntityKind.Account, "000000000001")]
    [InlineData(EntityKind.Upload, "a_-b__c")]
    [InlineData(EntityKind.Bucket, "my.bucket-1")]
    [InlineData(EntityKind.Vault, "000000000001/_my_vault__1_")]
    [InlineData(EntityKind.Jobs, "000000000001/_my_vault__1_/12")]
    [InlineData(EntityKind.ArchiveShard, "000000000001/my_vault_/12/0f")]
    [InlineData(EntityKind.KeyRoutes, "my.bucket-1/2/u")]
    [InlineData(EntityKind.KeyRoutes, "000000000001/photos/12.256/u")]
    [InlineData(EntityKind.KeyRoutes, "000000000001/_/12.256/u")]
    [InlineData(EntityKind.KeyRoutes, "000000000001/_my_vault__1_/12.256/u")]
    [InlineData(EntityKind.KeyLeaf, "my.bucket-1/2/o/0123456789abcdef0123456789abcdef")]
    [InlineData(EntityKind.KeyLeaf, "my.bucket-1/2/u/0")]
    [InlineData(EntityKind.KeyLeaf, "000000000001/photos/12.256/u/0")]
    [InlineData(EntityKind.KeyLeaf, "000000000001/_/12.256/u/0123456789abcdef0123456789abcdef")]
    [InlineData(EntityKind.KeyLeaf, "000000000001/_my_vault__1_/12.256/u/0123456789abcdef0123456789abcdef")]
    public void Slashes_are_restored(EntityKind kind, string key) =>
        Assert.Equal(key, AzureJournal.RestoreKey(kind, key.Replace('/', '_')));
}
