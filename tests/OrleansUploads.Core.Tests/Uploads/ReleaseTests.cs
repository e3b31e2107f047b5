namespace OrleansUploads.Core.Tests.Uploads;

/// <summary>When an upload has the bytes of its deleted archive reclaimed.</summary>
public sealed class ReleaseTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly DeciderDriver<UploadState, UploadCommand, UploadEvent> _upload = new(
        new UploadDecider(new UploadPolicy()));

    private readonly ArchiveId _archive;

    public ReleaseTests()
    {
        _upload.Do(new InitiateUpload(Some.Spec()));
        _upload.Do(new StorePart(Some.Vault, new PartRange(0, 9), Some.Hash("a"), Some.Attempt(1)));
        _archive = _upload.Ask(new CompleteUpload(Some.Vault, 10, Some.Hash("a"))).Archive;
        _upload.ConfirmAll();
    }

    [Fact]
    public void Without_a_job_released_bytes_are_reclaimed_at_once_without_delaying_a_reply()
    {
        var released = _upload.Do(new ReleaseArchive(_archive, _upload.Now, _upload.Now));
        var intent = Assert.Single(released.Intents);
        Assert.IsType<ReclaimBytes>(intent.Action);
        Assert.False(intent.IsAwaited);
        Assert.IsType<AttemptsInUse.None>(_upload.Ask(new FenceAttempts(_upload.Now)));
    }

    [Fact]
    public void Released_bytes_are_kept_until_the_job_that_refers_to_them_is_gone()
    {
        Assert.Empty(_upload.Do(new ReleaseArchive(_archive, _upload.Now, _upload.Now + Hour)).Intents);
        Assert.Equal(_upload.Now + Hour, _upload.Decider.WakeAt(_upload.State));
        _upload.Now += Hour - TimeSpan.FromMilliseconds(1);
        Assert.Empty(_upload.Wake().Events);
        Assert.IsType<AttemptsInUse.ByManifest>(_upload.Ask(new FenceAttempts(_upload.Now)));
        _upload.Now += TimeSpan.FromMilliseconds(1);
        Assert.IsType<ReclaimBytes>(Assert.Single(_upload.Wake().Intents).Action);
    }

    [Fact]
    public void Released_bytes_are_kept_during_a_backup_and_reclaimed_after_it()
    {
        var backup = ServiceTime.Recorded(
            _upload.Now, ServedIntervals.None, TimeSpan.Zero, isTrusted: true, holdsBytes: true);
        var released = _upload.Decider.Decide(
            _upload.State, new ReleaseArchive(_archive, _upload.Now, _upload.Now), backup);
        Assert.Empty(released.Intents);
        _upload.Happened(Assert.IsType<ArchiveReleased>(Assert.Single(released.Events)));
        Assert.Empty(_upload.Decider.Wake(_upload.State, backup).Events);

        Assert.IsType<BytesReleased>(Assert.Single(_upload.Wake().Events));
    }

    [Fact]
    public void The_upload_is_not_forgotten_before_its_released_bytes_are_reclaimed()
    {
        _upload.Do(new ReleaseArchive(_archive, _upload.Now, _upload.Now));
        _upload.Now += TimeSpan.FromDays(400);
        Assert.False(_upload.Wake().Forgets);
        Assert.Single(_upload.Decider.Pending(_upload.State));
        _upload.ConfirmAll();
        Assert.True(_upload.Wake().Forgets);
    }
}
