using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Tests.Uploads;

public sealed class UploadEndWithVaultTests
{
    private static readonly UploadSpec Spec = new(
        Some.Upload(1), Some.Incarnation, Some.Size(1), Description.None, UploadOrigin.Multipart, Some.Noon);

    private readonly DeciderDriver<UploadState, UploadCommand, UploadEvent> _upload = new(new UploadDecider(new UploadPolicy()));

    private static StorePart Part => new(Some.Vault, new PartRange(0, 99), Some.Hash("part"), Some.Attempt(1));

    private static CompleteUpload Complete => new(Some.Vault, 100, Some.Hash("part"));

    private Intent Completed()
    {
        _upload.Do(new InitiateUpload(Spec));
        _upload.Do(Part);
        return Assert.Single(_upload.Do(Complete).Intents);
    }

    private void IsNowhereFound()
    {
        _upload.Refused<Refusal.UploadNotFound>(Part);
        _upload.Refused<Refusal.UploadNotFound>(Complete);
        _upload.Refused<Refusal.UploadNotFound>(new AbortUpload(Some.Vault));
        Assert.IsType<AttemptsInUse.None>(_upload.Ask(new FenceAttempts(_upload.Now)));
        Assert.Equal(UploadPhase.Aborted, _upload.Ask(new SummarizeUpload(Some.Vault)).Phase);
        var rebuilt = _upload.Decider.Compact(_upload.State).Aggregate(_upload.Decider.Initial, _upload.Decider.Evolve);
        Assert.Equal(_upload.State, rebuilt);
    }

    [Fact]
    public void An_open_upload_ends_with_its_vault_and_is_not_found_from_then_on()
    {
        _upload.Do(new InitiateUpload(Spec));
        _upload.Do(Part);

        var ended = _upload.Do(new EndUpload(Spec));

        Assert.IsType<CloseUpload>(((TellEntity)Assert.Single(ended.Intents).Action).Command);
        Assert.Empty(_upload.Do(new EndUpload(Spec)).Events);
        IsNowhereFound();
    }

    [Fact]
    public void An_upload_whose_initiation_arrives_after_its_end_never_begins()
    {
        _upload.Do(new EndUpload(Spec));
        _upload.Do(new InitiateUpload(Spec));
        IsNowhereFound();
    }

    [Fact]
    public void An_upload_of_another_incarnation_is_left_alone()
    {
        _upload.Do(new InitiateUpload(Spec));
        Assert.Empty(_upload.Do(new EndUpload(
            Spec with { Vault = Some.Incarnation with { Epoch = Some.Incarnation.Epoch + 1 } })).Events);
        _upload.Do(Part);
    }

    [Fact]
    public void A_completion_on_its_way_to_the_index_is_left_to_the_index()
    {
        var index = Completed();

        Assert.Empty(_upload.Do(new EndUpload(Spec)).Events);
        _upload.Do((UploadCommand)index.ConfirmationOf(AdditionVerdict.InVault));

        Assert.IsType<CompletedArchive>(_upload.Do(Complete).Answer);
    }

    [Fact]
    public void A_completion_that_the_deleted_vault_had_not_recorded_has_not_happened()
    {
        var index = Completed();
        var answered = _upload.Do(Complete);

        Assert.IsType<Refusal.UploadNotFound>(index.Settles!(answered.Answer, AdditionVerdict.Gone));
        Assert.Same(answered.Answer, index.Settles(answered.Answer, AdditionVerdict.InVault));
        _upload.Do((UploadCommand)index.ConfirmationOf(AdditionVerdict.Gone));

        IsNowhereFound();
    }

    [Fact]
    public void Nothing_names_an_archive_before_the_vault_has_recorded_it()
    {
        var index = Completed();

        Assert.True(_upload.Do(new CompleteUpload(Some.Vault, 101, Some.Hash("part"))).AwaitsPending);
        Assert.True(_upload.Do(new SummarizeUpload(Some.Vault)).AwaitsPending);
        _upload.Do((UploadCommand)index.ConfirmationOf(AdditionVerdict.InVault));
        Assert.False(_upload.Do(new SummarizeUpload(Some.Vault)).AwaitsPending);
    }
}
