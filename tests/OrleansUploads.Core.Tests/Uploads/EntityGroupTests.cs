namespace OrleansUploads.Core.Tests.Uploads;

public sealed class EntityGroupTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(EntityGroup.Count - 1)]
    public void An_upload_ID_contains_the_group_of_the_upload(int number)
    {
        var upload = Some.Upload(number).InGroup(new EntityGroup(number));

        Assert.True(UploadId.TryParse(upload.ToString(), out var parsed));
        Assert.Equal(number, parsed.Group.Number);
        Assert.Equal(new EntityGroup(number), EntityGroup.Of(upload.Entity));
    }

    [Fact]
    public void Upload_IDs_of_one_group_differ_in_all_other_characters()
    {
        var ids = Enumerable.Range(1, 200)
            .Select(static number => Some.Upload(number).InGroup(new EntityGroup(77)).ToString())
            .ToList();

        var constant = Enumerable.Range(0, Limits.UploadIdChars).Where(at => ids.Select(id => id[at]).Distinct().Count() == 1);
        Assert.Equal([1, 2], constant);
    }

    [Fact]
    public void The_entities_of_a_vault_are_one_group_in_every_incarnation()
    {
        var vault = Some.Incarnation;
        var next = vault with { Epoch = vault.Epoch + 1 };

        Assert.All(
            new[]
            {
                vault.Id.Entity, vault.Jobs, vault.ArchiveShard(0), vault.ArchiveShard(255), vault.Uploads.Routes,
                new LeafId(vault.Uploads, LeafName.First).Entity, next.Jobs, next.ArchiveShard(7),
            },
            entity => Assert.Equal(EntityGroup.Of(vault.Id), EntityGroup.Of(entity)));
    }

    [Fact]
    public void The_entities_of_a_bucket_are_one_group_until_its_leaves_split()
    {
        var first = new LeafId(SomeObject.Objects, LeafName.First);
        var split = new LeafId(SomeObject.Objects, LeafName.TryParse(new string('a', 32), out var name) ? name : default);

        Assert.All(
            new[] { first.Entity, SomeObject.Objects.Routes, new LeafId(SomeObject.Uploads, LeafName.First).Entity },
            entity => Assert.Equal(EntityGroup.Of(SomeObject.BucketName.Entity), EntityGroup.Of(entity)));
        Assert.Equal(EntityGroup.Of(split), EntityGroup.Of(split.Entity));
        Assert.NotEqual(EntityGroup.Of(first), EntityGroup.Of(split));
    }
}
