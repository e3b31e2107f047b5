using OrleansUploads.Core.Keys;

namespace OrleansUploads.Core.Tests.Uploads;

public sealed class ObjectTagsTests
{
    private static readonly Dictionary<string, string> Blue = new() { ["colour"] = "blue" };

    private readonly DeciderDriver<UploadState, UploadCommand, UploadEvent> _upload = new(new UploadDecider(new UploadPolicy()));

    private static ObjectName Name { get; } = SomeObject.Spec().Name;

    private void Put() =>
        _upload.Do(new PutObject(SomeObject.Spec(origin: UploadOrigin.SingleRequest), SomeObject.Part(1, 5, "a"), Condition: null));

    private void Publish() => _upload.Do(new ConfirmPublication(1, new PublicationVerdict.Published()));

    [Fact]
    public void Tags_of_an_object_are_replaced_and_survive_a_reload()
    {
        Put();
        Publish();
        _upload.Ask(new SetObjectTags(Name, Blue));
        Assert.Empty(_upload.Do(new SetObjectTags(Name, Blue)).Events);
        Assert.Equal(Blue, _upload.Ask(new DescribeObject(Name)).GetTags());
        var reloaded = _upload.Decider.Compact(_upload.State).Aggregate(_upload.Decider.Initial, _upload.Decider.Evolve);
        Assert.Equivalent(_upload.State, reloaded, strict: true);
        _upload.Ask(new SetObjectTags(Name, new Dictionary<string, string>()));
        Assert.Empty(_upload.Ask(new DescribeObject(Name)).GetTags()!);
    }

    [Fact]
    public void Tags_wait_until_the_upload_knows_that_it_was_published()
    {
        Put();
        var decision = _upload.Do(new SetObjectTags(Name, Blue));
        Assert.IsType<ObjectRefusal.UploadCompleting>(decision.Answer);
        Assert.True(decision.AwaitsPending);
        Publish();
        Assert.IsType<Done>(_upload.Do(new SetObjectTags(Name, Blue)).Answer);
    }

    [Fact]
    public void Only_the_current_object_of_a_key_can_be_tagged()
    {
        _upload.Refused<ObjectRefusal.KeyNotFound>(new SetObjectTags(Name, Blue));
        Put();
        Publish();
        _upload.Refused<ObjectRefusal.KeyNotFound>(new SetObjectTags(SomeObject.Named("other"), Blue));
        _upload.Ask(new SetObjectTags(Name, Blue));
        _upload.Do(new ReleaseObject(_upload.Now));
        _upload.Refused<ObjectRefusal.KeyNotFound>(new SetObjectTags(Name, new Dictionary<string, string>()));

        _upload.ConfirmAll();
        _upload.Now += UploadPolicy.DefaultReplacedObjectGrace;
        _upload.Wake();
        Assert.Null(Assert.IsType<UploadState.ObjectStored>(_upload.State).ChangedTags);
    }

    [Theory]
    [InlineData("k", "v", true)]
    [InlineData("k", "", true)]
    [InlineData("", "v", false)]
    public void A_tag_needs_a_key(string key, string value, bool isValid) => Assert.Equal(isValid, ObjectTags.TryAdd([], key, value));

    [Fact]
    public void An_object_has_at_most_10_tags_with_different_keys()
    {
        var tags = new Dictionary<string, string>();
        for (var i = 0; i < 10; i++)
        {
            Assert.True(ObjectTags.TryAdd(tags, $"{i}", ""));
        }

        Assert.False(ObjectTags.TryAdd(tags, "more", ""));
        tags.Remove("0");
        Assert.False(ObjectTags.TryAdd(tags, "1", ""));
        Assert.False(ObjectTags.TryAdd(tags, new string('k', 129), ""));
        Assert.False(ObjectTags.TryAdd(tags, "k", new string('v', 257)));
        Assert.True(ObjectTags.TryAdd(tags, new string('k', 128), new string('v', 256)));
    }
}
