namespace OrleansUploads.Simulation.Judging;

internal enum Phase
{
    NotStarted = 0,
    Open,
    Completed,
    Aborted,
    Expired,
    Forgotten,
}

/// <summary>The model of an upload: up to four slots, each empty or with content, and a phase that never goes
/// back.</summary>
/// <remarks>A state is a number: three bits of phase, and six bits of content for each slot.</remarks>
internal sealed class UploadRules(UploadFacts facts) : IRules
{
    private const int SlotsAt = 8;
    private const int SlotBits = 6;
    private const ulong SlotMask = (1UL << SlotBits) - 1;

    /// <summary>The number of contents. A content has a code from 1, and one that much higher if a node has lied about it.</summary>
    private static readonly ulong Contents = (ulong)(Content.Blocks * (ScheduleGenerator.ShortLengths.Length + 1));

    public int Context =>
        (facts.MayExpire ? 1 : 0) | (facts.MayForgetEnd ? 2 : 0) | (facts.MayForgetArchive ? 4 : 0) | (facts.MayHaveBeenCollected ? 8 : 0)
        | (facts.AdviceMayBeStale ? 16 : 0) | (facts.MayEndWithVault ? 32 : 0) | (facts.CompletedSince == 0 ? 64 : 0)
        | (facts.MayReachLostVault ? 128 : 0) | (facts.MayHaveLostVault ? 256 : 0)
        | (facts.Written.Count << 9);

    public static ulong StateOf(Phase phase) => (ulong)phase;

    public static Phase PhaseOf(ulong state) => (Phase)(state & 7);

    public void Apply(ulong state, Request request, List<(ulong Next, Verdict Verdict)> into)
    {
        switch (request)
        {
            case Request.PutPart put:
                ApplyPut(state, put, into);
                break;
            case Request.ReportWritten report:
                ApplyReport(state, report, into);
                break;
            case Request.CompleteUpload complete:
                ApplyComplete(state, complete.Claim, into);
                break;
            case Request.AbortUpload:
                into.Add(PhaseOf(state) switch
                {
                    Phase.Open => (WithPhase(state, Phase.Aborted), Verdict.Done),
                    Phase.Aborted => (state, Verdict.Done),
                    _ => (state, Verdict.NotFound),
                });
                if (IsOpenBehindStaleGate(state))
                {
                    into.Add((WithPhase(state, Phase.Aborted), Verdict.Done));
                }

                break;
        }
    }

    public void Spontaneous(ulong state, List<ulong> into)
    {
        switch (PhaseOf(state))
        {
            case Phase.NotStarted:
                into.Add(WithPhase(state, Phase.Open));
                break;
            case Phase.Open when facts.MayExpire || facts.MayEndWithVault:
                // The deletion of a vault ends an upload as expiry does: no request of it is found any more.
                into.Add(WithPhase(state, Phase.Expired));
                break;
            case Phase.Aborted or Phase.Expired when facts.MayForgetEnd:
            case Phase.Completed when facts.MayForgetArchive:
            case Phase.Aborted or Phase.Completed when facts.MayHaveLostVault:
                // Requests to the next vault of the name do not find the uploads of a deleted one.
                into.Add(WithPhase(state, Phase.Forgotten));
                break;
        }
    }

    /// <summary>A completion counts once the vault has recorded the archive, and is answered only then. Until then the upload is closed to
    /// parts, which others may see. If the vault is deleted in between, the completion never happened, and the upload ends.</summary>
    public ulong? Undo(ulong state) =>
        PhaseOf(state) == Phase.Completed && facts is { MayEndWithVault: true, CompletedSince: 0 } ? WithPhase(state, Phase.Expired) : null;

    public bool CanBeUndone(Request request) => request is Request.CompleteUpload;

    /// <summary>Whether a list of parts may be that of a state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="reply">The list.</param>
    /// <param name="mayReachLostVault">See <see cref="UploadFacts.MayReachLostVault"/>.</param>
    public static bool Shows(ulong state, Reply reply, bool mayReachLostVault)
    {
        var isReached = mayReachLostVault && PhaseOf(state) == Phase.Expired && reply.Verdict == Verdict.Done;
        if (PhaseOf(state) != Phase.Open && !isReached)
        {
            return reply.Verdict == Verdict.NotFound;
        }

        if (reply.Verdict != Verdict.Done)
        {
            return false;
        }

        var listed = 0;
        foreach (var (slot, length, hash) in reply.Parts!)
        {
            if (slot >= ScheduleGenerator.MaxSlots || ContentAt(state, slot) is not { } content
                || content.LengthBytes != length || content.TreeHash != hash)
            {
                return false;
            }

            listed++;
        }

        return listed == CountOf(state);
    }

    public static int CountOf(ulong state)
    {
        var count = 0;
        for (var slot = 0; slot < ScheduleGenerator.MaxSlots; slot++)
        {
            count += CodeAt(state, slot) != 0 ? 1 : 0;
        }

        return count;
    }

    public static bool Holds(ulong state, int slot, Content content) => ContentAt(state, slot) == content;

    /// <summary>Whether the content is only said to be there: the node that wrote the part has lied, and no reader gets it.</summary>
    public static bool IsHollow(ulong state, int slot) => CodeAt(state, slot) > Contents;

