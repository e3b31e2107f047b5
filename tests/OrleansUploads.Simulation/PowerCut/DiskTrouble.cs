namespace OrleansUploads.Simulation.PowerCut;

/// <summary>Makes a server's disk fail for a while: it is full, or flushes and writes fail.</summary>
internal sealed class DiskTrouble(
    ForgetfulDisk disk, RealClients clients, SeededRandom random, Schedule schedule, PowerCutTally tally, Action<string> onViolation)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Lets the disk fail during the second third of a round. If only space was missing, the server must recover
    /// when there is space again, and every later answer must be definite.</summary>
    /// <returns>Whether the server has recovered. Otherwise it may refuse everything until it is restarted.</returns>
    public async Task<bool> FailForAWhileAsync(int steps, Task work)
    {
        await Task.WhenAny(clients.AskedAsync(random.Between(1, steps / 3)), work);
        clients.MayFail = true;
        tally.Faults++;
        var isFull = random.Chance(350);
        var faults = isFull ? null : DiskFaults.Draw(random);
        if (isFull)
        {
            disk.FillUp(random.Pick(0, 4096, 600_000));
        }

        disk.Faults = faults;
        clients.Note(isFull ? "the disk is full" : $"the disk fails: {faults}");
        await Task.WhenAny(clients.AskedAsync(random.Between(steps / 3, 2 * steps / 3)), work);
        disk.Faults = null;
        disk.MakeRoom();
        clients.Note("the disk works again");
        if (!isFull && !faults!.IsLackOfRoom)
        {
            return false;
        }

        await AwaitRecoveryAsync();
        return true;
    }

    private async Task AwaitRecoveryAsync()
    {
        var watch = Stopwatch.StartNew();
        while (!await WritesAsync())
        {
            if (watch.Elapsed > Patience)
            {
                onViolation("liveness: the disk has room again, but the server does not recover without a restart");
                return;
            }

            await Task.Delay(Interval);
        }

        clients.Note("the server writes again");
        clients.MayFail = false;
        tally.Resumed++;
    }

    /// <summary>Whether the server can write everything that a part needs. Only success and a missing vault or upload count
    /// as definite answers.</summary>
    private async Task<bool> WritesAsync()
    {
        var vault = await clients.TryAnswerAsync(new Request.CreateVault(0));
        var upload = await clients.TryAnswerAsync(new Request.InitiateUpload(0));
        if (vault.Verdict == Verdict.Unknown || upload.Upload is not { } id)
        {
            return vault.Verdict != Verdict.Unknown && upload.Verdict == Verdict.NotFound;
        }

        var part = await clients.TryAnswerAsync(new Request.PutPart(0, id, 0, schedule.Plans[0][0], Lie.None));
        return part.Verdict != Verdict.Unknown;
    }
}
