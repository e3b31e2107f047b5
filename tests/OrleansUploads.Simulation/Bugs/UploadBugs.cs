using System.Security.Cryptography;

namespace OrleansUploads.Simulation.Bugs;

internal abstract class UploadBugs : BugsOf<UploadState, UploadCommand, UploadEvent>
{
    public static IReadOnlyList<BugCase> All { get; } =
    [
        Bug("a repeated complete is answered before the delivery", 5000, right => new(right)
        {
            Decides = (state, command, time) =>
            {
                var decision = right.Decide(state, command, time);
                return decision.Awaits == AwaitedIntents.OwnAndEarlier ? Reply(decision.Answer) : decision;
            },
        }),
        Bug("a complete is answered before the index has the archive", 1000, right => new(right)
        {
            Decides = (state, command, time) =>
            {
                var decision = right.Decide(state, command, time);
                return command is CompleteUpload && !decision.Events.IsEmpty ? decision.AnsweringAtOnce() : decision;
            },
        }),
        Bug("the archive ID is random, not derived", 300, right =>
        {
            var drawn = 0;
            return new(right)
            {
                Decides = (state, command, time) =>
                {
                    var decision = right.Decide(state, command, time);
                    return decision.Answer is CompletedArchive done && decision.Events.IsEmpty
                        ? Repeat(done with
                        {
                            Archive = ArchiveId.Derive(((UploadState.Known)state).Spec.Upload, ++drawn, done.TreeHash),
                        })
                        : decision;
                },
            };
        }),

        Bug("the part of a small archive is forgotten at its publication", 300, right => new(right)
        {
            Evolves = (state, happened) =>
                happened is CompletionPublished && right.Evolve(state, happened) is UploadState.Stored { Spec: ArchiveUploadSpec } stored
                    ? stored with { Parts = null }
                    : right.Evolve(state, happened),
        }),
        Bug("the part of a small archive is forgotten at its deletion", 3000, right => new(right)
        {
            Evolves = (state, happened) => happened is UploadReleased && right.Evolve(state, happened) is UploadState.Stored stored
                ? stored with { Parts = null }
                : right.Evolve(state, happened),
        }),

        // A node without a sibling is paired with itself, as in other hash trees.
        Bug("the tree hash pairs odd nodes with themselves", 300, right => new(right)
        {
            Decides = (state, command, time) =>
            {
                var decision = right.Decide(state, command, time);
                return state is UploadState.Open open && command is CompleteUpload complete && decision.Events.Length > 0
                    && FoldOddly([.. open.Parts.From(1).Select(placed => placed.Part.TreeHash.Digest)]) is var computed
                    && computed != complete.TreeHash.Digest
                        ? Refuse(new Refusal.TreeHashDiffers(complete.TreeHash, new TreeHash(computed)))
                        : decision;
            },
        }),
        Bug("the first attempt for a number stays the part", 300, right => new(right)
        {
            Decides = (state, command, time) =>
            {
                var decision = right.Decide(state, command, time);
                return decision.Events is [PartStored stored] && state is UploadState.Open open && open.Parts[stored.Number] is not null
                    ? Reply(decision.Answer)
                    : decision;
            },
        }),
        Bug("a snapshot lacks a part", 300, right => new(right)
        {
            Stores = static state => state is UploadState.Open { Parts.Count: > 0 } open
                ? open with { Parts = PartMap.FromStored([.. open.Parts.From(1).SkipLast(1)]) }
                : state,
        }),
        Bug("an expired upload still accepts parts", 2000, right => new(right)
        {
            Decides = (state, command, time) => state is UploadState.Ended { End: UploadEnd.Expired } && command is StorePart or CheckPart
                ? Nothing
                : right.Decide(state, command, time),
        }),
        Bug("advice is given without regard to the upload", 1000, right => new(right)
        {
            Decides = (state, command, time) => command is CheckPart ? Nothing : right.Decide(state, command, time),
        }),
        Bug("an abort is answered after the completion", 300, right => new(right)
        {
            Decides = (state, command, time) => state is UploadState.Completing or UploadState.Stored && command is AbortUpload
                ? Nothing
                : right.Decide(state, command, time),
        }),
        Bug("a short middle part is completed", 10_000, right => new(right)
        {
            Decides = (state, command, time) =>
            {
                var decision = right.Decide(state, command, time);
                if (decision.Answer is not Refusal.PartTooShort || state is not UploadState.Open open)
                {
                    return decision;
                }

                var claimed = (CompleteUpload)command;
                if (TreeHasher.Combine(open.Parts.From(1).Select(placed => placed.Part.TreeHash).ToArray()) != claimed.TreeHash)
                {
                    return decision;
                }

                var archive = ArchiveId.Derive(open.Spec.Upload, claimed.SizeBytes, claimed.TreeHash);
                var completed = new CompletionFrozen(new ArchiveCompletion(archive, claimed.SizeBytes, claimed.TreeHash, time.Now));
                var answer = new CompletedArchive(archive, claimed.Vault.Id, claimed.SizeBytes, claimed.TreeHash);
                return Accept(answer, completed).Raising([.. right.Pending(right.Evolve(state, completed))]);
            },
        }),
        Bug("an archive in one request is answered before the index has it", 1000, right => new(right)
        {
            Decides = (state, command, time) => command is PutArchive
                ? right.Decide(state, command, time).AnsweringAtOnce()
                : right.Decide(state, command, time),
        }),
        Bug("the upload of an earlier incarnation of the vault is found", 2000, right => new(right)
        {
            Decides = (state, command, time) => right.Decide(state, OfTheUploadsVault(state, command), time),
        }),
        Bug("collection forgets its fence", 10_000, right => new(right)
        {
            Decides = (state, command, time) => command is FenceAttempts
                ? Reply(right.Decide(state, command, time).Answer)
                : right.Decide(state, command, time),
        }),

        // The upload takes its completion for good although the vault was deleted before: its client gets the ID of an archive that is
        // nowhere.
        Bug("a completion that a deleted vault had not recorded is answered", 5000, right => new(right)
        {
            Decides = (state, command, time) =>
            {
                var decision = right.Decide(
                    state, command is ConfirmArchiveIndexed confirm ? confirm with { IsVaultGone = false } : command, time);
                return decision.Intents.IsEmpty ? decision : decision.Raising([.. decision.Intents.Select(WithoutVerdict)]);
            },
            FindsPending = state => right.Pending(state).Select(WithoutVerdict),
        }),

        // The end of the vault also ends a completion that the vault has recorded.
        Bug("a completion that the vault has recorded is withdrawn", 300, right => new(right)
        {
            Decides = (state, command, time) =>
                right.Decide(state, command is ConfirmArchiveIndexed confirm ? confirm with { IsVaultGone = true } : command, time),
        }),
    ];

