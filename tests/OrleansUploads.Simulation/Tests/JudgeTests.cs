using OrleansUploads.Core.Settings;
using OrleansUploads.Simulation.Judging;

namespace OrleansUploads.Simulation.Tests;

/// <summary>Tests of the judge without a server.</summary>
public sealed class JudgeTests
{
    private static readonly UploadId Upload = Some.Upload(1);
    private static readonly Content A = new(0, 7);
    private static readonly Content B = new(1, 7);

    private readonly List<string> _violations = [];
    private readonly Judge _judge;
    private DateTimeOffset _now = Some.Noon;

    public JudgeTests()
    {
        _judge = new Judge(() => _now, new Coverage(), _violations.Add);
        Answer(new Request.CreateVault(0), new Reply(Verdict.Done));
        Answer(new Request.InitiateUpload(0), new Reply(Verdict.Done) { Upload = Upload });
    }

    private static Request.PutPart Put(Content content) => new(0, Upload, 0, content, Lie.None);

    private static Request.CompleteUpload Complete(Content content) => new(0, Upload, Claim.Of([content]));

    private static Reply Parts(params Content[] contents) => new(Verdict.Done)
    {
        Parts = [.. contents.Select((content, slot) => (slot, (long)content.LengthBytes, content.TreeHash))],
    };

    private static Reply Archive(int number) => new(Verdict.Done) { Archive = Some.Archive(number).Archive };

    private void Answer(Request request, Reply reply) => _judge.Answer(_judge.Ask(request), reply);

    private void Lose(Request request) => _judge.Abandon(_judge.Ask(request));

    private void Accepts(Request request, Reply reply)
    {
        Answer(request, reply);
        Assert.Empty(_violations);
    }

    private void Rejects(Request request, Reply reply)
    {
        Answer(request, reply);
        Assert.NotEmpty(_violations);
    }

    [Fact]
    public void An_acknowledged_part_is_listed()
    {
        Accepts(Put(A), new Reply(Verdict.Done));
        Accepts(new Request.ListParts(0, Upload), Parts(A));
        Rejects(new Request.ListParts(0, Upload), Parts());
    }

    [Fact]
    public void A_part_with_unknown_outcome_may_appear_later_but_never_disappears()
    {
        Lose(Put(A));
        Accepts(new Request.ListParts(0, Upload), Parts());
        Accepts(new Request.ListParts(0, Upload), Parts(A));
        Rejects(new Request.ListParts(0, Upload), Parts());
    }

    [Fact]
    public void After_settling_no_part_appears_later()
    {
        Lose(Put(A));
        _judge.Settle();
        Accepts(new Request.ListParts(0, Upload), Parts());
        Rejects(new Request.ListParts(0, Upload), Parts(A));
    }

    [Fact]
    public void Either_of_two_concurrent_parts_may_win()
    {
        var first = _judge.Ask(Put(A));
        var second = _judge.Ask(Put(B));
        _judge.Answer(second, new Reply(Verdict.Done));
        _judge.Answer(first, new Reply(Verdict.Done));
        Accepts(new Request.ListParts(0, Upload), Parts(B));
        Rejects(new Request.ListParts(0, Upload), Parts(A));
    }

    [Fact]
    public void A_complete_for_different_bytes_never_succeeds()
    {
        Accepts(Put(A), new Reply(Verdict.Done));
        Rejects(Complete(B), Archive(1));
    }

    [Fact]
    public void A_correct_complete_is_never_refused()
    {
        Accepts(Put(A), new Reply(Verdict.Done));
        Rejects(Complete(A), new Reply(Verdict.Invalid));
    }

    [Fact]
    public void Complete_and_abort_never_both_succeed()
    {
        Accepts(Put(A), new Reply(Verdict.Done));
        var abort = _judge.Ask(new Request.AbortUpload(0, Upload));
        Accepts(Complete(A), Archive(1));
        _judge.Answer(abort, new Reply(Verdict.Done));
        Assert.NotEmpty(_violations);
    }

    [Fact]
    public void An_upload_has_one_archive_ID()
    {
        Accepts(Put(A), new Reply(Verdict.Done));
        Accepts(Complete(A), Archive(1));
        Rejects(Complete(A), Archive(2));
    }

    [Fact]
    public void An_archive_that_was_not_deleted_is_found()
    {
        Accepts(Put(A), new Reply(Verdict.Done));
        Accepts(Complete(A), Archive(1));
        Rejects(new Request.ReadArchive(0, Some.Archive(1).Archive, [A], OnlyRange: false), new Reply(Verdict.NotFound));
    }

    [Fact]
    public void An_upload_expires_only_when_it_is_stale()
    {
        _now += UploadPolicy.DefaultStaleAfter - TimeSpan.FromMinutes(1);
        Accepts(Put(A), new Reply(Verdict.Done));
        _now += TimeSpan.FromMinutes(2);
        Rejects(new Request.ListParts(0, Upload), new Reply(Verdict.NotFound));
    }

