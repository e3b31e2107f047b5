namespace OrleansUploads.Simulation.Bugs;

/// <summary>Mistakes in how uploads list themselves in the index of their vault, and in the leaves of that index.</summary>
internal static class ListBugs
{
    public static IReadOnlyList<BugCase> All { get; } = [.. OfUploads.All, .. OfLeaves.All];

    private abstract class OfUploads : BugsOf<UploadState, UploadCommand, UploadEvent>
    {
        public static IReadOnlyList<BugCase> All { get; } =
        [
            Bug("an initiation is answered before the vault lists the upload", 1000, right => new(right)
            {
                Decides = (state, command, time) => command is InitiateUpload
                    ? right.Decide(state, command, time).AnsweringAtOnce()
                    : right.Decide(state, command, time),
            }),
            Bug("a completed upload stays listed", 300, Unlisting(static state => state is not (UploadState.Completing or UploadState.Stored))),
            Bug("an upload that was aborted or has expired stays listed", 300, Unlisting(static state => state is not UploadState.Ended)),
            Bug("a completion is answered before the upload is taken from the list", 10_000, right => new(right)
            {
                Decides = (state, command, time) =>
                {
                    var decision = right.Decide(state, command, time);
                    return decision.Raising([.. decision.Intents.Select(NotAwaited)]);
                },
                FindsPending = state => right.Pending(state).Select(NotAwaited),
            }),
            Bug("a snapshot takes a completed upload for unlisted", 5000, right => new(right)
            {
                Stores = static state => state switch
                {
                    UploadState.Completing completing => completing with { Unlisted = true },
                    UploadState.Stored stored => stored with { Unlisted = true },
                    _ => state,
                },
            }),
        ];

        private static Func<Decider<UploadState, UploadCommand, UploadEvent>, Mistake<UploadState, UploadCommand, UploadEvent>> Unlisting(
            Func<UploadState, bool> isTold) => right => new(right)
            {
                Decides = (state, command, time) =>
                {
                    var decision = right.Decide(state, command, time);
                    var after = decision.Events.Aggregate(state, right.Evolve);
                    return isTold(after) ? decision : decision.Raising([.. decision.Intents.Where(static intent => !IsUnlisting(intent))]);
                },
                FindsPending = state => isTold(state) ? right.Pending(state) : right.Pending(state).Where(static intent => !IsUnlisting(intent)),
            };

        private static bool IsUnlisting(Intent intent) => intent.Action is TellKey { Command: UnlistUpload };

        private static Intent NotAwaited(Intent intent) => IsUnlisting(intent) ? intent with { IsAwaited = false } : intent;
    }

    private abstract class OfLeaves : BugsOf<KeyLeafState, KeyLeafCommand, KeyLeafEvent>
    {
        public static IReadOnlyList<BugCase> All { get; } =
        [
            Bug("a list of uploads skips an upload behind its marker", 1000, right => new(right)
            {
                Decides = (state, command, time) =>
                {
                    var decision = right.Decide(state, command, time);
                    return command is ReadLeaf { From.Upload: not null } && decision.Answer is LeafPage { Entries.Count: > 1 } page
                        ? Reply(page with { Entries = [page.Entries[0], .. page.Entries.Skip(2)] })
                        : decision;
                },
            }),
            Bug("a leaf's snapshot lacks an upload", 1000, right => new(right)
            {
                Stores = static state => state is { Leaf.Index.Vault: not null, Entries.IsEmpty: false }
                    ? state with { Entries = state.Entries.RemoveAt(state.Entries.Length - 1) }
                    : state,
            }),
            Bug("a leaf lists an upload again that was taken from it", 5000, right => new(right)
            {
                Decides = (state, command, time) => right.Decide(
                    command is ListUpload && state.Leaf.Index.Vault is not null ? state with { Settled = [] } : state, command, time),
            }),
        ];
    }
}
