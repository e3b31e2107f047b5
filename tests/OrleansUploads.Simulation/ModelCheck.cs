using OrleansUploads.Simulation.Judging;

namespace OrleansUploads.Simulation;

/// <summary>Queries the whole state of an idle server, so that the judge can compare it with the model.</summary>
/// <param name="judge">Compares the replies with the model.</param>
/// <param name="coverage">Counts the situations that occur.</param>
/// <param name="ask">Sends a request, passes the reply to the judge, and fails the run if there is no reply.</param>
/// <param name="onViolation">Reports violations that no single reply shows.</param>
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

        judge.SettleUploads();
        return vaults;
    }

    /// <summary>Determines the state of each upload. The model must consider it possible.</summary>
    public async Task SettleUploadsAsync()
    {
        foreach (var upload in judge.Uploads.ToList())
        {
            await SettleAsync(upload);
        }
    }

    /// <summary>Reads every archive, completely and a range of it.</summary>
    public async Task CheckArchivesAsync()
    {
        foreach (var archive in judge.Archives.ToList())
        {
            var read = await ask(Request.ReadArchive.Of(archive, onlyRange: false));
            if (read.Verdict == Verdict.Done)
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

    /// <summary>Compares the archive count and size that each vault reports with the model.</summary>
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
