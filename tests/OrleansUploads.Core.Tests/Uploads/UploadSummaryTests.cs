using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.TestKit;

namespace OrleansUploads.Core.Tests.Uploads;

public sealed class UploadSummaryTests
{
    private static readonly UploadDecider Rules = new(new UploadPolicy());

    private UploadState _state = Rules.Initial;

    private object Ask(UploadCommand command, TimeSpan after = default)
    {
        var decision = Rules.Decide(_state, command, Some.Noon + after);
        _state = decision.Events.Aggregate(_state, Rules.Evolve);
        return decision.Answer;
    }

    private UploadSummary Summary => Assert.IsType<UploadSummary>(Ask(new SummarizeUpload(Some.Vault)));

    private void OpenWithTwoParts()
    {
        Ask(new InitiateUpload(Some.Opening()));
        Ask(new StorePart(Some.Vault, new PartRange(0, Some.MiB - 1), Some.Hash("a"), Some.Attempt(1)));
        Ask(new StorePart(Some.Vault, new PartRange(Some.MiB, Some.MiB + 6), Some.Hash("b"), Some.Attempt(2)));
    }

    [Fact]
    public void An_open_upload_tells_how_many_parts_and_bytes_it_has()
    {
        OpenWithTwoParts();
        Assert.Equal(new UploadSummary(Some.Opening(), UploadPhase.Open, 2, Some.MiB + 7, null), Summary);
    }

    [Fact]
    public void A_completed_upload_tells_its_archive()
    {
        OpenWithTwoParts();
        var hash = Core.Hashing.TreeHasher.Combine([Some.Hash("a"), Some.Hash("b")]);
        var archive = Assert.IsType<CompletedArchive>(Ask(new CompleteUpload(Some.Vault, Some.MiB + 7, hash)));
        Assert.Equal(new UploadSummary(Some.Opening(), UploadPhase.Completed, 0, Some.MiB + 7, archive), Summary);
    }

    [Fact]
    public void An_upload_that_was_given_up_or_has_expired_tells_which()
    {
        OpenWithTwoParts();
        var open = _state;
        Ask(new AbortUpload(Some.Vault));
        Assert.Equal(UploadPhase.Aborted, Summary.Phase);

        _state = open;
        var expired = Rules.Wake(_state, Some.Noon + UploadPolicy.DefaultStaleAfter + TimeSpan.FromDays(1));
        _state = expired.Events.Aggregate(_state, Rules.Evolve);
        Assert.Equal((UploadPhase.Expired, 0), (Summary.Phase, Summary.Parts));
    }

    [Fact]
    public void An_upload_of_another_vault_is_not_there()
    {
        Assert.IsType<Refusal.UploadNotFound>(Ask(new SummarizeUpload(Some.Vault)));
        OpenWithTwoParts();
        Assert.IsType<Refusal.UploadNotFound>(Ask(new SummarizeUpload(Some.VaultNamed("other"))));
    }
}
