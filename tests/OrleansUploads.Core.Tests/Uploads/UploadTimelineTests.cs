using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Hashing;
using OrleansUploads.TestKit;

namespace OrleansUploads.Core.Tests.Uploads;

/// <summary>The timeline of an upload: who sent each part, from where, and which attempts lost.</summary>
public sealed class UploadTimelineTests
{
    private static readonly Sender Ann = new("AKIDANN", "node-1", "192.0.2.1");
    private static readonly Sender Bob = new("AKIDBOB", "node-2", "192.0.2.2");

    private readonly DeciderDriver<UploadState, UploadCommand, UploadEvent> _upload = new(new UploadDecider(new UploadPolicy()));

    private static ObjectName Name => SomeObject.Spec().Name;

    private int _attempts;

    private AttemptId Store(int slot, Sender? sender, string content = "a")
    {
        _upload.Now += TimeSpan.FromSeconds(1);
        var attempt = Some.Attempt(++_attempts, _upload.Now);
        var first = slot * Some.MiB;
        _upload.Ask(new StorePart(
            Some.Vault, new PartRange(first, first + Some.MiB - 1), Some.Hash(content), attempt, sender));
        return attempt;
    }

    private void StoreNumbered(int number, Sender? sender, string content)
    {
        _upload.Now += TimeSpan.FromSeconds(1);
        _upload.Ask(new StoreNumberedPart(Name, SomeObject.Part(number, Some.MiB * 5, content, attempt: ++_attempts), sender));
    }

    private UploadTimeline Read(int? number = null) => _upload.Ask(new ReadTimeline(Some.Vault, number));

    private Timeline Timeline => Read().Unpack()!;

    /// <summary>Replaces the state by that of its compacted history.</summary>
    private void Reload()
    {
        var compact = _upload.Decider.Compact(_upload.State).ToList();
        Assert.True(compact.Count <= _upload.Decider.CompactCount(_upload.State));
        var before = _upload.Decider.Compact(compact.Aggregate(_upload.Decider.Initial, _upload.Decider.Evolve)).ToList();
        Assert.Equal(compact, before);
    }

    private UploadTimeline ReadReloaded(UploadCommand command)
    {
        Reload();
        var rebuilt = _upload.Decider.Compact(_upload.State).Aggregate(_upload.Decider.Initial, _upload.Decider.Evolve);
        return Assert.IsType<UploadTimeline>(
            _upload.Decider.Decide(rebuilt, command, Core.Deciding.ServiceTime.Continuous(_upload.Now)).Answer);
    }

    private void Complete()
    {
        var parts = ((UploadState.Open)_upload.State).Parts.From(0).Select(slot => slot.Value).ToList();
        _upload.Ask(new CompleteStoredUpload(
            Some.Vault,
            parts.Sum(part => part.LengthBytes),
            TreeHasher.Combine(parts.Select(part => part.TreeHash).ToArray()),
            [.. parts.Select(part => new ListedAttempt(part.Place.Attempt!.Value, part.LengthBytes))],
            Bob));
    }

