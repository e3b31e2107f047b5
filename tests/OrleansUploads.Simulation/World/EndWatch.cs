using OrleansUploads.Engine.Contracts;

namespace OrleansUploads.Simulation.World;

/// <summary>Compares the ends of multipart uploads that a receiver outside is told with those in the journal: none is told that did not
/// happen, and each that happened is told.</summary>
internal sealed class EndWatch(SimulatedWorld world)
{
    /// <summary>By how much the clock of a process may differ from the world's, and how late the last attempt may arrive.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);

    private readonly HashSet<EntityId> _multipart = [];
    private readonly Dictionary<EntityId, UploadPhase> _ended = [];
    private readonly Dictionary<EntityId, string> _ids = [];
    private readonly HashSet<EntityId> _told = [];

    /// <summary>Observes a write when it becomes durable.</summary>
    public void Saw(JournalAppend append)
    {
        if (append.Entity.Kind != EntityKind.Upload)
        {
            return;
        }

        foreach (var happened in EventCodec.Decode<UploadEvent>(append.Record))
        {
            switch (happened)
            {
                case UploadInitiated { Spec.IsListed: true }:
                    _multipart.Add(append.Entity);
                    break;
                case CompletionPublished when _multipart.Contains(append.Entity):
                    _ended[append.Entity] = UploadPhase.Completed;
                    break;
                case UploadEnded { End: var end } when _multipart.Contains(append.Entity):
                    _ended[append.Entity] = end == UploadEnd.Expired ? UploadPhase.Expired : UploadPhase.Aborted;
                    break;
            }
        }
    }

    /// <summary>An attempt has arrived.</summary>
    public void Arrived(EndNotice notice)
    {
        var upload = notice.Spec.Upload.Entity;
        if (!_ended.TryGetValue(upload, out var end))
        {
            world.Fail($"events: an upload that has not ended is told as {notice.End}");
        }
        else if (end != notice.End)
        {
            world.Fail($"events: an upload that is {end} is told as {notice.End}");
        }

        if (!_ids.TryAdd(upload, notice.Id))
        {
            world.Coverage.Saw(Situations.EndToldAgain);
            if (_ids[upload] != notice.Id)
            {
                world.Fail("events: a repetition has another ID");
            }
        }
    }

    /// <summary>The receiver has taken the event, or has refused it after so long that it is given up.</summary>
    public void Closed(EndNotice notice) => _told.Add(notice.Spec.Upload.Entity);

    /// <summary>Whether an event that the receiver refuses now may be given up.</summary>
    public bool IsOld(EndNotice notice) => world.Now >= notice.At + UploadPolicy.EndNoticeLife - Slack;

    /// <summary>After all faults have stopped, and more than the life of an event later.</summary>
    public void CheckAllTold()
    {
        if (_ended.Keys.Except(_told).ToList() is { Count: > 0 } missing)
        {
            world.Fail($"events: the end of {SimulatedProcess.Named(missing[0])}, {_ended[missing[0]]}, is never told");
        }
    }
}

/// <summary>A receiver of events as one process reaches it: slow, and failing, also after it has taken the event.</summary>
internal sealed class SimulatedReceiver(SimulatedWorld world, int process, TimeProvider clock, EndWatch watch) : IUploadEvents
{
    public async ValueTask EndedAsync(EndNotice notice, CancellationToken cancellationToken)
    {
        watch.Arrived(notice);
        var fails = world.Faults.Chance(world.Options.EventFails);
        var isTaken = !fails || watch.IsOld(notice);
        await Task.Delay(world.Faults.Milliseconds(0, world.Options.SlowMilliseconds), clock, cancellationToken);
        if (isTaken)
        {
            watch.Closed(notice);
        }

        if (fails)
        {
            world.Fault(process, "receiver of events fails", notice.Id);
            throw new IOException("The simulated receiver fails.");
        }
    }
}
