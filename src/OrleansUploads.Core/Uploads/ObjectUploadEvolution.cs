namespace OrleansUploads.Core.Uploads;

/// <summary>The state of an upload that becomes an object from its events, and the shortest history of a state.</summary>
internal static class ObjectUploadEvolution
{
    /// <summary>The state after an event.</summary>
    /// <exception cref="InvalidOperationException">The event cannot follow in this state: the history is not one of an
    /// upload.</exception>
    public static UploadState Apply(UploadState state, UploadEvent happened) => (state, happened) switch
    {
        (UploadState.Unknown, ObjectUploadInitiated e) => new UploadState.ObjectOpen(
            e.Spec,
            ImmutableSortedDictionary<int, AcceptedPart>.Empty,
            e.Spec.CreatedAt,
            DateTimeOffset.MinValue,
            Listed: false,
            Rounds: 0)
        {
            Senders = SenderTable.Of(e.Senders),
        },
        (UploadState.ObjectOpen open, UploadListed) => open with { Listed = true },
        (UploadState.ObjectCompleting completing, UploadListed) =>
            completing with { Before = completing.Before with { Listed = true } },
        (UploadState.ObjectEnded ended, UploadListed) => ended with { Listed = true },
        (UploadState.ObjectOpen open, NumberedPartStored e) => WithPart(open, e),
        (UploadState.ObjectOpen open, AttemptsFenced e) => open with { FencedBefore = e.Before },
        (UploadState.ObjectCompleting completing, AttemptsFenced e) =>
            completing with { Before = completing.Before with { FencedBefore = e.Before } },
        (UploadState.ObjectOpen open, CompletionFrozen e) => new UploadState.ObjectCompleting(open, e.Completion),
        (UploadState.ObjectCompleting { Before: var open }, CompletionReopened e) =>
            open with { LastActivityAt = e.At > open.LastActivityAt ? e.At : open.LastActivityAt, Rounds = e.Round },
        (UploadState.ObjectCompleting completing, ObjectPublished) => Store(completing),
        (UploadState.ObjectCompleting { Before: var open }, ObjectUploadRefused e) => End(open, ObjectUploadEnd.Refused, e.At),
        (UploadState.ObjectOpen open, UploadAborted e) => End(open, ObjectUploadEnd.Aborted, e.At),
        (UploadState.ObjectOpen open, UploadExpired e) => End(open, ObjectUploadEnd.Expired, e.At),
        (UploadState.ObjectEnded ended, UploadUnlisted) => ended with { Closed = true },
        (UploadState.ObjectStored stored, UploadUnlisted) => stored with { Unlisted = true },
        (UploadState.ObjectStored stored, ObjectPublicationSettled) => stored with { Settled = true },
        (UploadState.ObjectStored stored, ManifestStored) => WithoutParts(stored),
        (UploadState.ObjectStored stored, ObjectReleased e) => stored with { ReleasedAt = e.At },
        (UploadState.ObjectStored stored, ObjectTagged e) => stored with { ChangedTags = e.Tags },
        (UploadState.ObjectStored stored, ObjectRestoreSet e) => stored with { Restore = e.Restore },

        // The object is gone, and only what repeated requests need is kept.
        (UploadState.ObjectStored stored, BytesReleased) =>
            WithoutParts(stored) with { BytesReleased = true, ChangedTags = null, Restore = null },
        (UploadState.ObjectStored stored, BytesReclaimed) => stored with { BytesReclaimed = true },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} cannot follow in {state.GetType().Name}."),
    };

    /// <summary>The shortest history with the same state.</summary>
    public static IEnumerable<UploadEvent> Compact(UploadState.OfObject state) => state switch
    {
        UploadState.ObjectOpen open => CompactOpen(open),
        UploadState.ObjectCompleting completing =>
            CompactOpen(completing.Before).Append(new CompletionFrozen(completing.Completion)),
        UploadState.ObjectStored stored => CompactStored(stored),
        UploadState.ObjectEnded ended => CompactEnded(ended),
        _ => [],
    };

    /// <summary>How many events <see cref="Compact"/> returns at most, found without creating them.</summary>
    public static int CompactCount(UploadState.OfObject state) => state switch
    {
        UploadState.ObjectOpen open => 4 + open.Parts.Count,
        UploadState.ObjectCompleting { Before: var open } => 5 + open.Parts.Count,
        UploadState.ObjectStored stored => 10 + (stored.Parts?.Length ?? 0),
        _ => 4,
    };

    /// <summary>Whether the bucket lists uploads of this kind.</summary>
    public static bool IsListed(ObjectUploadSpec spec) => spec.Origin == UploadOrigin.Multipart;

    private static UploadState.ObjectOpen WithPart(UploadState.ObjectOpen open, NumberedPartStored stored) => open with
    {
        Parts = open.Parts.SetItem(stored.Part.Number, new AcceptedPart(stored.Part, stored.At) { By = stored.By }),
        LastActivityAt = stored.At > open.LastActivityAt ? stored.At : open.LastActivityAt,
        Senders = open.Senders.With(stored.Sender),
    };

    private static UploadState.ObjectStored Store(UploadState.ObjectCompleting completing)
    {
        var (open, completion) = (completing.Before, completing.Completion);
        return new UploadState.ObjectStored(open.Spec, completion, [.. completion.Numbers.InOrder.Select(number => open.Parts[number])])
        {
            Unlisted = !IsListed(open.Spec),
        };
    }

    private static UploadState.ObjectEnded End(UploadState.ObjectOpen open, ObjectUploadEnd end, DateTimeOffset at) =>
        new(open.Spec, end, at, open.Listed, Closed: !IsListed(open.Spec));

    /// <summary>The parts are in the manifest, or gone, so their numbers need not be known any more.</summary>
    private static UploadState.ObjectStored WithoutParts(UploadState.ObjectStored stored) =>
        stored with { Parts = null, Completion = stored.Completion with { Numbers = default } };

    private static IEnumerable<UploadEvent> CompactOpen(UploadState.ObjectOpen open)
    {
        yield return new ObjectUploadInitiated(open.Spec, open.Senders.InOrder.IsEmpty ? null : open.Senders.InOrder);
        if (open.Listed)
        {
            yield return new UploadListed();
        }

        foreach (var accepted in open.Parts.Values)
        {
            yield return new NumberedPartStored(accepted.Part, accepted.StoredAt, accepted.By);
        }

        if (open.FencedBefore > DateTimeOffset.MinValue)
        {
            yield return new AttemptsFenced(open.FencedBefore);
        }

        if (open.Rounds > 0)
        {
            yield return new CompletionFrozen(NoCompletion(open.Rounds, open.LastActivityAt));
            yield return new CompletionReopened(open.Rounds, open.LastActivityAt);
        }
    }

    private static IEnumerable<UploadEvent> CompactStored(UploadState.ObjectStored stored)
    {
        yield return new ObjectUploadInitiated(stored.Spec);
        if (stored.Parts is { } parts)
        {
            foreach (var accepted in parts)
            {
                yield return new NumberedPartStored(accepted.Part, accepted.StoredAt, accepted.By);
            }
        }

        yield return new CompletionFrozen(stored.Completion);
        yield return new ObjectPublished();
        if (stored.ChangedTags is { } tags)
        {
            yield return new ObjectTagged(tags);
        }

        if (stored.Restore is { } restore)
        {
            yield return new ObjectRestoreSet(restore);
        }

        if (stored.Settled)
        {
            yield return new ObjectPublicationSettled();
        }

        if (stored.Unlisted && IsListed(stored.Spec))
        {
            yield return new UploadUnlisted();
        }

        if (stored.Parts is null)
        {
            yield return new ManifestStored();
        }

        if (stored.ReleasedAt is { } releasedAt)
        {
            yield return new ObjectReleased(releasedAt);
            if (stored.BytesReleased)
            {
                yield return new BytesReleased();
            }

            if (stored.BytesReclaimed)
            {
                yield return new BytesReclaimed();
            }
        }
    }

    private static IEnumerable<UploadEvent> CompactEnded(UploadState.ObjectEnded ended)
    {
        yield return new ObjectUploadInitiated(ended.Spec);
        if (ended.Listed)
        {
            yield return new UploadListed();
        }

        if (ended.End == ObjectUploadEnd.Refused)
        {
            yield return new CompletionFrozen(NoCompletion(1, ended.EndedAt));
        }

        yield return ended.End switch
        {
            ObjectUploadEnd.Aborted => new UploadAborted(ended.EndedAt),
            ObjectUploadEnd.Expired => new UploadExpired(ended.EndedAt),
            _ => new ObjectUploadRefused(ended.EndedAt),
        };
        if (ended.Closed && IsListed(ended.Spec))
        {
            yield return new UploadUnlisted();
        }
    }

    /// <summary>A completion of no parts, where only its number matters.</summary>
    private static Completion NoCompletion(int round, DateTimeOffset at) =>
        new(round, default, default, default, SizeBytes: 0, Checksum: null, Condition: null, at);
}
