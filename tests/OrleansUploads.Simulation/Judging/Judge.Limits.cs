namespace OrleansUploads.Simulation.Judging;

/// <content>The limit of uploads in progress in a vault.</content>
internal sealed partial class Judge
{
    /// <summary>Maximum number of uploads in progress in a vault, or 0 for no limit.</summary>
    public int MaxOpenUploads { get; init; }

    /// <summary>An upload may be accepted only if fewer uploads than the limit may have been open, and refused only if at
    /// least as many as the limit may have been.</summary>
    private void JudgeLimit(int vault, Asked asked, Reply reply)
    {
        if (MaxOpenUploads == 0)
        {
            if (reply.Verdict == Verdict.Full)
            {
                onViolation("model: an upload was refused for a limit that is not set");
            }

            return;
        }

        var least = _order.Count(id => IsCertainlyOpen(_uploads[id].Facts, vault, asked));
        if (reply.Verdict == Verdict.Done && least >= MaxOpenUploads)
        {
            onViolation($"model: a vault with {least} open uploads accepted another; the limit is {MaxOpenUploads}");
        }

        if (reply.Verdict != Verdict.Full)
        {
            return;
        }

        coverage.Saw(Situations.UploadRefused);
        var archives = asked.ArchivesInFlight + _archivesAsked[vault] - asked.ArchivesAsked;
        var most = archives + _doubtfulUploads[vault] + _order.Count(id => _uploads[id].Facts is var facts
            && facts.Vault == vault && (facts.EndedSince == 0 || facts.EndedSince > asked.Order));
        if (!MayBeStale && !_leftovers[vault] && most < MaxOpenUploads)
        {
            onViolation($"model: a vault with at most {most} open uploads refused another; the limit is {MaxOpenUploads}");
        }
    }

    /// <summary>An archive that is uploaded in one request counts as an upload in progress until it is answered, so those in flight
    /// now count for the whole request.</summary>
    private void RememberArchivesInFlight(Asked asked, int vault)
    {
        asked.ArchivesInFlight = _doubtfulArchives[vault];
        asked.ArchivesAsked = _archivesAsked[vault];
    }
}
