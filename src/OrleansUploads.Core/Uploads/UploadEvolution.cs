namespace OrleansUploads.Core.Uploads;

/// <summary>Computes the state of an upload from its events.</summary>
internal static class UploadEvolution
{
    /// <summary>Returns the state after an event.</summary>
    /// <exception cref="InvalidOperationException">The event cannot follow in this state: the history is not one of an
    /// upload.</exception>
    public static UploadState Apply(UploadState state, UploadEvent happened) => (state, happened) switch
    {
        (UploadState.Unknown, UploadInitiated e) =>
            new UploadState.Open(e.Spec, PartMap.Empty, e.Spec.CreatedAt, DateTimeOffset.MinValue),
        (UploadState.Open open, UploadListed) => open with { Listed = true },
        (UploadState.Completing completing, UploadListed) => completing with { Before = completing.Before with { Listed = true } },
        (UploadState.Ended ended, UploadListed) => ended with { Listed = true },
        (UploadState.Completing completing, UploadUnlisted) => completing with { Unlisted = true },
        (UploadState.Stored stored, UploadUnlisted) => stored with { Unlisted = true },
        (UploadState.Ended ended, UploadUnlisted) => ended with { Closed = true },
        (UploadState.Open open, PartStored e) => WithPart(open, e),
        (UploadState.Open open, AttemptsFenced e) => open with { FencedBefore = e.Before },
        (UploadState.Completing completing, AttemptsFenced e) =>
            completing with { Before = completing.Before with { FencedBefore = e.Before } },
        (UploadState.Open open, CompletionFrozen e) => new UploadState.Completing(open, e.Completion) { Unlisted = !open.Spec.IsListed },
        (UploadState.Completing { Before: var open }, CompletionReopened e) =>
            open with { LastActivityAt = Later(e.At, open.LastActivityAt), Rounds = e.Round },
        (UploadState.Completing completing, CompletionPublished) => Store(completing),
        (UploadState.Open open, UploadEnded e) =>
            new UploadState.Ended(open.Spec, e.End, e.At, open.Listed, Closed: !open.Spec.IsListed),
        (UploadState.Completing completing, UploadEnded e) => new UploadState.Ended(
            completing.Spec, e.End, e.At, completing.Before.Listed || UnlistsAtOnce(completing.Spec), completing.Unlisted),
        (UploadState.Stored stored, ManifestStored) => WithoutParts(stored),
        (UploadState.Stored stored, PublicationRecorded) => stored with { Settled = true },
        (UploadState.Stored stored, ObjectTagged e) => stored with { ChangedTags = e.Tags },
        (UploadState.Stored stored, ObjectRestoreSet e) => stored with { Restore = e.Restore },
        (UploadState.Stored stored, EndNoticeDue e) => stored with { NoticeSince = e.At },
        (UploadState.Ended ended, EndNoticeDue e) => ended with { NoticeSince = e.At },
        (UploadState.Stored stored, EndNoticeClosed) => stored with { NoticeSince = null },
        (UploadState.Ended ended, EndNoticeClosed) => ended with { NoticeSince = null },
        (UploadState.Stored stored, UploadReleased e) => stored with { ReleasedAt = e.At, BytesUntil = e.BytesUntil },

        // The archive or object is gone, and only what repeated requests need is kept.
        (UploadState.Stored stored, BytesReleased) =>
            WithoutParts(stored) with { BytesReleased = true, ChangedTags = null, Restore = null },
        (UploadState.Stored stored, BytesReclaimed) => stored with { BytesReclaimed = true },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} cannot follow in {state.GetType().Name}."),
    };

    /// <summary>Whether the list of uploads is told of a completion at once: the upload cannot become open again.</summary>
    public static bool UnlistsAtOnce(UploadSpec spec) => spec is ArchiveUploadSpec;

    private static UploadState.Open WithPart(UploadState.Open open, PartStored happened) => open with
    {
        Parts = open.Parts.With(happened.Number, happened.Part),
        LastActivityAt = Later(happened.Part.StoredAt, open.LastActivityAt),
        Senders = open.Senders.With(happened.Sender),
    };

    private static UploadState.Stored Store(UploadState.Completing completing)
    {
        var parts = completing.Before.Parts;
        return completing.Completion is ObjectCompletion { Numbers: var numbers }
            ? new UploadState.Stored(completing.Spec, completing.Completion, parts.Only(numbers)) { Unlisted = completing.Unlisted }
            : new UploadState.Stored(completing.Spec, completing.Completion, parts) { Unlisted = completing.Unlisted, Settled = true };
    }

    /// <summary>The parts are in the manifest, or gone, so their numbers need not be known.</summary>
    private static UploadState.Stored WithoutParts(UploadState.Stored stored) => stored with
    {
        Parts = null,
        Completion = stored.Completion is ObjectCompletion published ? published with { Numbers = default } : stored.Completion,
    };

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;
}
