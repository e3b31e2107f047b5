using System.Collections.Frozen;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Core.Uploads;

/// <content>State from events, and what time does to an upload: expiry, collection of bytes, forgetting.</content>
public sealed partial class UploadDecider
{
    /// <inheritdoc/>
    public override UploadState Evolve(UploadState state, UploadEvent happened) => (state, happened) switch
    {
        (UploadState.Unknown, UploadInitiated e) =>
            new UploadState.Open(e.Opening, PartMap.Empty, e.Opening.CreatedAt, DateTimeOffset.MinValue),
        (UploadState.Open open, PartStored e) =>
            With(open, e.Slot, new StoredPart(e.LengthBytes, e.TreeHash, PartPlace.In(e.Attempt), e.At)),
        (UploadState.Open open, LocatedPartStored e) =>
            With(open, e.Slot, new StoredPart(e.LengthBytes, e.TreeHash, PartPlace.At(e.Location), e.At)),
        (UploadState.Open open, AttemptsFenced e) => open with { FencedBefore = e.Before },
        (UploadState.Open open, UploadCompleted e) => Completed(open, e),
        (UploadState.Open open, UploadAborted e) => new UploadState.Ended(open.Opening, Aborted: true, e.At, Closed: false),
        (UploadState.Open open, UploadExpired e) => new UploadState.Ended(open.Opening, Aborted: false, e.At, Closed: false),
        (UploadState.Ended ended, UploadClosed) => ended with { Closed = true },
        (UploadState.Completed completed, ManifestStored) => completed with { Parts = null },
        (UploadState.Completed completed, ArchiveIndexed) => completed with { Indexed = true },
        // Only an indexed archive can be deleted; so the index is never told again, however late a confirmation is.
        (UploadState.Completed completed, ArchiveReleased e) =>
            completed with { Parts = null, Indexed = true, ReleasedAt = e.At },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} cannot follow in {state.GetType().Name}."),
    };

    /// <summary>An open upload without activity expires; the record of an ended one is forgotten after its life.</summary>
    public override Decision<UploadEvent> Wake(UploadState state, DateTimeOffset now) => state switch
    {
        UploadState.Open open when now >= ExpiresAt(open) =>
            Accept(new UploadExpired(now)).Telling(CloseUpload(open.Opening)),
        UploadState.Ended { Closed: true } ended when now >= ended.EndedAt + policy.RecordLife =>
            Forget(),
        UploadState.Completed { Indexed: true, ReleasedAt: { } releasedAt } when now >= ForgetAt(releasedAt) =>
            Forget(),
        _ => Nothing,
    };

    /// <inheritdoc/>
    public override DateTimeOffset? WakeAt(UploadState state) => state switch
    {
        UploadState.Open open => ExpiresAt(open),
        UploadState.Ended ended => ended.EndedAt + policy.RecordLife,
        UploadState.Completed { ReleasedAt: { } releasedAt } => ForgetAt(releasedAt),
        _ => null,
    };

    /// <inheritdoc/>
    public override IEnumerable<Intent> Pending(UploadState state) => state switch
    {
        UploadState.Completed { Parts: { } parts } completed => [StoreManifest(completed, parts)],
        UploadState.Completed { Indexed: false } completed => [IndexArchive(completed)],
        UploadState.Ended { Closed: false } ended => [CloseUpload(ended.Opening)],
        _ => [],
    };

    /// <inheritdoc/>
    public override IEnumerable<UploadEvent> Compact(UploadState state)
    {
        switch (state)
        {
            case UploadState.Open open:
                yield return new UploadInitiated(open.Opening);
                foreach (var happened in Compact(open.Parts))
                {
                    yield return happened;
                }

                if (open.FencedBefore > DateTimeOffset.MinValue)
                {
                    yield return new AttemptsFenced(open.FencedBefore);
                }

                break;
            case UploadState.Completed completed:
                yield return new UploadInitiated(completed.Opening);
                foreach (var happened in Compact(completed.Parts ?? PartMap.Empty))
                {
                    yield return happened;
                }

                yield return new UploadCompleted(
                    completed.Archive, completed.SizeBytes, completed.TreeHash, completed.CompletedAt);
                if (completed.Parts is null)
                {
                    yield return new ManifestStored();
                }

                if (completed.ReleasedAt is { } releasedAt)
                {
                    yield return new ArchiveReleased(releasedAt);
                }
                else if (completed.Indexed)
                {
                    yield return new ArchiveIndexed();
                }

                break;
            case UploadState.Ended ended:
                yield return new UploadInitiated(ended.Opening);
                yield return ended.Aborted ? new UploadAborted(ended.EndedAt) : new UploadExpired(ended.EndedAt);
                if (ended.Closed)
                {
                    yield return new UploadClosed();
                }

                break;
        }
    }

    /// <inheritdoc/>
    public override int CompactCount(UploadState state) => state switch
    {
        UploadState.Open open => 2 + open.Parts.Count,
        UploadState.Completed completed => 4 + (completed.Parts?.Count ?? 0),
        _ => 3,
    };

    /// <summary>Bytes outlive what refers to them: those of a deleted archive stay for jobs that finished before.</summary>
    private Decision<UploadEvent> Fence(UploadState state, FenceAttempts command, DateTimeOffset now) => state switch
    {
        UploadState.Open open when command.Before > open.FencedBefore =>
            Accept(InUse(open.Parts), new AttemptsFenced(command.Before)),
        UploadState.Open open => Reply(InUse(open.Parts)),
        UploadState.Completed { Parts: { } parts } => Reply(InUse(parts)),
        UploadState.Completed { ReleasedAt: { } at } when now >= at + policy.DeletedArchiveGrace =>
            Reply(new AttemptsInUse.None()),
        UploadState.Completed => Reply(new AttemptsInUse.ByManifest()),
        _ => Reply(new AttemptsInUse.None()),
    };

    private static Decision<UploadEvent> Release(UploadState state, ReleaseArchive command) =>
        state is UploadState.Completed { ReleasedAt: null } completed && completed.Archive == command.Archive
            ? Accept(new ArchiveReleased(command.DeletedAt))
            : Nothing;

    private static UploadState.Open With(UploadState.Open open, int slot, StoredPart part) => open with
    {
        Parts = open.Parts.With(slot, part),
        LastActivityAt = part.StoredAt > open.LastActivityAt ? part.StoredAt : open.LastActivityAt,
    };

    private static AttemptsInUse.Only InUse(PartMap parts) =>
        new(parts.From(0).Select(slot => slot.Value.Place.Attempt).OfType<AttemptId>().ToFrozenSet());

    private static IEnumerable<UploadEvent> Compact(PartMap parts) =>
        parts.From(0).Select(slot => Stored(slot.Key, slot.Value));

    private static UploadEvent Stored(int slot, StoredPart part) => part.Place switch
    {
        { Attempt: { } attempt } => new PartStored(slot, part.LengthBytes, part.TreeHash, attempt, part.StoredAt),
        { Location: { } location } =>
            new LocatedPartStored(slot, part.LengthBytes, part.TreeHash, location, part.StoredAt),
        _ => throw new InvalidOperationException("A part is in the part store or elsewhere."),
    };

    /// <summary>Nobody can go on with an archive in one request whose request broke off, so it need not wait for long; but it
    /// keeps its vault from being deleted, so it must not.</summary>
    private DateTimeOffset ExpiresAt(UploadState.Open open) => open.LastActivityAt
        + (open.Opening.Origin == UploadOrigin.SingleRequest ? UploadPolicy.MinStaleAfter : policy.StaleAfter);

    private DateTimeOffset ForgetAt(DateTimeOffset releasedAt) => releasedAt
        + (policy.RecordLife > policy.DeletedArchiveGrace ? policy.RecordLife : policy.DeletedArchiveGrace);
}
