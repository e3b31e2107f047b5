namespace OrleansUploads.Core.Tests.Uploads;

public sealed class ObjectTagsTests : ObjectDriver
{
    private static readonly Dictionary<string, string> Blue = new() { ["colour"] = "blue" };
    private static readonly Dictionary<string, string> NoTags = [];

    private static SetObjectTags Set(Dictionary<string, string> tags) => new(Name, tags);

    [Fact]
    public void Tags_of_an_object_are_replaced_and_survive_a_reload()
    {
        Given(PutOnce, IsPublished());
        Ask(Set(Blue));
        Unchanged(Set(Blue));
        Assert.Equal(Blue, Ask(new DescribeObject(Name)).GetTags());
        AssertSnapshotIsComplete();
        Ask(Set(NoTags));
        Assert.Empty(Ask(new DescribeObject(Name)).GetTags()!);
    }

    [Fact]
    public void Tags_wait_until_the_upload_knows_that_it_was_published()
    {
        Given(PutOnce);
        Assert.True(Do(Set(Blue)) is { Answer: ObjectRefusal.UploadCompleting, Awaits: AwaitedIntents.OwnAndEarlier });
        Given(IsPublished());
        Answered<Done>(Set(Blue));
    }

    [Fact]
    public void Only_the_current_object_of_a_key_can_be_tagged()
    {
        Refused<ObjectRefusal.KeyNotFound>(Set(Blue));
        Given(PutOnce, IsPublished());
        Refused<ObjectRefusal.KeyNotFound>(Set(Blue) with { Name = SomeObject.Named("other") });
        Ask(Set(Blue));
        Given(new ReleaseObject(Now));
        Refused<ObjectRefusal.KeyNotFound>(Set(NoTags));
        Assert.Null(AfterReplacement().ChangedTags);
    }

    [Fact]
    public void An_object_has_at_most_10_tags_with_different_keys()
    {
        var tags = new Dictionary<string, string>();
        Assert.All(Enumerable.Range(0, 10), i => Assert.Null(ObjectTags.Add(tags, $"{i}", "")));
        Assert.NotNull(ObjectTags.Add(tags, "more", ""));
        tags.Remove("0");
        Assert.NotNull(ObjectTags.Add(tags, "1", ""));
        Assert.NotNull(ObjectTags.Add(tags, "", "v"));
        Assert.NotNull(ObjectTags.Add(tags, new string('k', 129), ""));
        Assert.NotNull(ObjectTags.Add(tags, "k", new string('v', 257)));
        Assert.Null(ObjectTags.Add(tags, new string('k', 128), new string('v', 256)));
    }
}
