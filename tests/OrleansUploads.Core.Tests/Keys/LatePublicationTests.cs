using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Messages.Keys;
using OrleansUploads.Core.Values;
using OrleansUploads.TestKit;

namespace OrleansUploads.Core.Tests.Keys;

/// <summary>Messages about publications that arrive again after their uploads have recorded them, and after many others.</summary>
public sealed class LatePublicationTests
{
    private readonly DeciderDriver<KeyLeafState, KeyLeafCommand, KeyLeafEvent> _leaf = new(new KeyLeafDecider());

    [Fact]
    public void A_late_publication_of_the_current_object_does_not_release_the_bytes_of_this_object()
    {
        PublishAndSettle("a", 1);
        PublishAndSettleOthers(first: 100);
        var events = _leaf.History.Count;

        Assert.Equal(new PublicationVerdict.Published(), Publish("a", 1));
        Assert.Equal(events, _leaf.History.Count);
        Assert.Empty(_leaf.State.Releases);
    }

    [Fact]
    public void A_late_publication_never_brings_back_what_was_overwritten_or_deleted()
    {
        PublishAndSettle("a", 1);
        PublishAndSettle("b", 2);
        PublishAndSettleOthers(first: 100);
        PublishAndSettle("a", 3);
        Do(new DeleteObject(SomeObject.Key("b"), Condition: null));
        PublishAndSettleOthers(first: 200);

        Assert.Equal(new PublicationVerdict.Published(), Publish("a", 1));
        Assert.Equal(new PublicationVerdict.Published(), Publish("b", 2));
        Assert.Equal(Some.Upload(3), _leaf.State.Entries[new KeyPosition("a")].Upload);
        Assert.False(_leaf.State.Entries.ContainsKey(new KeyPosition("b")));
    }

    [Fact]
    public void An_object_that_is_replaced_before_its_upload_has_recorded_it_is_remembered_when_it_has()
    {
        Publish("a", 1);
        PublishAndSettle("a", 2);
        PublishAndSettleOthers(first: 100);
        Settle("a", 1);
        PublishAndSettleOthers(first: 200);

        Assert.Equal(new PublicationVerdict.Published(), Publish("a", 1));
        Assert.Equal(Some.Upload(2), _leaf.State.Entries[new KeyPosition("a")].Upload);
    }

    /// <summary>More than a leaf remembers.</summary>
    private void PublishAndSettleOthers(int first)
    {
        for (var upload = first; upload < first + KeyLeafEvolution.MaxSettled + 5; upload++)
        {
            PublishAndSettle($"other/{upload}", upload);
        }
    }

    private void PublishAndSettle(string key, int upload)
    {
        Publish(key, upload);
        Settle(key, upload);
    }

    private object Publish(string key, int upload) =>
        Do(new PublishObject(SomeObject.Entry(key, upload, $"{upload}"), 1, Condition: null));

    private void Settle(string key, int upload) => Do(new SettlePublication(SomeObject.Key(key), Some.Upload(upload)));

    private object Do(KeyLeafCommand command) => _leaf.Do(command with { Leaf = SomeObject.ObjectLeaf }).Answer;
}