    [Fact]
    public void Each_part_has_its_sender_and_its_time()
    {
        _upload.Do(new InitiateUpload(Some.Spec()));
        Store(0, Ann);
        Store(2, Bob);
        Store(1, sender: null);

        var read = Read();
        Assert.Equal((UploadPhase.Open, Some.Noon, null), (read.Phase, read.BegunAt, read.EndedAt));
        Assert.Equal([Ann, Bob], Timeline.Senders);
        Assert.Equal(
            [
                new TimelinePart(1, Some.Noon.AddSeconds(1), 1, 0),
                new TimelinePart(2, Some.Noon.AddSeconds(3), 0, 0),
                new TimelinePart(3, Some.Noon.AddSeconds(2), 2, 0),
            ],
            Timeline.Parts);
        Assert.Equal([new TimelinePart(3, Some.Noon.AddSeconds(2), 2, 0)], Read(3).Unpack()!.Parts);
        Assert.Empty(Read(4).Unpack()!.Parts);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void A_number_that_no_part_can_have_has_an_empty_timeline(int number)
    {
        _upload.Do(new InitiateUpload(Some.Spec()));
        Store(0, Ann);
        Assert.Empty(Read(number).Unpack()!.Parts);
    }

    [Fact]
    public void A_sender_is_stored_once()
    {
        _upload.Do(new InitiateUpload(Some.Spec()));
        Store(0, Ann);
        Store(1, Ann with { });
        Assert.Equal([Ann, null], _upload.History.OfType<PartStored>().Select(stored => stored.Sender));
        Assert.Equal([1, 1], _upload.History.OfType<PartStored>().Select(stored => stored.By!.Value));
    }

    [Fact]
    public void Replaced_attempts_are_listed_under_their_part()
    {
        _upload.Do(new InitiateUpload(Some.Spec()));
        var first = Store(0, Ann);
        var second = Store(0, Bob, "b");
        Store(0, Ann, "c");

        foreach (var timeline in (Timeline[])[Timeline, ReadReloaded(new ReadTimeline(Some.Vault)).Unpack()!])
        {
            Assert.Equal([new TimelinePart(1, Some.Noon.AddSeconds(3), 1, 2)], timeline.Parts);
            Assert.Equal(
                [
                    new LostAttempt(1, Some.Noon.AddSeconds(2), 2, Some.MiB, second, IsReplaced: true),
                    new LostAttempt(1, Some.Noon.AddSeconds(1), 1, Some.MiB, first, IsReplaced: true),
                ],
                timeline.Lost);
        }
    }

    [Fact]
    public void A_repeated_report_is_not_a_repetition_of_the_part()
    {
        _upload.Do(new InitiateUpload(Some.Spec()));
        Store(0, Ann);
        var report = new StorePart(Some.Vault, new PartRange(0, Some.MiB - 1), Some.Hash("a"), Some.Attempt(1, _upload.Now), Bob);
        Assert.Empty(_upload.Do(report).Events);
        Assert.Equal([new TimelinePart(1, Some.Noon.AddSeconds(1), 1, 0)], Timeline.Parts);
    }

    [Fact]
    public void Only_so_many_replaced_attempts_are_kept_and_the_others_are_counted()
    {
        _upload.Do(new InitiateUpload(Some.Spec()));
        for (var i = 0; i < 400; i++)
        {
            Store(i % 2, Ann, $"{i}");
        }

        Assert.Equal(2 + 2 + Timeline.MaxLost, _upload.Decider.CompactCount(_upload.State));
        foreach (var timeline in (Timeline[])[Timeline, ReadReloaded(new ReadTimeline(Some.Vault)).Unpack()!])
        {
            Assert.Equal([199, 199], timeline.Parts.Select(part => part.Resent));
            Assert.Equal(Timeline.MaxLost, timeline.Lost.Count);
            Assert.Equal(398 - Timeline.MaxLost, timeline.NotListed);
        }
    }

    [Fact]
    public void Senders_beyond_the_limit_are_not_told_apart()
    {
        _upload.Do(new InitiateUpload(Some.Spec()));
        for (var i = 0; i < SenderTable.MaxSenders + 5; i++)
        {
            Store(i, new Sender($"KEY{i}", null, null));
        }

        var timeline = ReadReloaded(new ReadTimeline(Some.Vault)).Unpack()!;
        Assert.Equal(SenderTable.MaxSenders, timeline.Senders.Length);
        Assert.Equal(SenderTable.MaxSenders, timeline.Parts[SenderTable.MaxSenders - 1].By);
        Assert.Equal(SenderTable.Others, timeline.Parts[^1].By);
        Assert.Null(timeline.SenderOf(SenderTable.Others));
    }

    [Fact]
    public void A_long_text_in_a_sender_is_cut() =>
        Assert.Equal(Sender.MaxChars, new Sender(new string('k', 1000), null, null).AccessKeyId!.Length);

    [Fact]
    public void The_timeline_is_kept_after_the_completion_without_the_parts()
    {
        _upload.Do(new InitiateUpload(Some.Spec()));
        Store(0, Ann);
        Store(1, Bob);
        var open = Timeline;
        _upload.Now += TimeSpan.FromMinutes(1);
        Complete();
        _upload.ConfirmAll();
        Assert.Null(((UploadState.Completed)_upload.State).Parts);

        var read = ReadReloaded(new ReadTimeline(Some.Vault));
        Assert.Equal((UploadPhase.Completed, _upload.Now), (read.Phase, read.EndedAt));
        Assert.Equal(open.Parts, read.Unpack()!.Parts);
        Assert.Equal(Bob, read.Unpack()!.SenderOf(read.Unpack()!.EndedBy));
        _upload.Refused<Refusal.UploadNotFound>(new ReadTimeline(Some.VaultNamed("other")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_timeline_is_kept_after_an_abort_or_expiry(bool isAborted)
    {
        _upload.Do(new InitiateUpload(Some.Spec()));
        Store(0, Ann);
        if (isAborted)
        {
            _upload.Do(new AbortUpload(Some.Vault, Bob));
        }
        else
        {
            _upload.Now += new UploadPolicy().StaleAfter;
            _upload.Wake();
        }

        _upload.ConfirmAll();
        var read = ReadReloaded(new ReadTimeline(Some.Vault));
        Assert.Equal((isAborted ? UploadPhase.Aborted : UploadPhase.Expired, _upload.Now), (read.Phase, read.EndedAt));
        Assert.Equal([new TimelinePart(1, Some.Noon.AddSeconds(1), 1, 0)], read.Unpack()!.Parts);
        Assert.Equal(isAborted ? Bob : null, read.Unpack()!.SenderOf(read.Unpack()!.EndedBy));
    }

    [Fact]
    public void An_upload_that_an_earlier_version_ended_has_no_timeline()
    {
        _upload.Happened(new UploadInitiated(Some.Spec()));
        _upload.Happened(new UploadCompleted(Some.Archive(1).Archive, Some.MiB, Some.Hash("a"), Some.Noon));
        _upload.Happened(new ManifestStored());

        var read = Read();
        Assert.Equal((UploadPhase.Completed, Some.Noon, Some.Noon, null), (read.Phase, read.BegunAt, read.EndedAt, read.Packed));
    }

    [Fact]
    public void An_archive_in_one_request_has_no_timeline()
    {
        _upload.Do(new InitiateUpload(Some.Spec(origin: UploadOrigin.SingleRequest)));
        Store(0, sender: null);
        Complete();
        Assert.Null(Read().Packed);
    }

    [Fact]
    public void The_timeline_of_an_object_has_the_parts_that_its_completion_named()
    {
        _upload.Do(new InitiateObjectUpload(SomeObject.Spec()));
        _upload.Do(new ConfirmObjectUploadListed());
        StoreNumbered(1, Ann, "a");
        StoreNumbered(2, Ann, "b");
        StoreNumbered(2, Bob, "c");
        StoreNumbered(3, Bob, "d");
        Assert.Equal([1, 2, 3], _upload.Ask(new ReadObjectTimeline(Name)).Unpack()!.Parts.Select(part => part.Number));
        Assert.Equal([2], _upload.Ask(new ReadObjectTimeline(Name, 2)).Unpack()!.Lost.Select(lost => lost.Number));
        Reload();

        _upload.Ask(new CompleteObjectUpload(
            Name, [SomeObject.Chosen(1, "a"), SomeObject.Chosen(2, "c")], null, null, null, null, Sender: Ann));
        Reload();
        _upload.Do(new ConfirmPublication(1, new PublicationVerdict.Published()));
        Reload();
        _upload.ConfirmAll();

        var read = ReadReloaded(new ReadObjectTimeline(Name));
        var timeline = read.Unpack()!;
        Assert.Equal((UploadPhase.Completed, _upload.Now), (read.Phase, read.EndedAt));
        Assert.Equal(
            [new TimelinePart(1, Some.Noon.AddSeconds(1), 1, 0), new TimelinePart(2, Some.Noon.AddSeconds(3), 2, 1)], timeline.Parts);
        Assert.Equal([(2, true), (3, false)], timeline.Lost.Select(lost => (lost.Number, lost.IsReplaced)));
        Assert.Equal((0, Ann), (timeline.NotListed, timeline.SenderOf(timeline.EndedBy)));
        _upload.Refused<Refusal.UploadNotFound>(new ReadObjectTimeline(SomeObject.Named("other")));
    }

    [Fact]
    public void The_timeline_of_an_aborted_upload_of_an_object_is_kept()
    {
        _upload.Do(new InitiateObjectUpload(SomeObject.Spec()));
        StoreNumbered(7, Ann, "a");
        _upload.Do(new AbortObjectUpload(Name, Bob));

        var read = ReadReloaded(new ReadObjectTimeline(Name));
        Assert.Equal(UploadPhase.Aborted, read.Phase);
        Assert.Equal([7], read.Unpack()!.Parts.Select(part => part.Number));
        Assert.Equal(Bob, read.Unpack()!.SenderOf(read.Unpack()!.EndedBy));
    }

    [Fact]
    public void A_completion_that_failed_leaves_the_timeline_as_it_was()
    {
        _upload.Do(new InitiateObjectUpload(SomeObject.Spec()));
        StoreNumbered(1, Ann, "a");
        StoreNumbered(1, Bob, "b");
        var before = _upload.Ask(new ReadObjectTimeline(Name));
        _upload.Ask(new CompleteObjectUpload(Name, [SomeObject.Chosen(1, "b")], null, null, PublishCondition.MustBeAbsent, null, Sender: Ann));
        Assert.Equal(before, _upload.Ask(new ReadObjectTimeline(Name)));
        _upload.Do(new ConfirmPublication(1, new PublicationVerdict.ConditionFailed(Exists: true)));
        Assert.Equal(before, ReadReloaded(new ReadObjectTimeline(Name)));
    }
}
