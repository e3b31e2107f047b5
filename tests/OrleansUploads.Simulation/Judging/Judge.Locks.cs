namespace OrleansUploads.Simulation.Judging;

/// <content>After a lock was confirmed as complete, no archive younger than it allows may be deleted.</content>
internal sealed partial class Judge
{
    private readonly Dictionary<(int Vault, long Epoch), int> _locks = [];
    private readonly bool[] _guarded = new bool[2];

    /// <summary>The deletion of an archive became durable.</summary>
    public void Deleted(int vault, long epoch, ArchiveId archive)
    {
        if (!_archives.TryGetValue(archive, out var facts))
        {
            onViolation("model: an unknown archive was deleted");
        }
        else if (_locks.TryGetValue((vault, epoch), out var days))
        {
            var createdNotBefore = facts.CreatedNotBefore ?? facts.ForeseenOf?.CompleteAskedAt ?? Now;
            if (Now - createdNotBefore + ClockError < TimeSpan.FromDays(days))
            {
                onViolation($"worm: an archive was deleted before {days} days although its vault is locked");
            }

            coverage.Saw(Situations.LockedArchiveDeleted);
        }
    }

    private void Foresee(Request.DeleteForeseen request)
    {
        var upload = _uploads[request.Upload].Facts;
        upload.Foreseen = request.Archive;
        if (!_archives.TryGetValue(request.Archive, out var facts))
        {
            facts = new ArchiveFacts(request.Archive, request.Vault, request.Contents)
            {
                KnownSince = _events,
                ForeseenOf = upload,
            };
            _archives.Add(request.Archive, facts);
        }

        facts.DeleteAskedAt ??= Now;
    }

    private bool AnswerDeleteForeseen(Request.DeleteForeseen request, Reply reply)
    {
        if (reply.Verdict == Verdict.Done)
        {
            var archive = _archives[request.Archive];
            archive.DeletedSince = archive.DeletedSince == 0 ? _events : archive.DeletedSince;
            archive.DeletedAt ??= Now;
        }

        return reply.Verdict != Verdict.Denied || AnswerDenied(request.Vault);
    }

    private bool AnswerDenied(int vault)
    {
        coverage.Saw(Situations.DeletionDenied);
        return _guarded[vault] || MayBeStale;
    }

    private bool AnswerCompleteLock(Request.CompleteLock request, Reply reply)
    {
        if (reply.Verdict == Verdict.Done)
        {
            coverage.Saw(Situations.VaultLocked);
            if (reply.Epoch > 0)
            {
                _locks.TryAdd((request.Vault, reply.Epoch), request.YoungerThanDays);
            }
        }

        return true;
    }

    private bool AnswerAbortLock(Request.AbortLock request, Asked asked, Reply reply)
    {
        if (reply is { Verdict: Verdict.Done, Epoch: > 0 } && asked.LockedEpoch == reply.Epoch && !MayBeStale)
        {
            onViolation("worm: a completed lock was aborted");
        }

        return true;
    }

    private long LockedEpochOf(int vault) =>
        _locks.Keys.Where(held => held.Vault == vault).Select(held => held.Epoch).DefaultIfEmpty(0).Max();
}
