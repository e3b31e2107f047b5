namespace OrleansUploads.Core.Tests.Keys;

/// <summary>The names of ordered indexes are stored: the ones here must never change.</summary>
public sealed class KeyIndexIdTests
{
    /// <summary>Its name looks like an account.</summary>
    private static readonly BucketIncarnation Digits = new(SomeObject.BucketNamed(Some.Account.ToString()), 7);

    private static readonly VaultIncarnation Vault = Some.Incarnation with { Shards = VaultIncarnation.ManyShards };

    public static TheoryData<KeyIndexId, string> Indexes => new()
    {
        { new KeyIndexId(SomeObject.Bucket, KeyTree.Objects), "holiday-photos/1/o" },
        { new KeyIndexId(SomeObject.Bucket, KeyTree.Uploads), "holiday-photos/1/u" },
        { new KeyIndexId(Digits, KeyTree.Objects), "111122223333/7/o" },
        { new KeyIndexId(Digits, KeyTree.Uploads), "111122223333/7/u" },
        { Vault.Uploads, "111122223333/photos/1.4096/u" },
        { (Vault with { Id = Some.VaultNamed("7") }).Uploads, "111122223333/7/1.4096/u" },
        { Some.Incarnation.Uploads, "111122223333/photos/1.256/u" },
    };

    [Theory]
    [MemberData(nameof(Indexes))]
    public void An_index_and_its_leaves_are_found_by_their_names(KeyIndexId index, string name)
    {
        Assert.Equal(name, index.ToString());
        Assert.True(KeyIndexId.TryParse(name, out var read));
        Assert.Equal((index, index.Bucket, index.Vault, index.Tree), (read, read.Bucket, read.Vault, read.Tree));
        Assert.Equal(new EntityId(EntityKind.KeyRoutes, name), index.Routes);

        var leaf = new LeafId(index, LeafName.OfSplit(new LeafId(index, LeafName.First), 1));
        Assert.True(LeafId.TryParse(leaf.ToString(), out var readLeaf));
        Assert.Equal(leaf, readLeaf);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/u")]
    [InlineData("holiday-photos/u")]
    [InlineData("holiday-photos/1")]
    [InlineData("holiday-photos/1/x")]
    [InlineData("111122223333/photos/1.4096/o")]
    [InlineData("111122223333/photos/1/u")]
    [InlineData("111122223333/photos/1.4096")]
    public void Another_name_is_no_index(string? name) => Assert.False(KeyIndexId.TryParse(name, out _));
}
