namespace OrleansUploads.Simulation.Judging;

internal sealed partial class Judge
{
    /// <summary>The request was answered, and not with <see cref="Verdict.Unknown"/>.</summary>
    public void Answer(Asked asked, Reply reply)
    {
        _events++;
        asked.VaultReading?.EndUnseen();
        asked.MayNotHaveArrived = asked.VaultReading?.MayHaveSeen(VaultRules.Absent) == true && reply.Verdict == Verdict.NotFound;
        if (asked.VaultReading?.MayHaveSeen(VaultRules.Present) == false && reply.Verdict == Verdict.Done && !MayBeStale)
        {
            onViolation("model: an upload of a vault that does not exist was reached");
        }

        var explained = asked.Request switch
        {
            Request.CreateVault r => AnswerCreate(r, asked, reply),
            Request.DeleteVault r => AnswerDelete(r, asked, reply),
            Request.DescribeVault r => AnswerDescribe(r, asked, reply),
            Request.ListVaults => AnswerVaults(asked, reply),
            Request.InitiateUpload r => AnswerInitiate(r, asked, reply),
            Request.ListUploads r => AnswerUploads(r, asked, reply),
            Request.PutPart r => AnswerPut(r, asked, reply),
            Request.GrantWrite r => AnswerGrant(r, asked, reply),
            Request.ReportWritten r => AnswerReport(r, asked, reply),
            Request.CompleteUpload r => AnswerComplete(r, asked, reply),
            Request.AbortUpload r => AnswerAbort(r, asked, reply),
            Request.ListParts r => asked.Reading!.End(
                state => asked.MayNotHaveArrived || UploadRules.Shows(state, reply, _uploads[r.Upload].Facts.MayReachLostVault), MayBeStale),
            Request.PutArchive r => AnswerPutArchive(r, asked, reply),
            Request.DeleteArchive r => AnswerDeleteArchive(r, asked, reply),
            Request.ReadArchive r => AnswerRead(r, asked, reply),
            Request.DeleteForeseen r => AnswerDeleteForeseen(r, reply),
            Request.CompleteLock r => AnswerCompleteLock(r, reply),
            Request.AbortLock r => AnswerAbortLock(r, asked, reply),
            _ => true,
        };
        if (!explained)
        {
            onViolation($"model: {Describe(reply)} is not a valid answer to {asked.Request} here");
        }
    }

    private static string Describe(Reply reply) => reply.Parts is { } parts
        ? $"{reply.Verdict} with {string.Join(", ", parts.Select(part => $"slot {part.Slot}: {part.LengthBytes} bytes"))}"
        : reply.Vaults is { } vaults ? $"{reply.Verdict} with vaults {string.Join(", ", vaults)}"
        : reply.Uploads is { } uploads ? $"{reply.Verdict} with {uploads.Count} uploads"
        : reply.Reason is { } reason ? $"{reply.Verdict} ({reason})"
        : reply.Verdict.ToString();

    private bool AnswerPut(Request.PutPart request, Asked asked, Reply reply)
    {
        var (facts, states) = _uploads[request.Upload];
        switch (reply.Verdict)
        {
            case Verdict.Done:
                facts.WasActiveAt(asked.At);
                if (asked.IsNewContent)
                {
                    if (states.Ever.Any(state => UploadRules.ContentAt(state, request.Slot) is { } other && other != request.Content))
                    {
                        coverage.Saw(Situations.PartReplaced);
                    }
                }

                break;
            case Verdict.Conflict:
                coverage.Saw(Situations.CollectionBeatReport);
                break;
            case Verdict.Invalid:
                coverage.Saw(Situations.LieRefused);
                break;
            case Verdict.NotFound when facts.EndedSince > 0:
                coverage.Saw(Situations.PartAfterEnd);
                break;
        }

        if (facts.MayExpire)
        {
            coverage.Saw(Situations.ExpiryRacedPart);
        }

        return states.End(asked.Place, reply.Verdict, MayBeStale, asked.MayNotHaveArrived);
    }

