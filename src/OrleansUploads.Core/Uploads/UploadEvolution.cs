using OrleansUploads.Core.Parts;

namespace OrleansUploads.Core.Uploads;

/// <summary>Computes the state of an upload from its events, and the shortest history of a state.</summary>
internal static class UploadEvolution
{
    /// <summary>Returns the state after an event.</summary>
    /// <exception cref="InvalidOperationException">The event is not valid in this state, so the history is not
    /// valid.</exception>
    public static UploadState Apply(UploadState state, UploadEvent happened) => (state, happened) switch
    {
        (UploadState.OfObject, _) or (_, ObjectUploadInitiated) => ObjectUploadEvolution.Apply(state, happened),
        (UploadState.Unknown, UploadInitiated e) =>
            new UploadState.Open(e.Spec, PartMap.Empty, e.Spec.CreatedAt, DateTimeOffset.MinValue)
            {
                Senders = e.Senders ?? SenderTable.Empty,
            },
        (UploadState.Open open, PartStored e) => WithStoredPart(open, e),
        (UploadState.Open open, ExternalPartStored e) => WithExternalPart(open, e),
        (UploadState.Open open, AttemptsFenced e) => open with { FencedBefore = e.Before },
        (UploadState.Open open, UploadCompleted e) => CompletedBy(open, e) with
        {
            Timeline = e.Timeline ?? UploadTimelines.Keep(open, e.Sender),
        },
        (UploadState.Open open, UploadAborted e) => new UploadState.Ended(open.Spec, Aborted: true, e.At, Closed: false)
        {
            Timeline = e.Timeline ?? UploadTimelines.Keep(open, e.Sender),
        },
        (UploadState.Open open, UploadExpired e) => new UploadState.Ended(open.Spec, Aborted: false, e.At, Closed: false)
        {
            Timeline = e.Timeline ?? UploadTimelines.Keep(open, endedBy: null),
        },
        (UploadState.Open open, UploadEndedWithVault e) => EndedWithVault(open.Spec, e, UploadTimelines.Keep(open, endedBy: null)),
        (UploadState.Completed completed, UploadEndedWithVault e) => EndedWithVault(completed.Spec, e, completed.Timeline),
        (UploadState.Ended ended, UploadClosed) => ended with { Closed = true },
        (UploadState.Completed completed, ManifestStored) => completed with { Parts = null },
        (UploadState.Completed completed, ArchiveIndexed) => completed with { Indexed = true },

        // Only an indexed archive can be deleted, so it counts as indexed. The archive is then never added to the index
        // again, even if a confirmation arrives late.
        (UploadState.Completed completed, ArchiveReleased e) =>
            completed with { Parts = null, Indexed = true, ReleasedAt = e.At, BytesUntil = e.BytesUntil },
        (UploadState.Completed completed, BytesReleased) => completed with { BytesReleased = true },
        (UploadState.Completed completed, BytesReclaimed) => completed with { BytesReclaimed = true },
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name} in state {state.GetType().Name}."),
    };

    /// <summary>Returns the state after a completion, without the timeline. Making the timeline takes longer than everything else, so the
    /// decision does without it.</summary>
    public static UploadState.Completed CompletedBy(UploadState.Open open, UploadCompleted happened) => new(
        open.Spec,
        happened.Archive,
        happened.SizeBytes,
        happened.TreeHash,
        happened.At,
        open.Parts,
        Indexed: false,
        ReleasedAt: null);

    /// <summary>Returns the shortest history with the same state.</summary>
    public static IEnumerable<UploadEvent> Compact(UploadState state) => state switch
    {
        UploadState.OfObject ofObject => ObjectUploadEvolution.Compact(ofObject),
        UploadState.Open open => CompactOpen(open),
        UploadState.Completed completed => CompactCompleted(completed),
        UploadState.Ended ended => CompactEnded(ended),
        _ => [],
    };

    /// <summary>Returns an upper bound of the number of events that <see cref="Compact"/> returns, without creating
    /// them.</summary>
    public static int CompactCount(UploadState state) => state switch
    {
        UploadState.OfObject ofObject => ObjectUploadEvolution.CompactCount(ofObject),
        UploadState.Open open => 2 + open.Parts.Count + open.KeptAttempts,
        UploadState.Completed completed =>
            4 + (completed.Parts?.Count ?? 0) + (completed.BytesReleased ? 1 : 0) + (completed.BytesReclaimed ? 1 : 0),
        _ => 3,
    };

    private static UploadState.Ended EndedWithVault(UploadSpec spec, UploadEndedWithVault happened, PackedTimeline? timeline) =>
        new(spec, Aborted: true, happened.At, Closed: false) { WithVault = true, Timeline = happened.Timeline ?? timeline };

    private static UploadState.Open WithStoredPart(UploadState.Open open, PartStored happened)
    {
        var trail = TrailOf(open, happened.Slot, happened.By, happened.Lost, out var kept);
        var place = PartPlace.In(happened.Attempt);
        var part = new StoredPart(happened.LengthBytes, happened.TreeHash, place, happened.At) { Trail = trail };
        return WithPart(open, open.Senders.With(happened.Sender), happened.Slot, part, kept);
    }

    private static UploadState.Open WithExternalPart(UploadState.Open open, ExternalPartStored happened)
    {
        var trail = TrailOf(open, happened.Slot, by: null, happened.Lost, out var kept);
        var place = PartPlace.At(happened.Location);
        var part = new StoredPart(happened.LengthBytes, happened.TreeHash, place, happened.At) { Trail = trail };
        return WithPart(open, open.Senders, happened.Slot, part, kept);
    }

    private static PartTrail<StoredPart> TrailOf(UploadState.Open open, int slot, int? by, int? lost, out int keptAttempts)
    {
        keptAttempts = open.KeptAttempts;
        var before = open.Parts[slot];
        return (before?.Trail ?? default).Continue(before, by, lost, ref keptAttempts);
    }

    private static UploadState.Open WithPart(
        UploadState.Open open, SenderTable senders, int slot, StoredPart part, int keptAttempts) =>
        open with
        {
            Senders = senders,
            Parts = open.Parts.With(slot, part),
            LastActivityAt = part.StoredAt > open.LastActivityAt ? part.StoredAt : open.LastActivityAt,
            KeptAttempts = keptAttempts,
        };

    private static IEnumerable<UploadEvent> CompactOpen(UploadState.Open open)
    {
        yield return new UploadInitiated(open.Spec, open.Senders.InOrder.IsEmpty ? null : open.Senders);
        foreach (var happened in CompactParts(open.Parts))
        {
            yield return happened;
        }

        if (open.FencedBefore > DateTimeOffset.MinValue)
        {
            yield return new AttemptsFenced(open.FencedBefore);
        }
    }

    private static IEnumerable<UploadEvent> CompactCompleted(UploadState.Completed completed)
    {
        yield return new UploadInitiated(completed.Spec);
        foreach (var (slot, part) in (completed.Parts ?? PartMap.Empty).From(0))
        {
            yield return EventOf(slot, part with { Trail = default });
        }

        yield return new UploadCompleted(
            completed.Archive, completed.SizeBytes, completed.TreeHash, completed.CompletedAt, Timeline: completed.Timeline);
        if (completed.Parts is null)
        {
            yield return new ManifestStored();
        }

        if (completed.ReleasedAt is { } releasedAt)
        {
            yield return new ArchiveReleased(releasedAt, completed.BytesUntil);
            if (completed.BytesReleased)
            {
                yield return new BytesReleased();
            }

            if (completed.BytesReclaimed)
            {
                yield return new BytesReclaimed();
            }
        }
        else if (completed.Indexed)
        {
            yield return new ArchiveIndexed();
        }
    }

    private static IEnumerable<UploadEvent> CompactEnded(UploadState.Ended ended)
    {
        yield return new UploadInitiated(ended.Spec);
        yield return ended.WithVault ? new UploadEndedWithVault(ended.EndedAt, ended.Timeline)
            : ended.Aborted ? new UploadAborted(ended.EndedAt, Timeline: ended.Timeline)
            : new UploadExpired(ended.EndedAt, ended.Timeline);
        if (ended.Closed)
        {
            yield return new UploadClosed();
        }
    }

    /// <summary>Returns the events of parts. The attempts that a part replaced come before it, so that reading the events replaces them
    /// again.</summary>
    private static IEnumerable<UploadEvent> CompactParts(PartMap parts)
    {
        foreach (var (slot, part) in parts.From(0))
        {
            var replaced = part.Trail.Replaced(static earlier => earlier.Trail);
            foreach (var earlier in replaced)
            {
                yield return EventOf(slot, earlier);
            }

            yield return EventOf(slot, part, part.Trail.Resent - replaced.Count);
        }
    }

    private static UploadEvent EventOf(int slot, StoredPart part, int lost = 0)
    {
        int? leftOut = lost == 0 ? null : lost;
        return part.Place switch
        {
            { Attempt: { } attempt } => new PartStored(
                slot, part.LengthBytes, part.TreeHash, attempt, part.StoredAt, part.Trail.Number, Sender: null, leftOut),
            { Location: { } location } =>
                new ExternalPartStored(slot, part.LengthBytes, part.TreeHash, location, part.StoredAt, leftOut),
            _ => throw new InvalidOperationException("A part has neither an attempt nor a location."),
        };
    }
}
