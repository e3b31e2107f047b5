using OrleansUploads.Core.Uploads;
using OrleansUploads.Simulation.Judging;
using OrleansUploads.Simulation.Workload;
using OrleansUploads.Simulation.World;

namespace OrleansUploads.Simulation;

/// <summary>The part store holds exactly what live uploads and archives own.</summary>
internal sealed class DiskCheck(SimulatedWorld world, SimulatedPartStore disk, Judge judge)
{
    public void Run()
    {
        var strangers = 0;
        foreach (var stored in disk.Uploads.Values)
        {
            if (!judge.Uploads.Contains(stored.Upload))
            {
                strangers++;
            }
            else if (!judge.IsLost(stored.Upload) && !judge.StatesOf(stored.Upload).Any(state => IsOwned(stored, state)))
            {
                world.Fail($"disk: upload {SimulatedProcess.Named(stored.Upload)} has {Describe(stored)}, which it does not own");
            }
        }

        foreach (var upload in judge.Uploads)
        {
            if (disk.Find(upload) is null && !judge.IsLost(upload) && judge.StatesOf(upload).All(MustBeStored))
            {
                world.Fail($"disk: nothing is left of upload {SimulatedProcess.Named(upload)}, which owns bytes");
            }
        }

        CheckStrangers(strangers);
    }

    /// <summary>Only archives are left.</summary>
    public void RunAtTheEnd()
    {
        foreach (var stored in disk.Uploads.Values)
        {
            if (stored.Manifest is null)
            {
                world.Fail($"reclaim: {Describe(stored)} of upload {SimulatedProcess.Named(stored.Upload)} are left for ever");
            }
        }

        var kept = judge.Archives.Count(archive => archive.DeletedSince == 0);
        if (disk.Uploads.Count > kept + judge.DoubtfulArchives)
        {
            world.Fail($"reclaim: the disk has {disk.Uploads.Count} archives, and {kept} are wanted");
        }
        else if (judge.Archives.Any(archive => archive.DeletedSince > 0))
        {
            world.Coverage.Saw(Situations.DeletedArchiveReclaimed);
        }
    }

    /// <summary>Bytes of requests that were never answered: archives that nobody knows the name of.</summary>
    private void CheckStrangers(int strangers)
    {
        var known = judge.Archives.Count() + judge.DoubtfulArchives;
        if (strangers > known)
        {
            world.Fail($"disk: there are {strangers} uploads that nobody asked for");
        }
    }

    private bool IsOwned(StoredUpload stored, ulong state)
    {
        switch (UploadRules.PhaseOf(state))
        {
            case Phase.Open:
                return stored.Manifest is null && HoldsExactly(stored, state);
            case Phase.Completed:
                return IsDeleted(stored.Upload) || (stored.Manifest is not null && HoldsExactly(stored, state));
            default:
                return false;
        }
    }

    private bool MustBeStored(ulong state) => UploadRules.PhaseOf(state) == Phase.Open && UploadRules.CountOf(state) > 0;

    private bool IsDeleted(UploadId upload) =>
        judge.FactsOf(upload).Archive is { } archive && judge.ArchiveOf(archive) is { DeletedSince: > 0 };

    private static bool HoldsExactly(StoredUpload stored, ulong state)
    {
        var wanted = new List<Content>();
        for (var slot = 0; slot < ScheduleGenerator.MaxSlots; slot++)
        {
            if (UploadRules.ContentAt(state, slot) is { } content)
            {
                wanted.Add(content);
            }
        }

        foreach (var attempt in stored.Attempts.Values)
        {
            var found = wanted.FindIndex(content =>
                attempt.IsCommitted && content.LengthBytes == attempt.LengthBytes && attempt.Written.SequenceEqual(content.Bytes.Span));
            if (found < 0)
            {
                return false;
            }

            wanted.RemoveAt(found);
        }

        return wanted.Count == 0;
    }

    private static string Describe(StoredUpload stored) =>
        $"{stored.Attempts.Count} attempts{(stored.Manifest is null ? "" : " and a manifest")}";
}
