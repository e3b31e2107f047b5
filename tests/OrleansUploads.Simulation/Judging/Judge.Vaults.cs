namespace OrleansUploads.Simulation.Judging;

internal sealed partial class Judge
{
    private bool AnswerCreate(Request.CreateVault request, Asked asked, Reply reply)
    {
        if (_vaultsDeleted.Contains(request.Vault))
        {
            coverage.Saw(Situations.VaultRecreated);
        }

        return _vaults[request.Vault].End(asked.Place, reply.Verdict, MayBeStale);
    }

    private bool AnswerDelete(Request.DeleteVault request, Asked asked, Reply reply)
    {
        if (reply.Verdict == Verdict.Done)
        {
            _vaultsDeleted.Add(request.Vault);
            EndUploads(request.Vault, asked);
            if (_archives.Values.Any(archive => IsCertainlyThere(archive, request.Vault, asked)))
            {
                onViolation("model: a vault was deleted with an archive in it");
            }
        }
        else if (reply.Verdict == Verdict.Conflict)
        {
            coverage.Saw(Situations.VaultNotEmpty);
            if (!MayBeStale && IsCertainlyEmpty(request.Vault, asked))
            {
                onViolation("model: an empty vault was reported as not empty");
            }
        }

        EndDeletion(request.Vault);
        return _vaults[request.Vault].End(asked.Place, reply.Verdict, MayBeStale);
    }

    private bool AnswerDescribe(Request.DescribeVault request, Asked asked, Reply reply)
    {
        if (reply.Verdict == Verdict.Done && !MayBeStale)
        {
            var least = _archives.Values.Count(archive => IsCertainlyThere(archive, request.Vault, asked));
            var most = _archives.Values.Count(archive => IsPossiblyThere(archive, request.Vault, asked))
                + _doubtfulArchives[request.Vault]
                + _order.Count(id => _uploads[id].Facts is { EndWasAsked: true, Archive: null } facts && facts.Vault == request.Vault);
            if (reply.Archives < least || reply.Archives > most)
            {
                onViolation($"model: a vault with {least} to {most} archives reports {reply.Archives}");
            }
        }

        return asked.Reading!.End(state => IsThere(state, reply), MayBeStale);
    }

    private bool AnswerVaults(Asked asked, Reply reply)
    {
        var explained = true;
        for (var vault = 0; vault < _vaults.Length; vault++)
        {
            var listed = reply.Vaults!.Contains(vault);
            explained &= asked.VaultReadings[vault].End(state => (state == VaultRules.Present) == listed, MayBeStale);
        }

        return explained;
    }

    private bool AnswerInitiate(Request.InitiateUpload request, Asked asked, Reply reply)
    {
        if (reply.Verdict == Verdict.Done)
        {
            Learn(reply.Upload!.Value, request.Vault, Phase.Open, asked.At, asked.Order);
        }

        return asked.Reading!.End(state => IsThere(state, reply), MayBeStale);
    }

    private bool AnswerUploads(Request.ListUploads request, Asked asked, Reply reply)
    {
        foreach (var upload in reply.Uploads ?? [])
        {
            Learn(upload, request.Vault, Phase.NotStarted, _startedAt, asked.Order);
            if (!MayBeStale && _uploads[upload].Facts.EndedSince is > 0 and var ended && ended < asked.Order)
            {
                onViolation("model: an upload is still listed after its end was answered");
            }
        }

        if (reply.Verdict == Verdict.Done && !MayBeStale
            && _order.Any(id => IsCertainlyOpen(_uploads[id].Facts, request.Vault, asked) && !reply.Uploads!.Contains(id)))
        {
            onViolation("model: an open upload is not listed");
        }

        return asked.Reading!.End(state => IsThere(state, reply), MayBeStale);
    }

    private static bool IsThere(ulong state, Reply reply) =>
        (state == VaultRules.Present) == (reply.Verdict != Verdict.NotFound);

    private static bool IsCertainlyOpen(UploadFacts upload, int vault, Asked asked) =>
        upload.Vault == vault && upload.KnownSince < asked.Order && !upload.EndWasAsked && !upload.MayExpire && !upload.MayEndWithVault;

    private static bool IsCertainlyThere(ArchiveFacts archive, int vault, Asked asked) =>
        archive.Vault == vault && archive.KnownSince < asked.Order && archive.DeleteAskedAt is null;

    private static bool IsPossiblyThere(ArchiveFacts archive, int vault, Asked asked) =>
        archive.Vault == vault && (archive.DeletedSince == 0 || archive.DeletedSince > asked.Order);

    private bool IsCertainlyEmpty(int vault, Asked asked) =>
        _doubtfulArchives[vault] == 0
        && !_archives.Values.Any(archive => IsPossiblyThere(archive, vault, asked))
        && !_order.Any(id => _uploads[id].Facts is { CompleteAskedAt: not null, Archive: null } facts && facts.Vault == vault
            && (facts.EndedSince == 0 || facts.EndedSince > asked.Order));
}
