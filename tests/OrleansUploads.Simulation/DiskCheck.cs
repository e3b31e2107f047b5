namespace OrleansUploads.Simulation;

/// <summary>Checks that the part store contains exactly the bytes that live uploads and archives own.</summary>
internal sealed class DiskCheck(IReadOnlyList<FoundUpload> disk, Judge judge, Coverage coverage, Action<string> onViolation)
{
    public void Run()
    {
        var unknownUploads = 0;
        foreach (var stored in disk)
        {
            if (!judge.Uploads.Contains(stored.Upload))
            {
                unknownUploads++;
            }
            else if (!judge.IsLost(stored.Upload) && !judge.StatesOf(stored.Upload).Any(state => IsOwned(stored, state)))
            {
                onViolation($"disk: upload {SimulatedProcess.Named(stored.Upload)} has {Describe(stored)}, which it does not own");
            }
        }

        var found = disk.Select(stored => stored.Upload).ToHashSet();
        foreach (var upload in judge.Uploads)
        {
            if (!found.Contains(upload) && !judge.IsLost(upload) && judge.StatesOf(upload).All(MustBeStored))
            {
                onViolation($"disk: upload {SimulatedProcess.Named(upload)} owns bytes, but none are stored");
            }
        }

        CheckUnknownUploads(unknownUploads);
    }

    /// <summary>Checks that only archives are left.</summary>
    public void RunAtTheEnd()
    {
        foreach (var stored in disk)
        {
            if (!MayBeArchive(stored))
            {
                onViolation(
                    $"reclaim: {Describe(stored)} of upload {SimulatedProcess.Named(stored.Upload)} were never reclaimed");
            }
        }

        var kept = judge.Archives.Count(archive => archive.DeletedSince == 0);
        if (disk.Count > kept + judge.DoubtfulArchives)
        {
            onViolation($"reclaim: the disk has {disk.Count} archives, expected {kept}");
        }
        else if (judge.Archives.Any(archive => archive.DeletedSince > 0))
        {
            coverage.Saw(Situations.DeletedArchiveReclaimed);
        }
    }

    /// <summary>Uploads that the judge does not know belong to single-request archives, or to requests without an
    /// answer.</summary>
    private void CheckUnknownUploads(int unknownUploads)
    {
        var known = judge.Archives.Count() + judge.DoubtfulArchives;
        if (unknownUploads > known)
        {
            onViolation($"disk: there are {unknownUploads} uploads that no client requested");
        }
    }

    private bool IsOwned(FoundUpload stored, ulong state)
    {
        switch (UploadRules.PhaseOf(state))
        {
            case Phase.Open:
                return !stored.HasManifest && HoldsExactly(stored, state);
            case Phase.Completed:
                return IsDeleted(stored.Upload) || (stored.HasManifest == UploadRules.CountOf(state) > 1 && HoldsExactly(stored, state));
            case Phase.Expired:
                // An upload whose vault was deleted keeps its parts until it is stale.
                return judge.FactsOf(stored.Upload).MayHaveLostVault && !stored.HasManifest && HoldsExactly(stored, state);
            case Phase.Forgotten:
                return judge.FactsOf(stored.Upload).MayHaveLostVault && IsDeleted(stored.Upload);
            default:
                return false;
        }
    }

    /// <summary>Whether it is an archive for all that its stored bytes say: one part without a manifest, or several with one.</summary>
    private bool MayBeArchive(FoundUpload stored) => stored.HasManifest || (stored.Attempts is [{ IsCommitted: true }]
        && (!judge.Uploads.Contains(stored.Upload) || judge.IsLost(stored.Upload) || judge.StatesOf(stored.Upload).Any(IsCompleted)));

    private static bool IsCompleted(ulong state) => UploadRules.PhaseOf(state) == Phase.Completed;

    private bool MustBeStored(ulong state) => UploadRules.PhaseOf(state) == Phase.Open && UploadRules.CountOf(state) > 0;

    private bool IsDeleted(UploadId upload) =>
        (judge.FactsOf(upload).Archive ?? judge.FactsOf(upload).Foreseen) is { } archive && judge.ArchiveOf(archive) is { DeletedSince: > 0 };

    private static bool HoldsExactly(FoundUpload stored, ulong state)
    {
        var wanted = new List<(Content Content, bool IsHollow)>();
        for (var slot = 0; slot < ScheduleGenerator.MaxSlots; slot++)
        {
            if (UploadRules.ContentAt(state, slot) is { } content)
            {
                wanted.Add((content, UploadRules.IsHollow(state, slot)));
            }
        }

        foreach (var attempt in stored.Attempts)
        {
            var found = wanted.FindIndex(part =>
                attempt.IsCommitted && part.Content.LengthBytes == attempt.LengthBytes
                && attempt.Bytes.Span.SequenceEqual(part.Content.Bytes.Span) != part.IsHollow
                && (attempt.Leaf ?? (part.IsHollow ? null : part.Content.Digest)) == part.Content.Digest);
            if (found < 0)
            {
                return false;
            }

            wanted.RemoveAt(found);
        }

        return wanted.Count == 0;
    }

    private static string Describe(FoundUpload stored) =>
        $"{stored.Attempts.Count} attempts{(stored.HasManifest ? " and a manifest" : "")}";
}

internal sealed record FoundUpload(UploadId Upload, bool HasManifest, IReadOnlyList<FoundAttempt> Attempts);

internal sealed record FoundAttempt(bool IsCommitted, long LengthBytes, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The only leaf that is stored with it, or null if that is not known.</summary>
    public Sha256Digest? Leaf { get; init; }
}
