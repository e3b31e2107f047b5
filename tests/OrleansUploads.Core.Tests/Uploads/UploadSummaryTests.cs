namespace OrleansUploads.Core.Tests.Uploads;

public sealed class UploadSummaryTests
{
    private readonly DeciderDriver<UploadState, UploadCommand, UploadEvent> _upload = new(new UploadDecider(new UploadPolicy()));

    private UploadSummary Summary => _upload.Ask(new SummarizeUpload(Some.Vault));

    private void OpenWithTwoParts()
    {
        _upload.Do(new InitiateUpload(Some.Spec()));
        _upload.Do(new StorePart(Some.Vault, new PartRange(0, Some.MiB - 1), Some.Hash("a"), Some.Attempt(1)));
        _upload.Do(new StorePart(Some.Vault, new PartRange(Some.MiB, Some.MiB + 6), Some.Hash("b"), Some.Attempt(2)));
    }

    [Fact]
    public void The_summary_of_an_open_upload_has_its_part_and_byte_counts()
    {
        OpenWithTwoParts();
        Assert.Equal(new UploadSummary(Some.Spec(), UploadPhase.Open, 2, Some.MiB + 7, null), Summary);
    }

    [Fact]
    public void The_summary_of_a_completed_upload_has_its_archive()
    {
        OpenWithTwoParts();
        var hash = TreeHasher.Combine([Some.Hash("a"), Some.Hash("b")]);
        var archive = _upload.Ask(new CompleteUpload(Some.Vault, Some.MiB + 7, hash));
        Assert.Equal(new UploadSummary(Some.Spec(), UploadPhase.Completed, 0, Some.MiB + 7, archive), Summary);
    }

    [Fact]
    public void The_summary_of_an_aborted_upload_says_so()
    {
        OpenWithTwoParts();
        _upload.Do(new AbortUpload(Some.Vault));
        Assert.Equal(UploadPhase.Aborted, Summary.Phase);
    }

    [Fact]
    public void The_summary_of_an_expired_upload_says_so_and_has_no_parts()
    {
        OpenWithTwoParts();
        _upload.Now = Some.Noon + UploadPolicy.DefaultStaleAfter + TimeSpan.FromDays(1);
        _upload.Wake();
        Assert.Equal((UploadPhase.Expired, 0), (Summary.Phase, Summary.Parts));
    }

    [Fact]
    public void The_summary_of_an_upload_in_another_vault_is_not_found()
    {
        _upload.Refused<Refusal.UploadNotFound>(new SummarizeUpload(Some.Vault));
        OpenWithTwoParts();
        _upload.Refused<Refusal.UploadNotFound>(new SummarizeUpload(Some.VaultNamed("other")));
    }
}
