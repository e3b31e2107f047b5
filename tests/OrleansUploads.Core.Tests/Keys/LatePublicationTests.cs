using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Messages.Keys;
using OrleansUploads.Core.Values;
using OrleansUploads.TestKit;

namespace OrleansUploads.Core.Tests.Keys;

/// <summary>Messages about publications that arrive again after their uploads have recorded them, and after many others.</summary>
public sealed class LatePublicationTests
{
    private readonly DeciderDriver<KeyLeafState, KeyLeafCommand, KeyLeafEvent> _leaf = new(new KeyLeafDecider());
    private readonly Dictionary<int, KeyEntry> _completed = [];

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

    [Fact]
    public void A_publication_that_the_leaf_has_forgotten_is_never_published_again()
    {
        PublishAndSettle("a", 1);
        PublishAndSettle("b", 2);
        PublishAndSettle("a", 3);
        Do(new DeleteObject(SomeObject.Key("b"), Condition: null));
        ReplaceOften(first: 100);

        Assert.IsType<PublicationVerdict.Outdated>(Publish("a", 1));
        Assert.IsType<PublicationVerdict.Outdated>(Publish("b", 2));
        Assert.Equal(Some.Upload(3), _leaf.State.Entries[new KeyPosition("a")].Upload);
        Assert.False(_leaf.State.Entries.ContainsKey(new KeyPosition("b")));
    }

    [Fact]
    public void A_condition_that_failed_is_not_looked_at_again_after_the_leaf_has_forgotten_it()
    {
        PublishAndSettle("a", 1);
        Assert.IsType<PublicationVerdict.ConditionFailed>(Publish("a", 2, PublishCondition.MustBeAbsent));
        Do(new DeleteObject(SomeObject.Key("a"), Condition: null));
        ReplaceOften(first: 100);

        Assert.IsType<PublicationVerdict.Outdated>(Publish("a", 2, PublishCondition.MustBeAbsent));
        Assert.False(_leaf.State.Entries.ContainsKey(new KeyPosition("a")));
    }

    [Fact]
    public void A_completion_at_the_time_that_the_leaf_names_is_published()
    {
        var entry = SomeObject.Entry("a", 1);
        ReplaceOften(first: 100);
        var outdated = Assert.IsType<PublicationVerdict.Outdated>(Do(new PublishObject(entry, 1, Condition: null)));
        Assert.Equal(_leaf.Now, outdated.NewTime);
        _leaf.Now = _leaf.State.ForgottenUntil!.Value;
        outdated = Assert.IsType<PublicationVerdict.Outdated>(Do(new PublishObject(entry, 1, Condition: null)));
        Assert.True(outdated.NewTime > _leaf.State.ForgottenUntil);

        entry = entry with { At = outdated.NewTime };
        Assert.Equal(new PublicationVerdict.Published(), Do(new PublishObject(entry, 2, Condition: null)));
        Assert.Equal(entry, _leaf.State.Entries[new KeyPosition("a")]);
    }

    [Fact]
    public void A_leaf_keeps_what_it_has_forgotten_through_a_snapshot()
    {
        ReplaceOften(first: 100);
        var snapshot = _leaf.Decider.Compact(_leaf.State).Aggregate(KeyLeafState.Unborn, KeyLeafEvolution.Apply);

        Assert.NotNull(snapshot.ForgottenUntil);
        Assert.Equal(_leaf.State.ForgottenUntil, snapshot.ForgottenUntil);
        Assert.Equal(_leaf.State.Settled, snapshot.Settled);
    }

    [Fact]
    public void A_leaf_that_takes_a_range_takes_over_what_was_forgotten_there_and_on_the_way()
    {
        DateTimeOffset At(int minute) => Some.Noon.AddMinutes(minute);
        Publication Settled(int upload) => new(new KeyPosition("x"), Some.Upload(upload), Round: 1, IsSettled: true, At(upload));
        KeyLeafState Take(int count, DateTimeOffset? forgottenUntil) => KeyLeafEvolution.Apply(
            _leaf.State, new RangeTaken(Upper: null, Right: null, [.. Enumerable.Range(1, count).Select(Settled)], forgottenUntil));

        Do(new PublishObject(SomeObject.Entry("a", 1000), 1, Condition: null));
        Assert.Null(Take(2 * KeyLeafEvolution.MaxSettled, forgottenUntil: null).ForgottenUntil);
        Assert.Equal(At(-5), Take(2 * KeyLeafEvolution.MaxSettled, At(-5)).ForgottenUntil);
        Assert.Equal(At(3), Take((2 * KeyLeafEvolution.MaxSettled) + 3, At(-5)).ForgottenUntil);
    }

    /// <summary>Overwrites more objects than the leaf remembers.</summary>
    private void ReplaceOften(int first)
    {
        for (var upload = first; upload <= first + KeyLeafEvolution.MaxSettled + 5; upload++)
        {
            PublishAndSettle("other", upload);
        }
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

    /// <summary>Sends the message of an upload, the same one each time.</summary>
    private object Publish(string key, int upload, PublishCondition? condition = null)
    {
        _leaf.Now += ServiceTime.Resolution;
        _completed.TryAdd(upload, SomeObject.Entry(key, upload, $"{upload}") with { At = _leaf.Now });
        return Do(new PublishObject(_completed[upload], 1, condition));
    }

    private void Settle(string key, int upload) => Do(new SettlePublication(SomeObject.Key(key), Some.Upload(upload)));

    private object Do(KeyLeafCommand command) => _leaf.Do(command with { Leaf = SomeObject.ObjectLeaf }).Answer;
}
