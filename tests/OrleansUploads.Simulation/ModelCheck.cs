namespace OrleansUploads.Simulation;

/// <summary>Queries the whole state of an idle server, so that the judge can compare it with the model.</summary>
internal sealed class ModelCheck(Judge judge, Coverage coverage, Func<Request, Task<Reply>> ask, Action<string> onViolation)
{
    /// <summary>Lists everything. Uploads whose initiation had no answer become known; there must be no other
    /// uploads.</summary>
    /// <returns>The vaults.</returns>
    public async Task<IReadOnlyList<int>> CheckListsAsync()
    {
        var vaults = (await ask(new Request.ListVaults())).Vaults!;
        for (var vault = 0; vault < 2; vault++)
        {
            await ask(new Request.DescribeVault(vault));
            await ask(new Request.ListUploads(vault));
        }

        return vaults;
    }

    public async Task SettleUploadsAsync()
    {
        foreach (var upload in judge.Uploads.ToList())
        {
            await SettleAsync(upload);
        }
    }

    public async Task CheckArchivesAsync(IReadOnlyList<ArchiveFacts> archives)
    {
        foreach (var archive in archives)
        {
            var read = await ask(Request.ReadArchive.Of(archive, onlyRange: false));
            if (read.Verdict is Verdict.Done or Verdict.Damaged)
            {
                await ask(Request.ReadArchive.Of(archive, onlyRange: true));
            }
            else if (archive.DeletedSince == 0)
            {
                archive.DeletedSince = long.MaxValue;
                archive.DeletedAt = judge.Now;
            }
        }
    }

    public async Task CheckCountsAsync(IReadOnlyList<int> vaults)
    {
        foreach (var vault in vaults)
        {
            var described = await ask(new Request.DescribeVault(vault));
            var expected = judge.Archives.Where(archive => archive.Vault == vault && archive.DeletedSince == 0).ToList();
            var sizeBytes = expected.Sum(archive => archive.SizeBytes + Limits.ArchiveOverheadBytes);
            var isExact = judge.DoubtfulArchives == 0;
            if (isExact
                ? described.Archives != expected.Count || described.SizeBytes != sizeBytes
                : described.Archives < expected.Count)
            {
                onViolation($"counts: a vault with {expected.Count} archives reports {described.Archives}");
            }
        }
    }

    private async Task SettleAsync(UploadId upload)
    {
        var facts = judge.FactsOf(upload);
        var listed = await ask(new Request.ListParts(facts.Vault, upload));
        if (listed.Verdict == Verdict.Done)
        {
            return;
        }

        var wasKnown = facts.Archive is not null;
        foreach (var claim in facts.Claims.ToList())
        {
            var again = await ask(new Request.CompleteUpload(facts.Vault, upload, claim));
            if (again.Verdict == Verdict.Done && !wasKnown && facts.CompletesAbandoned > 0)
            {
                coverage.Saw(Situations.CompleteInDoubtHadHappened);
            }
        }

        if (facts.Claims.Count == 0 && !judge.IsLost(upload)
            && judge.StatesOf(upload).Any(state => UploadRules.PhaseOf(state) == Phase.Expired))
        {
            coverage.Saw(Situations.UploadExpired);
        }
    }
}
