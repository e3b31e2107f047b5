namespace OrleansUploads.Core.Tests.Uploads;

/// <summary>How an upload and its vault agree on its end.</summary>
public sealed class UploadEndTests : UploadDriver
{
    private static StorePart OnlyPart => Part(0, 99, "part");

    private static CompleteUpload Completion => Complete(100, "part");

    /// <summary>The intent of a completion that adds the archive to the index.</summary>
    private Intent Completed()
    {
        Given(Initiate(), new ConfirmUploadListed(), OnlyPart);
        return Raised("index", Completion);
    }

    private void IsNowhereFound()
    {
        EachRefused<Refusal.UploadNotFound>(OnlyPart, Completion, new AbortUpload(Some.Incarnation));
        Answered<AttemptsInUse.None>(new FenceAttempts(Now));
        Assert.Equal(UploadPhase.Aborted, Ask(new SummarizeUpload(Some.Incarnation)).Phase);
    }

    private static void AssertReclaims(Intent intent)
    {
        Assert.Equal(Some.Upload(1), intent.Does<ReclaimBytes>().Upload);
        Assert.Equal((false, false), (intent.IsAwaited, intent.IsRecorded));
    }

    [Fact]
    public void The_bytes_of_an_ended_upload_are_deleted_once_after_the_vault_has_stopped_listing_it()
    {
        Given(Initiate(), new ConfirmUploadListed(), OnlyPart);
        var reclaim = Assert.Single(Confirm(Raised(new AbortUpload(Some.Incarnation))).Intents);
        AssertReclaims(reclaim);
        Assert.Empty(Unchanged(new ConfirmUploadUnlisted()).Intents);
        Assert.Empty(Confirm(reclaim).Events);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void The_bytes_of_an_ended_upload_are_kept_during_a_clock_fault_and_a_backup(bool isTrusted, bool holdsBytes)
    {
        Given(Initiate(), OnlyPart, new AbortUpload(Some.Incarnation));
        var held = ServiceTime.Recorded(Now, ServedIntervals.None, TimeSpan.Zero, isTrusted, holdsBytes);
        var closed = Decider.Decide(State, new ConfirmUploadUnlisted(), held);
        Assert.Empty(closed.Intents);
        Assert.IsType<UploadUnlisted>(Assert.Single(closed.Events));
    }

    [Fact]
    public void An_upload_that_no_list_has_deletes_its_bytes_with_the_event_that_ends_it()
    {
        Given(Initiate(UploadOrigin.SingleRequest));
        AssertReclaims(Raised(new AbortUpload(Some.Incarnation)));
        Assert.Empty(Pending);
        IsClosed();

        var expired = new UploadDriver();
        expired.Given(Initiate(UploadOrigin.SingleRequest));
        AssertReclaims(Assert.Single(expired.WakeExactlyAt(Some.Noon + UploadPolicy.MinStaleAfter).Intents));
    }

    private void IsClosed()
    {
        Now += UploadPolicy.DefaultRecordLife;
        Assert.True(Wake().Forgets);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_completion_that_the_deleted_vault_had_not_recorded_has_not_happened(bool isUnlistedFirst)
    {
        var index = Completed();
        var answer = Do(Completion).Answer;
        Assert.IsType<Refusal.UploadNotFound>(index.Revises!(answer, AdditionVerdict.Gone));
        Assert.Same(answer, index.Revises(answer, AdditionVerdict.InVault));
        if (isUnlistedFirst)
        {
            Assert.Empty(Do(new ConfirmUploadUnlisted()).Intents);
            AssertReclaims(Assert.Single(Confirm(index, AdditionVerdict.Gone).Intents));
        }
        else
        {
            Assert.Equal("unlist", Assert.Single(Confirm(index, AdditionVerdict.Gone).Intents).Key);
            AssertReclaims(Raised(new ConfirmUploadUnlisted()));
        }

        Assert.Empty(Pending);
        IsNowhereFound();
    }

    [Fact]
    public void Nothing_names_an_archive_before_the_vault_has_recorded_it()
    {
        var index = Completed();
        Assert.Equal(AwaitedIntents.OwnAndEarlier, Do(Complete(101, "part")).Awaits);
        Assert.Equal(AwaitedIntents.OwnAndEarlier, Do(new SummarizeUpload(Some.Incarnation)).Awaits);
        Confirm(index, AdditionVerdict.InVault);
        Assert.Equal(AwaitedIntents.Own, Do(new SummarizeUpload(Some.Incarnation)).Awaits);
    }
}
