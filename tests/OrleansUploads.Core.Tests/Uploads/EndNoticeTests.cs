namespace OrleansUploads.Core.Tests.Uploads;

/// <summary>When the end of a multipart upload is told, and until when.</summary>
public sealed class EndNoticeTests() : ObjectDriver(policy: Telling)
{
    private static readonly UploadPolicy Telling = new() { TellsEnds = true };
    private static readonly CompleteObjectUpload ObjectCompletion =
        new(Name, [SomeObject.Chosen(1, "a")], null, null, null, null);

    private static AbortUpload Abort => new(Some.Incarnation);

    private static CompleteUpload Completion => Complete(100, "part");

    private static TellEnd? FindTold(Decision<UploadEvent> decision) =>
        decision.Intents.Select(intent => intent.Action).OfType<TellEnd>().SingleOrDefault();

    private static EndNotice NoticeIn(Decision<UploadEvent> decision) => FindTold(decision)!.Notice;

    private void BeginArchive() => Given(Initiate(), new ConfirmUploadListed(), Part(0, 99, "part"));

    private void BeginObject() => Given(
        new InitiateUpload(SomeObject.Spec()), new ConfirmUploadListed(), new StoreNumberedPart(Name, SomeObject.Part(1, 5, "a")));

    /// <summary>Aborts an upload, and confirms everything but the notice.</summary>
    private EndNotice Aborted()
    {
        BeginArchive();
        var notice = NoticeIn(Do(Abort));
        ConfirmAll();
        return notice;
    }

    [Fact]
    public void A_completed_upload_tells_its_archive_once_the_vault_has_recorded_it()
    {
        BeginArchive();
        var index = Raised("index", Completion);
        Assert.DoesNotContain(History, static happened => happened is EndNoticeDue);

        var decision = Confirm(index, AdditionVerdict.InVault);

        var notice = NoticeIn(decision);
        Assert.Equal((UploadPhase.Completed, Some.Noon, Some.Upload(1)), (notice.End, notice.At, notice.Spec.Upload));
        Assert.Equal(
            ArchiveId.Derive(Some.Upload(1), 100, Some.Hash("part")), Assert.IsType<ArchiveCompletion>(notice.Completion).Archive);
        Assert.IsType<EndNoticeDue>(decision.Events[^1]);
        Assert.All(decision.Intents.Where(intent => intent.Action is TellEnd), static intent => Assert.False(intent.IsAwaited));
        Assert.Empty(Unchanged(new ConfirmArchiveIndexed()).Intents);
    }

    [Fact]
    public void A_completed_upload_tells_its_object_once_the_key_has_it()
    {
        BeginObject();
        Assert.Null(FindTold(Do(ObjectCompletion)));
        var notice = NoticeIn(Do(IsPublished()));
        Assert.Equal(UploadPhase.Completed, notice.End);
        Assert.Equal(5, Assert.IsType<ObjectCompletion>(notice.Completion).SizeBytes);
    }

    [Fact]
    public void A_completion_that_the_key_refuses_tells_nothing_and_a_later_one_does()
    {
        BeginObject();
        Given(ObjectCompletion with { Condition = PublishCondition.MustBeAbsent });
        Assert.Null(FindTold(Do(Verdict(new PublicationVerdict.ConditionFailed(Exists: true)))));
        Given(ObjectCompletion);
        Assert.Equal(UploadPhase.Completed, NoticeIn(Do(IsPublished(round: 2))).End);
    }

    [Fact]
    public void An_upload_whose_vault_or_bucket_was_deleted_tells_that_it_is_aborted()
    {
        BeginArchive();
        var vault = NoticeIn(Confirm(Raised("index", Completion), AdditionVerdict.Gone));
        Assert.Equal((UploadPhase.Aborted, null), (vault.End, vault.Completion));

        using var bucket = new EndNoticeTests();
        bucket.BeginObject();
        bucket.Given(ObjectCompletion);
        Assert.Equal(UploadPhase.Aborted, NoticeIn(bucket.Do(Verdict(new PublicationVerdict.BucketDeleted()))).End);
    }

    [Fact]
    public void An_archive_that_was_deleted_before_its_upload_knew_of_it_was_completed()
    {
        BeginArchive();
        var archive = Ask(Completion).Archive;
        Assert.Equal(UploadPhase.Completed, NoticeIn(Do(new ReleaseArchive(archive, Now, Now))).End);
    }