    private bool AnswerComplete(Request.CompleteUpload request, Asked asked, Reply reply)
    {
        var (facts, states) = _uploads[request.Upload];
        facts.CompletesInFlight--;
        if (reply.Verdict == Verdict.Invalid)
        {
            coverage.Saw(Situations.WrongClaimRefused);
        }

        if (reply.Verdict != Verdict.Done)
        {
            return states.End(asked.Place, reply.Verdict, MayBeStale, asked.MayNotHaveArrived);
        }

        if (facts.AbortsInFlight > 0)
        {
            coverage.Saw(Situations.CompleteBeatAbort);
        }

        if (facts.Archive is { } id && id != reply.Archive)
        {
            onViolation("one ID: an upload was completed with two archive IDs");
        }

        if (facts.AbortAnswered)
        {
            onViolation("one end: an upload was aborted and completed");
        }

        facts.Archive = reply.Archive;
        facts.CompletedSince = facts.CompletedSince == 0 ? _events : facts.CompletedSince;
        facts.EndedSince = facts.EndedSince == 0 ? _events : facts.EndedSince;
        LearnArchive(reply.Archive!.Value, request.Vault, request.Claim.Contents ?? [], facts.CompleteAskedAt ?? asked.At, request.Upload);
        return states.End(asked.Place, reply.Verdict, MayBeStale, asked.MayNotHaveArrived);
    }

    private bool AnswerAbort(Request.AbortUpload request, Asked asked, Reply reply)
    {
        var (facts, states) = _uploads[request.Upload];
        facts.AbortsInFlight--;
        if (reply.Verdict == Verdict.Done)
        {
            if (facts.CompletesInFlight > 0)
            {
                coverage.Saw(Situations.AbortBeatComplete);
            }

            if (facts.CompletedSince > 0)
            {
                onViolation("one end: an upload was completed and aborted");
            }

            facts.AbortAnswered = true;
            facts.EndedSince = facts.EndedSince == 0 ? _events : facts.EndedSince;
        }

        return states.End(asked.Place, reply.Verdict, MayBeStale, asked.MayNotHaveArrived);
    }

    private bool AnswerPutArchive(Request.PutArchive request, Asked asked, Reply reply)
    {
        _doubtfulArchives[request.Vault]--;
        switch (reply.Verdict)
        {
            case Verdict.Done:
                if (request.Lie != Lie.None)
                {
                    onViolation("model: an archive was stored from a request with false bytes or hash");
                }

                if (_archives.ContainsKey(reply.Archive!.Value))
                {
                    onViolation("one ID: two archives have the same ID");
                }

                LearnArchive(reply.Archive.Value, request.Vault, [request.Content], asked.At);
                break;
            case Verdict.Invalid or Verdict.Conflict:
                if (reply.Verdict == Verdict.Invalid ? request.Lie == Lie.None : !AnyCollection)
                {
                    return false;
                }

                coverage.Saw(reply.Verdict == Verdict.Invalid ? Situations.LieRefused : Situations.CollectionBeatReport);
                break;
        }

        return asked.Reading!.End(state => reply.Verdict == Verdict.NotFound || IsThere(state, reply), MayBeStale);
    }

    private bool AnswerDeleteArchive(Request.DeleteArchive request, Asked asked, Reply reply)
    {
        var archive = _archives[request.Archive];
        if (reply.Verdict == Verdict.Done)
        {
            coverage.Saw(Situations.ArchiveDeleted);
            archive.DeletedSince = archive.DeletedSince == 0 ? _events : archive.DeletedSince;
            archive.DeletedAt ??= Now;
            return true;
        }

        return reply.Verdict == Verdict.Denied ? AnswerDenied(request.Vault) : MayBeStale || !asked.IsFirstDeletion;
    }

    private bool AnswerRead(Request.ReadArchive request, Asked asked, Reply reply)
    {
        var archive = _archives[request.Archive];
        if (reply.BytesDiffer)
        {
            onViolation("bytes: an archive was read back with bytes that differ from those stored");
        }

        if (reply.Verdict is Verdict.Done or Verdict.Damaged)
        {
            if (!MayRead(archive, request.OnlyRange, isHollow: reply.Verdict == Verdict.Damaged))
            {
                return false;
            }

            coverage.Saw(reply.Verdict == Verdict.Damaged ? Situations.NodeLieRead : request.OnlyRange ? Situations.RangeRead : Situations.ArchiveRead);
            return MayBeStale || archive.DeletedSince == 0 || archive.DeletedSince > asked.Order;
        }

        return MayBeStale || !IsCertainlyThere(archive, archive.Vault, asked);
    }

    private void LearnArchive(
        ArchiveId id, int vault, IReadOnlyList<Content> contents, DateTimeOffset createdNotBefore, UploadId? upload = null)
    {
        if (!_archives.ContainsKey(id))
        {
            _archives.Add(id, new ArchiveFacts(id, vault, contents)
            {
                KnownSince = _events,
                CreatedNotBefore = createdNotBefore,
                Upload = upload,
            });
        }
    }
}
