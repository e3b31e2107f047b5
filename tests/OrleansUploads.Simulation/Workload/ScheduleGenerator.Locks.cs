namespace OrleansUploads.Simulation.Workload;

/// <content>Deletions that race a lock or retrievals. Clients stop waiting soon, while a delayed front continues with the
/// deletion later.</content>
internal sealed partial class ScheduleGenerator
{
    private const int Locker = 0;
    private const int Uploader = 1;
    private const int Deleter = 2;
    private const int Reader = 3;

    private void RaceDeletions(List<Step> steps, int vault)
    {
        switch (_random.Below(100))
        {
            case < 27:
                RaceRetrievals(steps, vault);
                break;
            case < 51:
                RaceUnknownShard(steps, vault);
                break;
            default:
                RaceLock(steps, vault);
                break;
        }

        for (var disturbances = _random.Below(6); disturbances > 0; disturbances--)
        {
            steps.Add(Disturb());
        }
    }

    /// <summary>Sends deletions before the lock is complete, some of them before the archive exists.</summary>
    private void RaceLock(List<Step> steps, int vault)
    {
        var uploads = Enumerable.Range(0, 3).Select(_ => Initiate(vault)).ToList();
        foreach (var upload in uploads)
        {
            steps.Add(Ask(Uploader, upload, attempts: 3));
            steps.Add(Ask(Uploader, new Operation.PutPart(upload.Upload, 0, _plans[upload.Upload][0], Lie.None), attempts: 3));
        }

        for (var archive = 0; archive < 3; archive++)
        {
            steps.Add(After(Locker, 2000, new Operation.PutArchive(vault, Short(), Lie.None)));
        }

        if (_random.Chance(200))
        {
            steps.Add(Ask(Locker, new Operation.SetAccess(vault, 1), attempts: 2));
        }

        steps.Add(After(Locker, 4000, new Operation.InitiateLock(vault, _random.Pick(1, 1, 10, 365))));
        if (_random.Chance(300))
        {
            steps.Add(After(Locker, 500, new Operation.AbortLock(vault)));
            steps.Add(After(Locker, 3000, new Operation.InitiateLock(vault, 1)));
        }

        steps.Add(After(Locker, 500, new Operation.CompleteLock(vault)));
        steps.Add(After(Locker, 500, new Operation.CompleteLock(vault)));
        steps.Add(After(Locker, 500, new Operation.AbortLock(vault)));
        foreach (var upload in uploads)
        {
            steps.Add(After(Uploader, 5000, new Operation.CompleteUpload(upload.Upload, ClaimKind.AsPlanned)));
        }

        for (var deletion = 0; deletion < 12; deletion++)
        {
            steps.Add(Delete(
                Deleter, deletion == 0 ? 3000 : 800, new Operation.DeleteForeseen(uploads[_random.Below(uploads.Count)].Upload)));
            steps.Add(Delete(
                Reader,
                deletion == 0 ? 3000 : 800,
                new Operation.DeleteArchive(_random.Chance(500) ? Operation.Newest : _random.Below(4))));
        }
    }

    /// <summary>Locks a vault that does not know any shard yet, which takes little time. Many deletions are on their way to the shards
    /// of archives that are created just before the lock.</summary>
    private void RaceUnknownShard(List<Step> steps, int vault)
    {
        const int DeletionsOfEach = 6;
        var uploads = Enumerable.Range(0, _random.Between(1, 2)).Select(_ => Initiate(vault)).ToList();
        foreach (var upload in uploads)
        {
            steps.Add(After(Locker, 0, upload));
            steps.Add(After(Locker, 0, new Operation.PutPart(upload.Upload, 0, _plans[upload.Upload][0], Lie.None)));
        }

        for (var round = 0; round < 2; round++)
        {
            foreach (var upload in uploads)
            {
                for (var deletion = 0; deletion < DeletionsOfEach; deletion++)
                {
                    steps.Add(Send(new Operation.DeleteForeseen(upload.Upload)));
                }

                if (round == 0)
                {
                    steps.Add(Send(new Operation.CompleteUpload(upload.Upload, ClaimKind.AsPlanned)));
                }
            }
        }

        steps.Add(After(Locker, _random.Pick(1, 50, 500), new Operation.InitiateLock(vault, YoungerThanDays: 1)));
        steps.Add(After(Locker, 0, new Operation.CompleteLock(vault)));

        Step.Ask Send(Operation operation) => Delete(Locker, 0, operation) with
        {
            Timeout = TimeSpan.FromMilliseconds(1),
            GoesOn = true,
        };
    }

    /// <summary>Deletes archives while other clients look them up and start to retrieve them.</summary>
    private void RaceRetrievals(List<Step> steps, int vault)
    {
        const int Archives = 6;
        for (var archive = 0; archive < Archives; archive++)
        {
            steps.Add(Ask(Locker, new Operation.PutArchive(vault, Short(), Lie.None), attempts: 3));
        }

        for (var archive = 0; archive < Archives; archive++)
        {
            steps.Add(Delete(Deleter, archive == 0 ? 4000 : 1000, new Operation.DeleteArchive(_random.Below(Archives))));
            steps.Add(Delete(Locker, 1000, new Operation.DeleteArchive(archive)));
            steps.Add(Delete(Reader, archive == 0 ? 4000 : 500, new Operation.ReadArchive(_random.Below(Archives), OnlyRange: false)));
            steps.Add(Delete(Uploader, archive == 0 ? 4000 : 500, new Operation.ReadArchive(_random.Below(Archives), OnlyRange: false)));
        }
    }

    private Operation.InitiateUpload Initiate(int vault)
    {
        _plans.Add([Short()]);
        _put.Add([]);
        return new Operation.InitiateUpload(vault, _uploads++);
    }

    private Step.Ask After(int client, int mostMilliseconds, Operation operation) =>
        Ask(client, operation, attempts: 3) with { Pause = _random.Milliseconds(0, mostMilliseconds) };

    private Step.Ask Delete(int client, int mostMilliseconds, Operation operation) => Ask(client, operation, attempts: 1) with
    {
        Pause = _random.Milliseconds(0, mostMilliseconds),
        Timeout = TimeSpan.FromMilliseconds(300),
        HangsUp = false,
    };
}