    public static Content? ContentAt(ulong state, int slot)
    {
        var code = (int)CodeAt(state, slot) - 1;
        if (code < 0)
        {
            return null;
        }

        code %= (int)Contents;

        var length = code % (ScheduleGenerator.ShortLengths.Length + 1);
        return new Content(
            code / (ScheduleGenerator.ShortLengths.Length + 1),
            length == 0 ? Content.FullBytes : ScheduleGenerator.ShortLengths[length - 1]);
    }

    /// <summary>The newest accepted bytes become the part. A request with a lie changes nothing.</summary>
    private void ApplyPut(ulong state, Request.PutPart put, List<(ulong Next, Verdict Verdict)> into)
    {
        if (IsOpenBehindStaleGate(state))
        {
            into.Add((state, Verdict.NotFound));
        }
        else if (PhaseOf(state) != Phase.Open)
        {
            into.Add((state, Verdict.NotFound));
            if (facts.AdviceMayBeStale && PhaseOf(state) != Phase.NotStarted && IsSeenInBody(put.Lie))
            {
                // A host that has not noticed the end receives the body first, and never reports such a part.
                into.Add((state, Verdict.Invalid));
            }

            return;
        }

        if (put.Lie != Lie.None)
        {
            into.Add((state, Verdict.Invalid));
            return;
        }

        into.Add((With(state, put.Slot, CodeOf(put.Content)), Verdict.Done));
        if (facts.MayHaveBeenCollected)
        {
            into.Add((state, Verdict.Conflict));
        }
    }

    /// <summary>What a node has written becomes the part if its report says the same as the footer. What it has written may be collected
    /// before it is reported, or be deleted with its upload.</summary>
    private void ApplyReport(ulong state, Request.ReportWritten report, List<(ulong Next, Verdict Verdict)> into)
    {
        if (PhaseOf(state) != Phase.Open)
        {
            into.Add((state, Verdict.NotFound));
            if (PhaseOf(state) != Phase.NotStarted)
            {
                into.Add((state, Verdict.Invalid));
            }

            if (!IsOpenBehindStaleGate(state))
            {
                return;
            }
        }

        var isThere = false;
        foreach (var body in facts.Written)
        {
            if (body.IsAsReported(report))
            {
                isThere = true;
                into.Add((With(state, report.Slot, CodeOf(report.Content) + (body.IsHollow ? Contents : 0)), Verdict.Done));
            }
        }

        if (!isThere || facts.MayHaveBeenCollected)
        {
            into.Add((state, Verdict.Invalid));
        }

        if (facts.MayHaveBeenCollected)
        {
            into.Add((state, Verdict.Conflict));
        }
    }

    /// <summary>Whether a lie is noticed only when the body has arrived.</summary>
    private static bool IsSeenInBody(Lie lie) =>
        lie is Lie.WrongTreeHash or Lie.WrongLinearHash or Lie.BodyTooShort or Lie.BodyTooLong or Lie.BodyBreaksOff;

    /// <summary>Succeeds if there is no gap, only the last part is short, and the claim matches the parts. A repetition gets
    /// the same result.</summary>
    private void ApplyComplete(ulong state, Claim claim, List<(ulong Next, Verdict Verdict)> into)
    {
        switch (PhaseOf(state))
        {
            case Phase.Open:
                into.Add(IsWhole(state) && Matches(claim, state)
                    ? (WithPhase(state, Phase.Completed), Verdict.Done)
                    : (state, Verdict.Invalid));
                break;
            case Phase.Completed:
                into.Add((state, Matches(claim, state) ? Verdict.Done : Verdict.Invalid));
                break;
            default:
                into.Add((state, Verdict.NotFound));
                if (IsOpenBehindStaleGate(state) && !(IsWhole(state) && Matches(claim, state)))
                {
                    into.Add((state, Verdict.Invalid));
                }

                break;
        }
    }

    /// <summary>Whether a host that still takes a deleted vault for existing reaches the upload, which knows nothing of the deletion. Such
    /// an upload never becomes an archive.</summary>
    private bool IsOpenBehindStaleGate(ulong state) => facts.MayReachLostVault && PhaseOf(state) == Phase.Expired;

    private static bool IsWhole(ulong state)
    {
        var count = CountOf(state);
        for (var slot = 0; slot < count; slot++)
        {
            if (ContentAt(state, slot) is not { } content || (slot < count - 1 && !content.IsFull))
            {
                return false;
            }
        }

        return count > 0;
    }

    private static bool Matches(Claim claim, ulong state)
    {
        if (claim.Contents is not { } contents || contents.Count != CountOf(state))
        {
            return false;
        }

        for (var slot = 0; slot < contents.Count; slot++)
        {
            if (!Holds(state, slot, contents[slot]))
            {
                return false;
            }
        }

        return true;
    }

    private static ulong WithPhase(ulong state, Phase phase) => (state & ~7UL) | (ulong)phase;

    private static ulong With(ulong state, int slot, ulong code)
    {
        var shift = SlotsAt + (SlotBits * slot);
        return (state & ~(SlotMask << shift)) | (code << shift);
    }

    private static ulong CodeAt(ulong state, int slot) => (state >> (SlotsAt + (SlotBits * slot))) & SlotMask;

    private static ulong CodeOf(Content content)
    {
        var length = content.IsFull ? 0 : 1 + Array.IndexOf(ScheduleGenerator.ShortLengths, content.LengthBytes);
        return (ulong)(1 + (content.Block * (ScheduleGenerator.ShortLengths.Length + 1)) + length);
    }
}
