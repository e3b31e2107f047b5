namespace OrleansUploads.Simulation.World;

/// <summary>The part store as nodes reach it, with grants instead of a key. It creates and never replaces. Writes are slow, and answers are
/// lost; then the node writes once more, and is told that the name exists.</summary>
internal sealed class NodeStore(SimulatedWorld world, SimulatedPartStore disk, WrittenBodies written)
{
    private const int Tries = 2;

    public async Task WriteAsync(NodeBody body)
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            await world.Delay(Slowly());
            Put(body);
            var isAnswerLost = world.Faults.Chance(world.Options.ReplyLost);
            await world.Delay(Slowly());
            if (!isAnswerLost)
            {
                return;
            }

            world.Fault(-1, "answer to a node lost");
        }
    }

    private void Put(NodeBody body)
    {
        var grant = body.Grant;
        var subject = SimulatedProcess.Named(grant.Upload);
        if (world.Now > grant.Until)
        {
            world.Coverage.Saw(Situations.GrantEnded);
            world.Note(-1, "node writes too late", subject);
        }
        else if (disk.IsFull)
        {
            world.Coverage.Saw(Situations.DiskFull);
            world.Note(-1, "node finds the disk full", subject);
        }
        else if (!disk.Replaces && disk.Find(grant.Upload)?.Attempts.ContainsKey(grant.Attempt) == true)
        {
            world.Coverage.Saw(Situations.SecondWriteRefused);
            world.Note(-1, "node finds its name taken", subject);
        }
        else
        {
            var attempts = disk.FindOrAdd(grant.Upload).Attempts;
            if (!attempts.ContainsKey(grant.Attempt))
            {
                written.Of(grant.Upload).Add(body);
            }

            attempts[grant.Attempt] = StoredAttempt.Of(body);
            world.Note(-1, "node writes", subject, grant.Slot);
        }
    }

    private TimeSpan Slowly() => world.Faults.Milliseconds(0, world.Options.SlowMilliseconds);
}
