using System.Security.Cryptography;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Hashing;

using Rules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Uploads.UploadState,
    OrleansUploads.Core.Uploads.UploadCommand,
    OrleansUploads.Core.Uploads.UploadEvent>;

namespace OrleansUploads.Simulation.Bugs;

/// <summary>Mistakes in the rules of an upload.</summary>
internal static class UploadBugs
{
    public static PlantedBug Plant(Func<Rules, Rules> rules) => new RulesBug<UploadState, UploadCommand, UploadEvent>(rules);

    internal abstract class UploadMistake(Rules right) : OtherRules<UploadState, UploadCommand, UploadEvent>(right);

    /// <summary>A complete is answered when it is durable, before the index has the archive.</summary>
    internal sealed class AnsweredBeforeIndexed(Rules right) : UploadMistake(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time)
        {
            var decision = Right.Decide(state, command, time);
            return command is CompleteUpload && decision.Intents.Length == 1
                ? decision.AnsweringAtOnce()
                : decision;
        }
    }

    internal sealed class DrawnArchiveId(Rules right) : UploadMistake(right)
    {
        private int _drawn;

        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time)
        {
            var decision = Right.Decide(state, command, time);
            if (decision.Answer is not CompletedArchive done || decision.Events.Length > 0)
            {
                return decision;
            }

            var upload = ((UploadState.Completed)state).Spec.Upload;
            return Repeat(done with { Archive = ArchiveId.Derive(upload, ++_drawn, done.TreeHash) });
        }
    }

    /// <summary>A node without a sibling is paired with itself, as in other hash trees.</summary>
    internal sealed class OddNodesPairedWithThemselves(Rules right) : UploadMistake(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time)
        {
            var decision = Right.Decide(state, command, time);
            return state is UploadState.Open open && command is CompleteUpload complete && decision.Events.Length > 0
                && Fold([.. open.Parts.From(0).Select(part => part.Value.TreeHash.Digest)]) is var computed
                && computed != complete.TreeHash.Digest
                    ? Refuse(new OrleansUploads.Core.Refusals.Refusal.TreeHashDiffers(complete.TreeHash, new TreeHash(computed)))
                    : decision;
        }

        private static Sha256Digest Fold(List<Sha256Digest> nodes)
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

    internal sealed class FirstAttemptStays(Rules right) : UploadMistake(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time)
        {
            var decision = Right.Decide(state, command, time);
            return decision.Events is [PartStored stored] && state is UploadState.Open open && open.Parts[stored.Slot] is not null
                ? Reply(decision.Answer)
                : decision;
        }
    }

    internal sealed class SnapshotWithoutLastPart(Rules right) : UploadMistake(right)
    {
        public override IEnumerable<UploadEvent> Compact(UploadState state)
        {
            var events = Right.Compact(state).ToList();
            var last = events.FindLastIndex(happened => happened is PartStored);
            return events.Where((_, index) => index != last);
        }
    }

    internal sealed class ExpiredStillAccepts(Rules right) : UploadMistake(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) =>
            state is UploadState.Ended { Aborted: false } && command is StorePart or CheckPart
                ? Nothing
                : Right.Decide(state, command, time);
    }

    internal sealed class RepeatAnsweredAtOnce(Rules right) : UploadMistake(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time)
        {
            var decision = Right.Decide(state, command, time);
            return decision.AwaitsPending ? Reply(decision.Answer) : decision;
        }
    }

    internal sealed class AbortAnsweredAfterCompletion(Rules right) : UploadMistake(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) =>
            state is UploadState.Completed && command is AbortUpload ? Nothing : Right.Decide(state, command, time);
    }

    internal sealed class AdvisesBlindly(Rules right) : UploadMistake(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) =>
            command is CheckPart ? Nothing : Right.Decide(state, command, time);
    }

    internal sealed class FenceNotKept(Rules right) : UploadMistake(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) =>
            command is FenceAttempts ? Reply(Right.Decide(state, command, time).Answer) : Right.Decide(state, command, time);
    }

    internal sealed class ShortMiddlePartTaken(Rules right) : UploadMistake(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time)
        {
            var decision = Right.Decide(state, command, time);
            if (decision.Answer is not OrleansUploads.Core.Refusals.Refusal.PartTooShort || state is not UploadState.Open open)
            {
                return decision;
            }

            var claimed = (CompleteUpload)command;
            var hashes = open.Parts.From(0).Select(part => part.Value.TreeHash).ToArray();
            if (TreeHasher.Combine(hashes) != claimed.TreeHash)
            {
                return decision;
            }

            var archive = ArchiveId.Derive(open.Spec.Upload, claimed.SizeBytes, claimed.TreeHash);
            var completed = new UploadCompleted(archive, claimed.SizeBytes, claimed.TreeHash, time.Now);
            var answer = new CompletedArchive(archive, claimed.Vault, claimed.SizeBytes, claimed.TreeHash);
            return Accept(answer, completed).Telling([.. Pending(Right.Evolve(state, completed))]);
        }
    }
}
