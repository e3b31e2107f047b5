namespace OrleansUploads.Core.Tests.Uploads;

/// <summary>How an upload and its vault agree on its beginning and on its end.</summary>
public sealed class UploadEndTests : UploadDriver
{
    private static readonly UploadSpec Spec = Some.Spec();
    private static readonly UploadSpec Elsewhere = Spec with { Vault = new VaultIncarnation(Some.VaultNamed("other"), 3) };

    private static StorePart OnlyPart => Part(0, 99, "part");

    private static CompleteUpload Completion => Complete(100, "part");

    private Intent Completed()
    {
        Given(Initiate(), OnlyPart);
        return Raised(Completion);
    }

    private static void AssertClosed(UploadSpec spec, Intent intent)
    {
        Assert.Equal(spec.Vault.Id.Entity, intent.Does<TellEntity>().Receiver);
        Assert.Equal(new CloseUpload(spec.Upload, spec.Vault.Epoch), intent.Tells<CloseUpload>());
    }

    private void AssertInitiationCloses(UploadSpec spec) =>
        AssertClosed(spec, Assert.Single(Unchanged(new InitiateUpload(spec)).Intents));

    private void AssertInitiationIsIgnored() => Assert.Empty(Unchanged(Initiate()).Intents);

    private void IsNowhereFound()
    {
        EachRefused<Refusal.UploadNotFound>(OnlyPart, Completion, new AbortUpload(Some.Vault));
        Answered<AttemptsInUse.None>(new FenceAttempts(Now));
        Assert.Equal(UploadPhase.Aborted, Ask(new SummarizeUpload(Some.Vault)).Phase);
    }

    [Fact]
    public void A_repeated_initiation_changes_nothing()
    {
        Given(Initiate());
        AssertInitiationIsIgnored();
    }

    /// <summary>The other vault has already admitted the upload.</summary>
    [Fact]
    public void Another_vault_that_admitted_the_upload_is_told_to_stop_listing_it()
    {
        Given(Initiate());
        AssertInitiationCloses(Elsewhere);
    }

    [Fact]
    public void Telling_another_vault_does_not_confirm_the_end_of_the_upload_to_its_own()
    {
        Given(Initiate(), new AbortUpload(Some.Vault));
        Confirm(Raised(new InitiateUpload(Elsewhere)));
        AssertClosed(Spec, Assert.Single(Pending));
    }

    [Fact]
    public void The_vault_that_admits_an_ended_upload_again_is_told_to_stop_listing_it()
    {
        Given(Initiate(), new AbortUpload(Some.Vault));
        ConfirmAll();
        AssertInitiationCloses(Spec);
    }

    [Fact]
    public void A_vault_counts_a_completed_upload_until_the_archive_is_in_its_index()
    {
        Completed();
        AssertInitiationIsIgnored();
        ConfirmAll();
        AssertInitiationCloses(Spec);
    }

    [Fact]
    public void An_open_upload_ends_with_its_vault_and_is_not_found_from_then_on()
    {
        Given(Initiate(), OnlyPart);
        Raised(new EndUpload(Spec)).Tells<CloseUpload>();
        Unchanged(new EndUpload(Spec));
        IsNowhereFound();
    }

    [Fact]
    public void The_bytes_of_an_ended_upload_are_deleted_once_after_the_vault_has_closed_it()
    {
        Given(Initiate(), OnlyPart, new AbortUpload(Some.Vault));
        var reclaim = Assert.Single(Confirm(Assert.Single(Pending)).Intents);
        Assert.Equal(Spec.Upload, reclaim.Does<ReclaimBytes>().Upload);
        Assert.Equal((false, false), (reclaim.IsAwaited, reclaim.IsRecorded));
        Assert.Empty(Unchanged(new ConfirmUploadClosed()).Intents);
        Assert.Empty(Confirm(reclaim).Events);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void The_bytes_of_an_ended_upload_are_kept_during_a_clock_fault_and_a_backup(bool isTrusted, bool holdsBytes)
    {
        Given(Initiate(), OnlyPart, new AbortUpload(Some.Vault));
        var held = ServiceTime.Recorded(Now, ServedIntervals.None, TimeSpan.Zero, isTrusted, holdsBytes);
        var closed = Decider.Decide(State, new ConfirmUploadClosed(), held);
        Assert.Empty(closed.Intents);
        Assert.IsType<UploadClosed>(Assert.Single(closed.Events));
    }

    [Fact]
    public void An_upload_whose_initiation_arrives_after_its_end_never_begins()
    {
        Given(new EndUpload(Spec), Initiate());
        IsNowhereFound();
    }

    [Fact]
    public void An_upload_of_another_incarnation_is_left_alone()
    {
        Given(Initiate());
        Unchanged(new EndUpload(Spec with { Vault = Some.Incarnation with { Epoch = Some.Incarnation.Epoch + 1 } }));
        Ask(OnlyPart);
    }

    [Fact]
    public void A_completion_on_its_way_to_the_index_is_left_to_the_index()
    {
        var index = Completed();
        Unchanged(new EndUpload(Spec));
        Confirm(index, AdditionVerdict.InVault);
        Answered<CompletedArchive>(Completion);
    }

    [Fact]
    public void A_completion_that_the_deleted_vault_had_not_recorded_has_not_happened()
    {
        var index = Completed();
        var answer = Do(Completion).Answer;
        Assert.IsType<Refusal.UploadNotFound>(index.Settles!(answer, AdditionVerdict.Gone));
        Assert.Same(answer, index.Settles(answer, AdditionVerdict.InVault));
        Confirm(index, AdditionVerdict.Gone);
        IsNowhereFound();
    }

    [Fact]
    public void Nothing_names_an_archive_before_the_vault_has_recorded_it()
    {
        var index = Completed();
        Assert.True(Do(Complete(101, "part")).AwaitsPending);
        Assert.True(Do(new SummarizeUpload(Some.Vault)).AwaitsPending);
        Confirm(index, AdditionVerdict.InVault);
        Assert.False(Do(new SummarizeUpload(Some.Vault)).AwaitsPending);
    }
}