    [Fact]
    public void A_stale_upload_may_expire_and_stays_expired()
    {
        _now += UploadPolicy.DefaultStaleAfter + TimeSpan.FromMinutes(1);
        Accepts(new Request.ListParts(0, Upload), new Reply(Verdict.NotFound));
        Rejects(Put(A), new Reply(Verdict.Done));
    }

    [Fact]
    public void A_stale_host_may_report_a_past_state_but_no_other()
    {
        _judge.MayBeStale = true;
        Accepts(Put(A), new Reply(Verdict.Done));
        Accepts(new Request.ListParts(0, Upload), Parts());
        Rejects(new Request.ListParts(0, Upload), Parts(B));
    }

    [Fact]
    public void A_part_of_an_ended_upload_is_not_found_even_if_its_bytes_are_wrong()
    {
        Accepts(new Request.AbortUpload(0, Upload), new Reply(Verdict.Done));
        Rejects(Put(A) with { Lie = Lie.WrongLinearHash }, new Reply(Verdict.Invalid));
    }

    [Fact]
    public void Stale_advice_may_reveal_wrong_bytes_of_a_part_of_an_ended_upload_but_not_a_wrong_range()
    {
        _judge.AdviceMayBeStale = true;
        Accepts(new Request.AbortUpload(0, Upload), new Reply(Verdict.Done));
        Accepts(Put(A) with { Lie = Lie.WrongLinearHash }, new Reply(Verdict.Invalid));
        Rejects(Put(A) with { Lie = Lie.NotAligned }, new Reply(Verdict.Invalid));
    }

    [Fact]
    public void An_open_upload_does_not_hold_a_vault() => Rejects(new Request.DeleteVault(0), new Reply(Verdict.Conflict));

    [Fact]
    public void An_upload_of_a_deleted_vault_accepts_no_part_even_if_the_vault_is_created_again()
    {
        Accepts(new Request.DeleteVault(0), new Reply(Verdict.Done));
        Accepts(Put(A), new Reply(Verdict.NotFound));
        Accepts(new Request.CreateVault(0), new Reply(Verdict.Done));
        Rejects(Put(A), new Reply(Verdict.Done));
    }

    [Fact]
    public void A_deletion_undoes_a_completion_that_was_seen_and_not_answered()
    {
        Accepts(Put(A), new Reply(Verdict.Done));
        var completing = _judge.Ask(Complete(A));
        Accepts(Put(A), new Reply(Verdict.NotFound));
        Accepts(new Request.DeleteVault(0), new Reply(Verdict.Done));
        _judge.Answer(completing, new Reply(Verdict.NotFound));
        Assert.Empty(_violations);
    }

    [Fact]
    public void Only_a_deletion_undoes_a_completion_that_was_seen_and_not_answered()
    {
        Accepts(Put(A), new Reply(Verdict.Done));
        var completing = _judge.Ask(Complete(A));
        Accepts(Put(A), new Reply(Verdict.NotFound));
        _judge.Answer(completing, new Reply(Verdict.NotFound));
        Assert.NotEmpty(_violations);
    }

    [Fact]
    public void A_deletion_does_not_undo_an_answered_completion()
    {
        Accepts(Put(A), new Reply(Verdict.Done));
        Accepts(Complete(A), Archive(1));
        var deleting = _judge.Ask(new Request.DeleteVault(0));
        Rejects(Complete(A), new Reply(Verdict.NotFound));
        _judge.Abandon(deleting);
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public void A_completed_upload_is_not_found_only_where_the_vault_is_asked_first_and_does_not_exist(
        bool asksVaultFirst, bool isDeleted, bool isValid)
    {
        var judge = new Judge(() => _now, new Coverage(), _violations.Add) { AsksVaultFirst = asksVaultFirst };
        var archive = Some.Archive(1).Archive;
        List<(Request Request, Reply Reply)> history =
        [
            (new Request.CreateVault(0), new Reply(Verdict.Done)),
            (new Request.InitiateUpload(0), new Reply(Verdict.Done) { Upload = Upload }),
            (Put(A), new Reply(Verdict.Done)),
            (Complete(A), Archive(1)),
            (new Request.DeleteArchive(0, archive), new Reply(Verdict.Done)),
        ];
        history.AddRange(isDeleted ? [(new Request.DeleteVault(0), new Reply(Verdict.Done))] : []);
        history.ForEach(step => judge.Answer(judge.Ask(step.Request), step.Reply));
        Assert.Empty(_violations);

        judge.Answer(judge.Ask(Complete(A)), new Reply(Verdict.NotFound));

        Assert.Equal(isValid, _violations.Count == 0);
    }

    [Fact]
    public void A_lost_deletion_may_or_may_not_end_an_upload()
    {
        Lose(new Request.DeleteVault(0));
        Accepts(Put(A), new Reply(Verdict.Done));
        Accepts(Put(A), new Reply(Verdict.NotFound));
        Rejects(Put(A), new Reply(Verdict.Done));
    }
}
