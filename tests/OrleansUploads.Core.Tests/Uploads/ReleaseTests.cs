namespace OrleansUploads.Core.Tests.Uploads;

/// <summary>When an upload has the bytes of its deleted archive reclaimed.</summary>
public sealed class ReleaseTests : UploadDriver
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly ArchiveId _archive;

    public ReleaseTests()
    {
        Given(Initiate(), Part(0, 9, "a"));
        _archive = Ask(Complete(10, "a")).Archive;
        ConfirmAll();
    }

    private ReleaseArchive Release(TimeSpan keeps = default) => new(_archive, Now, Now + keeps);

    [Fact]
    public void Without_a_job_released_bytes_are_reclaimed_at_once_without_delaying_a_reply()
    {
        var intent = Raised(Release());
        intent.Does<ReclaimBytes>();
        Assert.False(intent.IsAwaited);
        Answered<AttemptsInUse.None>(new FenceAttempts(Now));
    }

    [Fact]
    public void Released_bytes_are_kept_until_the_job_that_refers_to_them_is_gone()
    {
        Assert.Empty(Do(Release(keeps: Hour)).Intents);
        Assert.Equal(Now + Hour, WakeAt);
        Now += Hour - Tick;
        Assert.Single(AttemptsInUse);
        Assert.Single(WakeExactlyAt(Some.Noon + Hour).Intents).Does<ReclaimBytes>();
    }

    [Fact]
    public void Released_bytes_are_kept_during_a_backup_and_reclaimed_after_it()
    {
        var backup = ServiceTime.Recorded(Now, ServedIntervals.None, TimeSpan.Zero, isTrusted: true, holdsBytes: true);
        var released = Decider.Decide(State, Release(), backup);
        Assert.Empty(released.Intents);
        Happened(Assert.IsType<UploadReleased>(Assert.Single(released.Events)));
        Assert.Empty(Decider.Wake(State, backup).Events);
        Assert.IsType<BytesReleased>(Assert.Single(Wake().Events));
    }

    [Fact]
    public void Bytes_that_are_kept_are_told_with_their_time_and_freed_on_request()
    {
        Assert.Equal(new UnfreedBytes(0, Until: null), Ask(new FreeBytes()));
        Assert.Single(AttemptsInUse);

        Given(Release(keeps: Hour));
        Assert.Equal(new UnfreedBytes(10, Now + Hour), Ask(new FindUnfreedBytes()));
        var freed = Do(new FreeBytes());
        Assert.Equal(new UnfreedBytes(10, Until: null), freed.Answer);
        Assert.Single(freed.Intents).Does<ReclaimBytes>();
        ConfirmAll();
        Assert.Equal(new UnfreedBytes(0, Until: null), Ask(new FindUnfreedBytes()));
    }

    [Fact]
    public void Nothing_is_freed_on_request_during_a_backup()
    {
        Given(Release(keeps: Hour));
        var backup = ServiceTime.Recorded(Now, ServedIntervals.None, TimeSpan.Zero, isTrusted: true, holdsBytes: true);
        var refused = Decider.Decide(State, new FreeBytes(), backup);
        Assert.Empty(refused.Events);
        Assert.Equal(10, Assert.IsType<UnfreedBytes>(refused.Answer).Bytes);
    }

    [Fact]
    public void The_upload_is_not_forgotten_before_its_released_bytes_are_reclaimed()
    {
        Given(Release());
        Now += TimeSpan.FromDays(400);
        Assert.False(Wake().Forgets);
        Assert.Single(Pending);
        ConfirmAll();
        Assert.True(Wake().Forgets);
    }

    [Fact]
    [Promise("README.md", "Repeating the complete request returns the same archive ID, from any client, for as long as the archive exists and for seven days after its deletion")]
    [Promise("operations.md", "the record of an ended upload")]
    public void A_repeated_completion_returns_the_same_archive_for_seven_days_after_its_deletion()
    {
        Given(Release());
        ConfirmAll();
        Now += TimeSpan.FromDays(7) - Tick;
        Assert.Equal(_archive, Ask(Complete(10, "a")).Archive);
        Assert.False(Wake().Forgets);
        Now += Tick;
        Assert.True(Wake().Forgets);
    }
}