    /// <summary>A command, as if it were about the incarnation of the upload's vault.</summary>
    private static UploadCommand OfTheUploadsVault(UploadState state, UploadCommand command)
    {
        var vault = ((state as UploadState.Known)?.Spec as ArchiveUploadSpec)?.Vault;
        return (vault, command) switch
        {
            ({ } own, CheckPart c) => c with { Vault = own },
            ({ } own, StorePart c) => c with { Vault = own },
            ({ } own, ListParts c) => c with { Vault = own },
            ({ } own, CompleteUpload c) => c with { Vault = own },
            ({ } own, AbortUpload c) => c with { Vault = own },
            _ => command,
        };
    }

    private static Intent WithoutVerdict(Intent intent) =>
        intent.Key == "index" ? intent with { Revises = null } : intent;

    private static Sha256Digest FoldOddly(List<Sha256Digest> nodes)
    {
        while (nodes.Count > 1)
        {
            var parents = new List<Sha256Digest>();
            for (var left = 0; left < nodes.Count; left += 2)
            {
                var right = nodes[Math.Min(left + 1, nodes.Count - 1)];
                parents.Add(new Sha256Digest(SHA256.HashData([.. nodes[left].Span, .. right.Span])));
            }

            nodes = parents;
        }

        return nodes[0];
    }
}
