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
                Senders = SenderTable.Of(e.Senders),
            },
        (UploadState.Open open, UploadListed) => open with { Listed = true },
        (UploadState.Open open, PartStored e) => WithStoredPart(open, e),
        (UploadState.Open open, ExternalPartStored e) => WithExternalPart(open, e),
        (UploadState.Open open, AttemptsFenced e) => open with { FencedBefore = e.Before },
        (UploadState.Open open, UploadCompleted e) =>
            new UploadState.Completed(open.Spec, e.Archive, e.SizeBytes, e.TreeHash, e.At, open.Parts, ReleasedAt: null)
            {
                Unlisted = !IsListed(open.Spec),
            },
        (UploadState.Open open, UploadAborted e) => End(open, aborted: true, e.At),
        (UploadState.Open open, UploadExpired e) => End(open, aborted: false, e.At),
        (UploadState.Ended ended, UploadListed) => ended with { Listed = true },
        (UploadState.Ended ended, UploadUnlisted) => ended with { Closed = true },
        (UploadState.Completed completed, UploadUnlisted) => completed with { Unlisted = true },

        // Only a completed upload ends with its vault. A snapshot leaves the completion out.
        (UploadState.Open open, UploadEndedWithVault e) => End(open, aborted: true, e.At) with { WithVault = true },

        // A completed upload is removed from the list whether or not it is in it yet.
        (UploadState.Completed completed, UploadEndedWithVault e) =>
            new UploadState.Ended(completed.Spec, Aborted: true, e.At, Listed: true, completed.Unlisted) { WithVault = true },
        (UploadState.Completed completed, ArchiveIndexed) => completed with { Parts = null },

        // Only an indexed archive can be deleted, so it counts as indexed. The archive is then never added to the index
        // again, even if a confirmation arrives late.
        (UploadState.Completed completed, ArchiveReleased e) =>
            completed with { Parts = null, ReleasedAt = e.At, BytesUntil = e.BytesUntil },
        (UploadState.Completed completed, BytesReleased) => completed with { BytesReleased = true },
        (UploadState.Completed completed, BytesReclaimed) => completed with { BytesReclaimed = true },
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name} in state {state.GetType().Name}."),
    };

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
        UploadState.Open open => 3 + open.Parts.Count,
        UploadState.Completed completed =>
            4 + (completed.Parts?.Count ?? 0) + (completed.BytesReleased ? 1 : 0) + (completed.BytesReclaimed ? 1 : 0),
        _ => 5,
    };

    /// <summary>Whether the vault lists uploads of this kind.</summary>
    public static bool IsListed(UploadSpec spec) => spec.Origin == UploadOrigin.Multipart;

    private static UploadState.Ended End(UploadState.Open open, bool aborted, DateTimeOffset at) =>
        new(open.Spec, aborted, at, open.Listed, Closed: !IsListed(open.Spec));

    private static UploadState.Open WithStoredPart(UploadState.Open open, PartStored happened)
    {
        var part = new StoredPart(happened.LengthBytes, happened.TreeHash, PartPlace.In(happened.Attempt), happened.At) { By = happened.By };
        return WithPart(open, happened.Slot, part) with { Senders = open.Senders.With(happened.Sender) };
    }

    private static UploadState.Open WithExternalPart(UploadState.Open open, ExternalPartStored happened) =>
        WithPart(open, happened.Slot, new StoredPart(happened.LengthBytes, happened.TreeHash, PartPlace.At(happened.Location), happened.At));

    private static UploadState.Open WithPart(UploadState.Open open, int slot, StoredPart part) => open with
    {
        Parts = open.Parts.With(slot, part),
        LastActivityAt = part.StoredAt > open.LastActivityAt ? part.StoredAt : open.LastActivityAt,
    };

    private static IEnumerable<UploadEvent> CompactOpen(UploadState.Open open)
    {
        yield return new UploadInitiated(open.Spec, open.Senders.InOrder.IsEmpty ? null : open.Senders.InOrder);
        if (open.Listed)
        {
            yield return new UploadListed();
        }

        foreach (var (slot, part) in open.Parts.From(0))
        {
            yield return EventOf(slot, part);
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
            yield return EventOf(slot, part);
        }

        yield return new UploadCompleted(completed.Archive, completed.SizeBytes, completed.TreeHash, completed.CompletedAt);
        if (completed.Unlisted && IsListed(completed.Spec))
        {
            yield return new UploadUnlisted();
        }

        if (completed is { ReleasedAt: { } releasedAt, BytesUntil: { } until })
        {
            yield return new ArchiveReleased(releasedAt, until);
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
        if (ended.Listed)
        {
            yield return new UploadListed();
        }

        yield return ended.WithVault ? new UploadEndedWithVault(ended.EndedAt)
            : ended.Aborted ? new UploadAborted(ended.EndedAt)
            : new UploadExpired(ended.EndedAt);
        if (ended.Closed && IsListed(ended.Spec))
        {
            yield return new UploadUnlisted();
        }
    }

    private static UploadEvent EventOf(int slot, StoredPart part) => part.Place switch
    {
        { Attempt: { } attempt } => new PartStored(slot, part.LengthBytes, part.TreeHash, attempt, part.StoredAt, part.By),
        { Location: { } location } => new ExternalPartStored(slot, part.LengthBytes, part.TreeHash, location, part.StoredAt),
        _ => throw new InvalidOperationException("A part has neither an attempt nor a location."),
    };
}