    [Fact]
    public void An_aborted_and_an_expired_upload_tell_so_with_different_IDs()
    {
        var aborted = Aborted();
        Assert.Equal((UploadPhase.Aborted, null), (aborted.End, aborted.Completion));
        Assert.Null(FindTold(Do(Abort)));

        using var stale = new EndNoticeTests();
        stale.BeginArchive();
        var expired = NoticeIn(stale.WakeExactlyAt(Some.Noon + UploadPolicy.DefaultStaleAfter));
        Assert.Equal((UploadPhase.Expired, stale.Now), (expired.End, expired.At));
        Assert.NotEqual(aborted.Id, expired.Id);
        Assert.Matches("^evt_[0-9a-f]{32}$", expired.Id);
    }

    [Fact]
    public void A_single_request_tells_nothing()
    {
        Given(PutOnce, IsPublished());
        using var expired = new EndNoticeTests();
        expired.Given(Initiate(UploadOrigin.SingleRequest));
        expired.WakeExactlyAt(Some.Noon + UploadPolicy.MinStaleAfter);
        Assert.DoesNotContain(History.Concat(expired.History), static happened => happened is EndNoticeDue);
    }

    [Fact]
    public void Without_a_receiver_nothing_is_told_or_stored()
    {
        using var silent = new SilentUpload();
        silent.Given(Initiate(), Part(0, 99, "part"));
        Assert.Null(FindTold(silent.Do(Abort)));
        Assert.DoesNotContain(silent.History, static happened => happened is EndNoticeDue);
    }

    [Fact]
    public void What_was_not_told_is_told_again_after_growing_pauses_with_the_same_ID()
    {
        var first = Aborted();
        var pauses = new List<TimeSpan>();
        while (Decider.WakeAt(State, ServiceTime.Continuous(Now)) is { } at && FindTold(WakeToTell(at)) is { IsLast: false } told)
        {
            Assert.Equal((first.Id, first.At), (told.Notice.Id, told.Notice.At));
            pauses.Add(at - Some.Noon);
        }

        Assert.Equal([10, 20, 40, 80, 160, 320, 640], pauses.Take(7).Select(pause => pause.TotalSeconds));
        Assert.All(pauses.Skip(8).Zip(pauses.Skip(7)), static pair => Assert.Equal(TimeSpan.FromMinutes(15), pair.First - pair.Second));
        Assert.InRange(Now - Some.Noon, UploadPolicy.EndNoticeLife, UploadPolicy.EndNoticeLife + TimeSpan.FromMinutes(15));
        Given(new ConfirmEndTold());
        Assert.Null(FindTold(Wake()));
    }

    private Decision<UploadEvent> WakeToTell(DateTimeOffset at)
    {
        Now = at;
        return Wake();
    }

    [Fact]
    public void What_was_told_is_not_told_again()
    {
        Aborted();
        Given(new ConfirmEndTold());
        Assert.Equal(Some.Noon + UploadPolicy.DefaultRecordLife, WakeAt);
        Assert.Empty(Unchanged(new ConfirmEndTold()).Events);
        Now += TimeSpan.FromMinutes(1);
        Assert.Null(FindTold(Wake()));
    }

    [Fact]
    public void A_wake_up_too_early_does_not_repeat_a_notice_that_is_under_way()
    {
        Aborted();
        Now += TimeSpan.FromSeconds(9);
        Assert.Null(FindTold(Wake()));
    }

    [Fact]
    public void An_upload_is_not_forgotten_before_its_end_was_told()
    {
        using var upload = new ShortRecord();
        upload.Given(Initiate(), Part(0, 99, "part"), Abort, new ConfirmUploadListed(), new ConfirmUploadUnlisted());
        upload.Now += TimeSpan.FromHours(2);
        Assert.False(upload.Wake().Forgets);
        upload.Given(new ConfirmEndTold());
        Assert.True(upload.Wake().Forgets);
    }

    [Fact]
    public void The_bytes_of_a_deleted_archive_are_freed_although_its_completion_was_not_told()
    {
        BeginArchive();
        var archive = Ask(Completion).Archive;
        ConfirmAll();
        Assert.Contains(Do(new ReleaseArchive(archive, Now, Now)).Intents, static intent => intent.Action is ReclaimBytes);
        Assert.True(Assert.IsType<UploadState.Stored>(State) is { BytesReleased: true, NoticeSince: not null });
    }

    [Fact]
    public void Once_no_receiver_is_configured_any_more_the_next_attempt_is_the_last()
    {
        Aborted();
        var later = new UploadDecider(new UploadPolicy()).Wake(State, ServiceTime.Continuous(Now + TimeSpan.FromMinutes(1)));
        Assert.True(FindTold(later)!.IsLast);
    }

    private sealed class SilentUpload : UploadDriver;

    private sealed class ShortRecord() : UploadDriver(policy: Telling with { RecordLife = TimeSpan.FromHours(1) });
}
