using System.Diagnostics;
using OrleansUploads.Simulation.PowerCut.Disk;
using OrleansUploads.Simulation.RealServer;
using OrleansUploads.Simulation.Workload;
using OrleansUploads.Simulation.World;

namespace OrleansUploads.Simulation.PowerCut;

/// <summary>A disk that fails under a server for a while: it is full, or flushes and writes fail.</summary>
internal sealed class DiskTrouble(
    ForgetfulDisk disk, RealClients clients, SeededRandom random, Schedule schedule, PowerCutTally tally, Action<string> onViolation)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Lets the disk fail during the second third of a round. Where only room was missing, service must go on once
    /// there is room, and every answer must be a definite one from then on.</summary>
    /// <returns>Whether the server goes on; else it may refuse everything until it is restarted.</returns>
    public async Task<bool> BefallAsync(int steps, Task work)
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

        await GoOnAsync();
        return true;
    }

    private async Task GoOnAsync()
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

    /// <summary>Whether all that has to be written for a part is written. No answer is taken for a definite one but success,
    /// and that there is no such vault or upload any more.</summary>
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
