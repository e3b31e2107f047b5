namespace OrleansUploads.Simulation.Judging;

/// <content>Nodes write parts straight into the store. A report is taken if it says what the footer says, and only then.</content>
internal sealed partial class Judge
{
    private readonly Dictionary<(UploadId Upload, int Slot), AttemptId> _reported = [];

    private bool AnswerGrant(Request.GrantWrite request, Asked asked, Reply reply)
    {
        var mayReachLostVault = _uploads[request.Upload].Facts.MayReachLostVault;
        if (reply.Grant is { } grant && grant.Until > Now + GrantLife + ClockError)
        {
            onViolation("grants: a grant lasts longer than half of the time after which its bytes may be collected");
        }

        if (reply.Verdict == Verdict.Done && reply.Grant is null && !request.OnlyIfMissing)
        {
            onViolation("grants: a part that was asked for was not granted");
        }

        return asked.Reading!.End(
            state => reply.Verdict switch
            {
                Verdict.Done => UploadRules.PhaseOf(state) == Phase.Open
                    || (mayReachLostVault && UploadRules.PhaseOf(state) == Phase.Expired),
                Verdict.Conflict => AnyCollection,
                Verdict.NotFound => asked.MayNotHaveArrived || UploadRules.PhaseOf(state) != Phase.Open,
                _ => false,
            },
            MayBeStale);
    }

    private bool AnswerReport(Request.ReportWritten request, Asked asked, Reply reply)
    {
        var (facts, states) = _uploads[request.Upload];
        switch (reply.Verdict)
        {
            case Verdict.Done:
                facts.WasActiveAt(facts.ReportedSince[request.Attempt]);
                var part = (request.Upload, request.Slot);
                if (_reported.TryGetValue(part, out var before))
                {
                    coverage.Saw(before == request.Attempt ? Situations.ReportRepeated : Situations.NodesWroteSamePart);
                }

                _reported[part] = request.Attempt;
                break;
            case Verdict.Invalid when IsCertainlyPart(request, facts):
                onViolation("model: the report of a part that was taken before is refused");
                break;
            case Verdict.Conflict:
                coverage.Saw(Situations.CollectionBeatNode);
                break;
            case Verdict.Invalid when facts.Written.Any(body => body.Grant.Attempt == request.Attempt && !body.IsAsReported(request)):
                coverage.Saw(Situations.FalseReportRefused);
                break;
            case Verdict.NotFound when facts.EndedSince > 0:
                coverage.Saw(Situations.ReportAfterEnd);
                break;
        }

        return states.End(asked.Place, reply.Verdict, MayBeStale, asked.MayNotHaveArrived);
    }

    /// <summary>Whether a report repeats one that was taken, and nothing else can have become the part since.</summary>
    private bool IsCertainlyPart(Request.ReportWritten request, UploadFacts facts) =>
        _reported.GetValueOrDefault((request.Upload, request.Slot)) == request.Attempt
        && facts.ChangesOf(request.Slot).Count == 1
        && facts.Written.Any(body => body.IsAsReported(request))
        && !IsLost(request.Upload)
        && StatesOf(request.Upload).All(static state => UploadRules.PhaseOf(state) == Phase.Open);

    /// <summary>Whether an archive, or its last part, may have bytes that cannot be read because a node has lied, or may have none.</summary>
    private bool MayRead(ArchiveFacts archive, bool onlyLast, bool isHollow)
    {
        if (archive.Upload is not { } upload || !_uploads.ContainsKey(upload))
        {
            return !isHollow;
        }

        return IsLost(upload) || StatesOf(upload).Any(state => isHollow == (onlyLast
            ? UploadRules.IsHollow(state, archive.Contents.Count - 1)
            : Enumerable.Range(0, archive.Contents.Count).Any(slot => UploadRules.IsHollow(state, slot))));
    }
}
