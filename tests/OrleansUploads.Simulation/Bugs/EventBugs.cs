namespace OrleansUploads.Simulation.Bugs;

/// <summary>Mistakes in the rules of telling how uploads ended.</summary>
internal abstract class EventBugs : BugsOf<UploadState, UploadCommand, UploadEvent>
{
    public static IReadOnlyList<BugCase> All { get; } =
    [
        // What a process has in hand when it dies is lost.
        Bug("the end of an upload is told but not recorded as due", 1000, right => new(right)
        {
            Decides = (state, command, time) => WithoutRecord(right.Decide(state, command, time)),
            Wakes = (state, time) => WithoutRecord(right.Wake(state, time)),
        }),
        Bug("a failed event is not told again", 1000, right => new(right)
        {
            Wakes = (state, time) => right.Wake(WithoutNotice(state), time),
            FindsWake = (state, time) => right.WakeAt(WithoutNotice(state), time),
        }),

        // The vault may be deleted before it has recorded the archive.
        Bug("a completion is told before the vault has recorded it", 1000, right => new(right)
        {
            Decides = (state, command, time) =>
            {
                var decision = right.Decide(state, command, time);
                return state is UploadState.Open { Spec.IsListed: true } open && decision.Events is [CompletionFrozen { Completion: var done }]
                    ? decision.Raising([.. decision.Intents, Tell(new EndNotice(open.Spec, UploadPhase.Completed, done.At, done))])
                    : decision;
            },
        }),
        Bug("an expired upload is told as aborted", 1000, right => new(right)
        {
            Wakes = (state, time) =>
            {
                var decision = right.Wake(state, time);
                return decision.Raising([.. decision.Intents.Select(static intent => intent.Action is TellEnd { Notice: var notice }
                    ? Tell(notice with { End = notice.End == UploadPhase.Expired ? UploadPhase.Aborted : notice.End })
                    : intent)]);
            },
        }),
    ];

    private static Decision<UploadEvent> WithoutRecord(Decision<UploadEvent> decision) =>
        decision.Events.Any(static happened => happened is EndNoticeDue)
            ? Accept(decision.Answer, [.. decision.Events.Where(static happened => happened is not EndNoticeDue)]).Raising(decision.Intents)
            : decision;

    private static UploadState WithoutNotice(UploadState state) => state switch
    {
        UploadState.Stored stored => stored with { NoticeSince = null },
        UploadState.Ended ended => ended with { NoticeSince = null },
        _ => state,
    };

    private static Intent Tell(EndNotice notice) => new("tell-end", new TellEnd(notice, "tenant", IsLast: false), new ConfirmEndTold())
    {
        IsAwaited = false,
        IsRecorded = false,
    };
}
