using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Hashing;
using OrleansUploads.TestKit;

namespace OrleansUploads.Core.Tests.Uploads;

public sealed class UploadSummaryTests
{
    private static readonly UploadDecider Rules = new(new UploadPolicy());

    private UploadState _state = Rules.Initial;

    private object Ask(UploadCommand command, TimeSpan after = default)
    {
        var decision = Rules.Decide(_state, command, ServiceTime.Continuous(Some.Noon + after));
        _state = decision.Events.Aggregate(_state, Rules.Evolve);
        return decision.Answer;
    }

    private UploadSummary Summary => Assert.IsType<UploadSummary>(Ask(new SummarizeUpload(Some.Vault)));

    private void OpenWithTwoParts()
    {
        Ask(new InitiateUpload(Some.Spec()));
        Ask(new StorePart(Some.Vault, new PartRange(0, Some.MiB - 1), Some.Hash("a"), Some.Attempt(1)));
        Ask(new StorePart(Some.Vault, new PartRange(Some.MiB, Some.MiB + 6), Some.Hash("b"), Some.Attempt(2)));
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
        var archive = Assert.IsType<CompletedArchive>(Ask(new CompleteUpload(Some.Vault, Some.MiB + 7, hash)));
        Assert.Equal(new UploadSummary(Some.Spec(), UploadPhase.Completed, 0, Some.MiB + 7, archive), Summary);
    }

    [Fact]
    public void The_summary_of_an_ended_upload_says_whether_it_was_aborted_or_expired()
    {
        OpenWithTwoParts();
        var open = _state;
        Ask(new AbortUpload(Some.Vault));
        Assert.Equal(UploadPhase.Aborted, Summary.Phase);

        _state = open;
        var later = Some.Noon + UploadPolicy.DefaultStaleAfter + TimeSpan.FromDays(1);
        var expired = Rules.Wake(_state, ServiceTime.Continuous(later));
        _state = expired.Events.Aggregate(_state, Rules.Evolve);
        Assert.Equal((UploadPhase.Expired, 0), (Summary.Phase, Summary.Parts));
    }

    [Fact]
    public void The_summary_of_an_upload_in_another_vault_is_not_found()
    {
        Assert.IsType<Refusal.UploadNotFound>(Ask(new SummarizeUpload(Some.Vault)));
        OpenWithTwoParts();
        Assert.IsType<Refusal.UploadNotFound>(Ask(new SummarizeUpload(Some.VaultNamed("other"))));
    }
}
