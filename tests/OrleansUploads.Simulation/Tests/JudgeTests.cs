namespace OrleansUploads.Simulation.Tests;

/// <summary>Tests of the judge that no planted bug covers.</summary>
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
    public void After_settling_no_part_appears_later()
    {
        Lose(Put(A));
        _judge.Settle();
        Accepts(new Request.ListParts(0, Upload), Parts());
        Rejects(new Request.ListParts(0, Upload), Parts(A));
    }

    [Fact]
    public void A_complete_for_different_bytes_never_succeeds()
    {
        Accepts(Put(A), new Reply(Verdict.Done));
        Rejects(Complete(B), Archive(1));
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
    public void A_stale_host_may_report_a_past_state_but_no_other()
    {
        _judge.MayBeStale = true;
        Accepts(Put(A), new Reply(Verdict.Done));
        Accepts(new Request.ListParts(0, Upload), Parts());
        Rejects(new Request.ListParts(0, Upload), Parts(B));
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
    public void Only_a_deletion_undoes_a_completion_that_was_seen_and_not_answered()
    {
        Accepts(Put(A), new Reply(Verdict.Done));
        var completing = _judge.Ask(Complete(A));
        Accepts(Put(A), new Reply(Verdict.NotFound));
        _judge.Answer(completing, new Reply(Verdict.NotFound));
        Assert.NotEmpty(_violations);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_completed_upload_is_not_found_only_if_its_vault_does_not_exist(bool isDeleted, bool isValid)
    {
        var judge = new Judge(() => _now, new Coverage(), _violations.Add);
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
        Accepts(new Request.DescribeVault(0), new Reply(Verdict.NotFound));
        Rejects(Put(A), new Reply(Verdict.Done));
    }
}
