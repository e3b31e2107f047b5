using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Tests.Uploads;

/// <summary>The initiation of an upload whose ID is in use. The vault has already admitted it, so it must be told to stop listing
/// it.</summary>
public sealed class UploadInitiationTests
{
    private readonly DeciderDriver<UploadState, UploadCommand, UploadEvent> _upload = new(
        new UploadDecider(new UploadPolicy()));

    public UploadInitiationTests() => _upload.Do(new InitiateUpload(Some.Spec()));

    private static UploadSpec Elsewhere => Some.Spec() with { Vault = new VaultIncarnation(Some.VaultNamed("other"), 3) };

    private static void AssertClosed(UploadSpec spec, Decision<UploadEvent> decision)
    {
        Assert.Empty(decision.Events);
        AssertClosed(spec, Assert.Single(decision.Intents));
    }

    private static void AssertClosed(UploadSpec spec, Intent intent)
    {
        var told = Assert.IsType<TellEntity>(intent.Action);
        Assert.Equal(spec.Vault.Id.Entity, told.Receiver);
        Assert.Equal(new CloseUpload(spec.Upload, spec.Vault.Epoch), told.Command);
    }

    private void AssertIgnored(InitiateUpload command)
    {
        var decision = _upload.Do(command);
        Assert.Empty(decision.Events);
        Assert.Empty(decision.Intents);
    }

    private void Complete()
    {
        _upload.Do(new StorePart(Some.Vault, new PartRange(0, Some.MiB - 1), Some.Hash("a"), Some.Attempt(1)));
        _upload.Ask(new CompleteUpload(Some.Vault, Some.MiB, Some.Hash("a")));
    }

    [Fact]
    public void A_repeated_initiation_changes_nothing() => AssertIgnored(new InitiateUpload(Some.Spec()));

    [Fact]
    public void Another_vault_that_admitted_the_upload_is_told_to_stop_listing_it() =>
        AssertClosed(Elsewhere, _upload.Do(new InitiateUpload(Elsewhere)));

    [Fact]
    public void Telling_another_vault_does_not_confirm_the_end_of_the_upload_to_its_own()
    {
        _upload.Do(new AbortUpload(Some.Vault));
        var told = Assert.Single(_upload.Do(new InitiateUpload(Elsewhere)).Intents);

        _upload.Do((UploadCommand)told.Confirmation);

        AssertClosed(Some.Spec(), Assert.Single(_upload.Decider.Pending(_upload.State)));
    }

    [Fact]
    public void The_vault_that_admits_an_ended_upload_again_is_told_to_stop_listing_it()
    {
        _upload.Do(new AbortUpload(Some.Vault));
        _upload.ConfirmAll();
        AssertClosed(Some.Spec(), _upload.Do(new InitiateUpload(Some.Spec())));
    }

    [Fact]
    public void A_vault_counts_a_completed_upload_until_the_archive_is_in_its_index()
    {
        Complete();
        AssertIgnored(new InitiateUpload(Some.Spec()));
        _upload.ConfirmAll();
        AssertClosed(Some.Spec(), _upload.Do(new InitiateUpload(Some.Spec())));
    }
}
