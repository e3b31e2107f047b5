namespace OrleansUploads.Simulation;

/// <summary>Checks the five promises of the README after the faults have stopped and the hosts were restarted.</summary>
internal sealed class QuietCheck(SimulatedWorld world, Hosts hosts, Judge judge, ClientFleet clients, bool hasNodes)
{
    /// <summary>An entity woken early may ask to be woken again, but only a bounded number of times.</summary>
    private const int MaxScans = 6;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly UploadPolicy Policy = new();

    private DateTimeOffset _lastScanAt;

    public void Run()
    {
        if (!Settle())
        {
            return;
        }

        world.RunUntil(Finished(CheckAsync()), Patience * 10);
    }

    /// <summary>Checks again after weeks, when nothing unfinished may be left.</summary>
    public void RunAtTheEnd()
    {
        world.Clock.Jump(Policy.StaleAfter + Policy.RecordLife + TimeSpan.FromDays(1));
        for (var scan = 0; scan < 3; scan++)
        {
            Await(hosts.Wake(0));
            world.RunFor(TimeSpan.FromMinutes(3));
        }

        Await(hosts.Collect(0, TimeSpan.Zero));
        world.RunUntil(Finished(CheckTheEndAsync()), Patience * 10);
        if (world.Violation is null)
        {
            hosts.Ends.CheckAllTold();
        }
    }

    private Func<bool> Finished(Task work) => () =>
    {
        if (work.IsFaulted)
        {
            world.Fail($"check: {work.Exception.InnerException}");
        }

        return work.IsCompleted;
    };

    private void Await(Task round)
    {
        if (!world.RunUntil(Finished(round), Patience * 10))
        {
            world.Fail("liveness: a round of housekeeping does not end after all faults have stopped");
        }
    }

    private bool Settle()
    {
        world.StopFaults();
        hosts.Disk.IsFull = false;
        world.RunFor(TimeSpan.FromMinutes(3));
        if (!world.RunUntil(Finished(ProbeAsync()), Patience * 10))
        {
            world.Fail("liveness: a host that was not restarted no longer answers");
            return false;
        }

        for (var host = 0; host < hosts.Count; host++)
        {
            hosts.Crash(host);
        }

        hosts.Start(0);
        world.RunFor(TimeSpan.FromMinutes(2));
        judge.Settle();
        judge.MayBeStale = false;
        judge.AdviceMayBeStale = false;
        for (var scan = 0; scan < 2 || (scan < MaxScans && hosts.Journal.ListDue(world.Now, 1).Count > 0); scan++)
        {
            Scan();
        }

        judge.AnyCollection = true;
        Await(hosts.Collect(0, TimeSpan.Zero));

        // A crash leaves the bytes of a deleted archive to the collection. Their record may be old enough to be forgotten now.
        if (hosts.Journal.ListDue(_lastScanAt, 1).Count > 0)
        {
            Scan();
        }

        return world.Violation is null;
    }

    private void Scan()
    {
        _lastScanAt = world.Now;
        Await(hosts.Wake(0));
        world.RunFor(TimeSpan.FromMinutes(2));
    }

    /// <summary>Every host that was not restarted must still answer.</summary>
    private async Task ProbeAsync()
    {
        for (var host = 0; host < hosts.Count; host++)
        {
            if (hosts[host] is null)
            {
                continue;
            }

            await MustAnswerAsync(host, new Request.ListVaults());
            foreach (var upload in judge.Uploads.ToList())
            {
                await MustAnswerAsync(host, new Request.ListParts(judge.FactsOf(upload).Vault, upload));
            }
        }
    }

    private async Task CheckAsync()
    {
        var model = new ModelCheck(judge, world.Coverage, request => MustAnswerAsync(0, request), world.Fail);
        var vaults = await model.CheckListsAsync();

        // More entities may have become due since the last scan, because the collection after it takes time.
        var due = hosts.Journal.ListDue(_lastScanAt, 10);
        if (due.Count > 0)
        {
            world.Fail($"liveness: {due[0]} is still due after the scans");
        }

        await model.SettleUploadsAsync();
        if (hasNodes)
        {
            await CheckGrantsAsync();
        }

        await model.CheckArchivesAsync([.. judge.Archives]);
        await model.CheckCountsAsync(vaults);
        new DiskCheck(hosts.Disk.Contents(), judge, world.Coverage, world.Fail).Run();
    }

    /// <summary>A part that an open upload lacks is granted: no claim is left of a node that has given up.</summary>
    private async Task CheckGrantsAsync()
    {
        foreach (var upload in judge.Uploads.Where(upload => !judge.IsLost(upload)).ToList())
        {
            var states = judge.StatesOf(upload);
            var missing = Enumerable.Range(0, ScheduleGenerator.MaxSlots)
                .FirstOrDefault(slot => states.All(state => UploadRules.ContentAt(state, slot) is null), -1);
            if (missing < 0 || states.Any(static state => UploadRules.PhaseOf(state) != Phase.Open))
            {
                continue;
            }

            var granted = await MustAnswerAsync(
                0, new Request.GrantWrite(judge.FactsOf(upload).Vault, upload, missing, new Content(0, Content.FullBytes), OnlyIfMissing: true));
            if (granted is { Verdict: Verdict.Done, Grant: null })
            {
                world.Fail("liveness: a part that an upload does not have is not granted");
            }
        }
    }

    private async Task CheckTheEndAsync()
    {
        foreach (var upload in judge.Uploads.ToList())
        {
            var listed = await MustAnswerAsync(0, new Request.ListParts(judge.FactsOf(upload).Vault, upload));
            if (listed.Verdict != Verdict.NotFound)
            {
                world.Fail("reclaim: an upload without activity for weeks is still open");
            }
        }

        for (var vault = 0; vault < 2; vault++)
        {
            var listed = await MustAnswerAsync(0, new Request.ListUploads(vault));
            if (listed.Uploads is { Count: > 0 })
            {
                world.Fail("reclaim: an upload without activity for weeks is still listed");
            }

            var described = await MustAnswerAsync(0, new Request.DescribeVault(vault));
            if (described is { Verdict: Verdict.Done, Archives: 0 }
                && (await MustAnswerAsync(0, new Request.DeleteVault(vault))).Verdict != Verdict.Done)
            {
                world.Fail("reclaim: a vault without archives and uploads has a nonzero count");
            }
        }

        foreach (var archive in judge.Archives.Where(archive => archive.DeletedSince == 0).ToList())
        {
            await MustAnswerAsync(0, Request.ReadArchive.Of(archive, onlyRange: false));
        }

        new DiskCheck(hosts.Disk.Contents(), judge, world.Coverage, world.Fail).RunAtTheEnd();
    }

    private async Task<Reply> MustAnswerAsync(int host, Request request)
    {
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var reply = await clients.SendAsync(host, request, TimeSpan.FromMinutes(5), hangsUp: false);
            if (reply.Verdict != Verdict.Unknown)
            {
                return reply;
            }

            world.Note(-1, "no answer", detail: reply.Reason);
        }

        world.Fail($"liveness: no definite answer to {RequestText.Of(request)}, after all faults have stopped");
        return Reply.Unknown with { Vaults = [], Uploads = [] };
    }
}
