using System.Collections.Frozen;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Settings;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Uploads;

/// <summary>The rules of an upload that becomes an object. The upload freezes the chosen parts; the leaf of the key decides whether
/// they are published.</summary>
/// <remarks>While the leaf decides, parts are refused and an abort has to wait. If the leaf's condition fails, the upload is open
/// again; otherwise it is an object and never changes.</remarks>
/// <param name="policy">How long uploads and their records are kept.</param>
/// <param name="retrievals">How long restores take.</param>
internal sealed class ObjectUploadDecider(UploadPolicy policy, RetrievalPolicy retrievals) : Decider<UploadState, UploadCommand, UploadEvent>
{
    private static readonly Refusal NotFound = new Refusal.UploadNotFound();
    private static readonly Refusal Completing = new ObjectRefusal.UploadCompleting();

    /// <inheritdoc/>
    public override UploadState Initial => UploadState.Unknown.Instance;

    /// <inheritdoc/>
    public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) => command switch
    {
        InitiateObjectUpload c => Initiate(state, c),
        CheckNumberedPart c => CheckPart(state, c, time),
        StoreNumberedPart c => StorePart(state, c, time),
        CompleteObjectUpload c => Complete(state, c, time),
        PutObject c => Put(state, c, time),
        AbortObjectUpload c => Abort(state, c, time),
        ListNumberedParts c => OpenOf(state, c.Name) is { } open ? Reply(List(open, c)) : Refuse(RefusalOf(state, c.Name)),
        MapNumberedParts c => OpenOf(state, c.Name) is { } open ? Reply(UploadListing.Map(open)) : Refuse(RefusalOf(state, c.Name)),
        DescribeObject c => Describe(state, c, time),
        SetObjectTags c => SetTags(state, c),
        RestoreObject c => Restore(state, c, time),
        FindNumberedPart c => OpenOf(state, c.Name) is { } open ? Reply(FindPart(open, c.Number)) : Refuse(RefusalOf(state, c.Name)),
        FenceAttempts c => Fence(state, c, time),
        ReleaseObject c => Release(state, c, time),
        ConfirmObjectUploadListed => state is UploadState.ObjectOpen { Listed: false }
            or UploadState.ObjectCompleting { Before.Listed: false } or UploadState.ObjectEnded { Listed: false, Closed: false }
            ? Listed(state)
            : Nothing,
        ConfirmPublication c => Decided(state, c, time),
        ConfirmPublicationSettled => state is UploadState.ObjectStored { Settled: false }
            ? Accept(new ObjectPublicationSettled())
            : Nothing,
        ConfirmManifestStored => state is UploadState.ObjectStored { Parts: not null, ReleasedAt: null }
            ? Accept(new ManifestStored())
            : Nothing,
        ConfirmObjectUploadUnlisted => state is UploadState.ObjectStored { Unlisted: false } or UploadState.ObjectEnded { Closed: false }
            ? Accept(new UploadClosed())
            : Nothing,
        ConfirmBytesReclaimed => state is UploadState.ObjectStored { BytesReleased: true, BytesReclaimed: false }
            ? Accept(new BytesReclaimed())
            : Nothing,
        ConfirmArchiveIndexed or ConfirmUploadClosed or ConfirmAdmissionClosed or ReleaseArchive => Nothing,

        // The commands of an upload to a vault.
        _ => Refuse(NotFound),
    };

    /// <inheritdoc/>
    public override UploadState Evolve(UploadState state, UploadEvent happened) => UploadEvolution.Apply(state, happened);

    /// <inheritdoc/>
    public override IEnumerable<Intent> Pending(UploadState state) => ObjectUploadIntents.Pending((UploadState.OfObject)state);

    /// <inheritdoc/>
    public override IEnumerable<UploadEvent> Compact(UploadState state) => UploadEvolution.Compact(state);

    /// <inheritdoc/>
    public override int CompactCount(UploadState state) => UploadEvolution.CompactCount(state);

    private static Decision<UploadEvent> Initiate(UploadState state, InitiateObjectUpload command) => state switch
    {
        UploadState.Unknown when ObjectUploadEvolution.IsListed(command.Spec) =>
            Accept(new ObjectUploadInitiated(command.Spec)).Telling(ObjectUploadIntents.List(command.Spec)),
        UploadState.Unknown => Accept(new ObjectUploadInitiated(command.Spec)),
        _ => Repeat(Done.Instance),
    };

    private static Decision<UploadEvent> CheckPart(UploadState state, CheckNumberedPart command, ServiceTime time)
    {
        if (OpenOf(state, command.Name) is not { } open)
        {
            return Refuse(RefusalOf(state, command.Name));
        }

        if (NumberedParts.RefusalOfPart(command.Number, command.LengthBytes) is { } refusal)
        {
            return Refuse(refusal);
        }

        // An attempt that begins now, before the fence, would be refused after its bytes have arrived.
        return time.Now < open.FencedBefore
            ? Refuse(new ObjectRefusal.NumberedAttemptCollected(command.Number))
            : Reply(open.Spec);
    }

    /// <summary>The newest attempt becomes the part of its number. Repeating a report changes nothing.</summary>
    private static Decision<UploadEvent> StorePart(UploadState state, StoreNumberedPart command, ServiceTime time)
    {
        var part = command.Part;
        if (OpenOf(state, command.Name) is not { } open)
        {
            return Refuse(RefusalOf(state, command.Name));
        }

        if ((NumberedParts.RefusalOfPart(part.Number, part.LengthBytes)
            ?? NumberedParts.RefusalOfChecksum(open.Spec, part.Checksum)) is { } refusal)
        {
            return Refuse(refusal);
        }

        if (open.Parts.TryGetValue(part.Number, out var stored) && stored.Part == part)
        {
            return Nothing;
        }

        // The collector may delete an attempt from before the fence at any moment.
        if (part.Attempt is { } attempt && attempt.CreatedAt < open.FencedBefore)
        {
            return Refuse(new ObjectRefusal.NumberedAttemptCollected(part.Number));
        }

        var (number, added) = open.Senders.Mark(command.Sender);
        return Accept(new NumberedPartStored(part, time.Now, number, added));
    }

    private static Decision<UploadEvent> Abort(UploadState state, AbortObjectUpload command, ServiceTime time) => state switch
    {
        UploadState.ObjectOpen open when open.Spec.Name == command.Name => End(open, new UploadAborted(time.Now)),
        UploadState.ObjectCompleting completing when completing.Spec.Name == command.Name => Repeat(Completing),
        UploadState.ObjectEnded { End: ObjectUploadEnd.Aborted } ended when ended.Spec.Name == command.Name =>
            Repeat(Done.Instance),
        _ => Refuse(NotFound),
    };

    private static Decision<UploadEvent> End(UploadState.ObjectOpen open, UploadEvent ended)
    {
        var after = (UploadState.ObjectEnded)ObjectUploadEvolution.Apply(open, ended);
        return Accept(ended).Telling([.. ObjectUploadIntents.Pending(after)]);
    }

    private static Decision<UploadEvent> Listed(UploadState state)
    {
        var listed = new ObjectUploadListed();
        return state is UploadState.ObjectEnded
            ? Accept(listed).Telling(
                [.. ObjectUploadIntents.Pending((UploadState.OfObject)ObjectUploadEvolution.Apply(state, listed))])
            : Accept(listed);
    }

    private static FoundNumberedPart FindPart(UploadState.ObjectOpen open, int number) =>
        open.Parts.TryGetValue(number, out var accepted)
            ? new FoundNumberedPart(new ListedNumberedPart(accepted.Part, accepted.StoredAt), open.Senders[accepted.By])
            : new FoundNumberedPart(Part: null, Sender: null);

    private static NumberedPartsPage List(UploadState.ObjectOpen open, ListNumberedParts command)
    {
        var listed = new List<ListedNumberedPart>();
        foreach (var (number, accepted) in open.Parts)
        {
            if (number <= command.After)
            {
                continue;
            }

            if (listed.Count == command.Limit)
            {
                return new NumberedPartsPage(open.Spec, listed, HasMore: true);
            }

            listed.Add(new ListedNumberedPart(accepted.Part, accepted.StoredAt));
        }

        return new NumberedPartsPage(open.Spec, listed, HasMore: false);
    }

    /// <summary>Answers which attempts are in use, and from then on refuses attempts from before the fence.</summary>
    private static Decision<UploadEvent> Fence(UploadState state, FenceAttempts command, ServiceTime time) => state switch
    {
        _ when !time.IsTrusted || time.HoldsBytes || command.Before > time.Now => Refuse(new Refusal.CollectionHeld()),
        UploadState.ObjectOpen open => command.Before > open.FencedBefore
            ? Accept(InUse(open.Parts.Values), new AttemptsFenced(command.Before))
            : Reply(InUse(open.Parts.Values)),
        UploadState.ObjectCompleting { Before: var open } => command.Before > open.FencedBefore
            ? Accept(InUse(open.Parts.Values), new AttemptsFenced(command.Before))
            : Reply(InUse(open.Parts.Values)),
        UploadState.ObjectStored { BytesReleased: true } => Reply(new AttemptsInUse.None()),
        UploadState.ObjectStored { Parts: { } parts } => Reply(InUse(parts)),
        UploadState.ObjectStored => Reply(new AttemptsInUse.ByManifest()),
        _ => Reply(new AttemptsInUse.None()),
    };

    private static AttemptsInUse.Only InUse(IEnumerable<AcceptedPart> parts) =>
        new(parts.Select(accepted => accepted.Part.Attempt).OfType<AttemptId>().ToFrozenSet());

    private static UploadState.ObjectOpen? OpenOf(UploadState state, ObjectName name) =>
        state is UploadState.ObjectOpen open && open.Spec.Name == name ? open : null;

    private static Refusal RefusalOf(UploadState state, ObjectName name) =>
        state is UploadState.ObjectCompleting completing && completing.Spec.Name == name ? Completing : NotFound;

    private TimeSpan ReleasedLife =>
        policy.RecordLife > policy.ReplacedObjectGrace ? policy.RecordLife : policy.ReplacedObjectGrace;

    /// <inheritdoc/>
    public override Decision<UploadEvent> Wake(UploadState state, ServiceTime time) => state switch
    {
        _ when DeadlineOf(state)?.IsDue(time) is not true => Nothing,
        UploadState.ObjectOpen open => End(open, new UploadExpired(time.Now)),
        UploadState.ObjectEnded { Closed: true } => Forget(),
        UploadState.ObjectStored { BytesReleased: false } stored when !time.HoldsBytes => ReleaseBytes(stored),
        UploadState.ObjectStored { BytesReclaimed: true, Settled: true, Unlisted: true } => Forget(),
        _ => Nothing,
    };

    /// <inheritdoc/>
    public override DateTimeOffset? WakeAt(UploadState state, ServiceTime time) => DeadlineOf(state)?.WakeAt(time);

    private Deadline? DeadlineOf(UploadState state) => state switch
    {
        UploadState.ObjectOpen open => new(open.LastActivityAt, StaleAfter(open)),
        UploadState.ObjectEnded ended => new(ended.EndedAt, policy.RecordLife),
        UploadState.ObjectStored { ReleasedAt: { } at, BytesReleased: false } => new(at, policy.ReplacedObjectGrace),
        UploadState.ObjectStored { ReleasedAt: { } at, BytesReclaimed: true } => new(at, ReleasedLife),
        _ => null,
    };

    /// <summary>Freezes the chosen parts and has the key's leaf publish them. Repeating the command with the same list returns the
    /// same object; another list is refused.</summary>
    private static Decision<UploadEvent> Complete(UploadState state, CompleteObjectUpload command, ServiceTime time)
    {
        switch (state)
        {
            case UploadState.ObjectOpen open when open.Spec.Name == command.Name
                && open.Spec.Origin == UploadOrigin.Multipart:
                if (NumberedParts.RefusalOfCompletion(open.Parts, command, out var chosen) is { } refusal)
                {
                    return Refuse(refusal);
                }

                var completion = NumberedParts.Complete(
                    open.Spec, chosen, open.Rounds + 1, NumberedParts.Identify(command.Parts), command.Condition, time.Now, command.Ticket);
                return ((ObjectRefusal?)RefusalOfChecksumType(open.Spec, completion, command.ChecksumType)
                    ?? RefusalOfChecksum(completion.Checksum, chosen, command.Checksum)) is { } differs
                    ? Refuse(differs)
                    : Freeze(open, completion);
            case UploadState.ObjectCompleting completing when completing.Spec.Name == command.Name:
                return Repeat(completing.Completion.List == NumberedParts.Identify(command.Parts)
                    && completing.Completion.Condition == command.Condition
                        ? Publish(completing)
                        : Completing);
            case UploadState.ObjectStored stored when stored.Spec.Name == command.Name
                && stored.Spec.Origin == UploadOrigin.Multipart:
                return stored.Completion.List == NumberedParts.Identify(command.Parts)
                    ? Repeat(Publish(stored))
                    : Refuse(new ObjectRefusal.CompletedOtherwise(stored.Completion.ETag));
            default:
                return Refuse(NotFound);
        }
    }

    /// <summary>Makes an object of one part. The attempt must be so young that the collector leaves it alone, or the upload must have
    /// been initiated before, so that the collector asks it.</summary>
    private static Decision<UploadEvent> Put(UploadState state, PutObject command, ServiceTime time)
    {
        var part = command.Part;
        if ((NumberedParts.RefusalOfPart(part.Number, part.LengthBytes)
            ?? NumberedParts.RefusalOfChecksum(command.Spec, part.Checksum)) is { } refusal)
        {
            return Refuse(refusal);
        }

        switch (state)
        {
            case UploadState.Unknown:
                if (part.Attempt is { } unannounced && time.Now - unannounced.CreatedAt > UploadPolicy.UnannouncedLife)
                {
                    return Refuse(new ObjectRefusal.NumberedAttemptCollected(part.Number));
                }

                var initiated = new ObjectUploadInitiated(command.Spec);
                var fresh = (UploadState.ObjectOpen)ObjectUploadEvolution.Apply(state, initiated);
                return Put(fresh, command, [initiated], time);
            case UploadState.ObjectOpen open when open.Spec.Name == command.Spec.Name
                && open.Spec.Origin == UploadOrigin.SingleRequest:
                return part.Attempt is { } attempt && attempt.CreatedAt < open.FencedBefore
                    ? Refuse(new ObjectRefusal.NumberedAttemptCollected(part.Number))
                    : Put(open, command, [], time);
            case UploadState.ObjectCompleting completing when completing.Spec.Name == command.Spec.Name:
                return Repeat(Publish(completing));
            case UploadState.ObjectStored stored when stored.Spec.Name == command.Spec.Name:
                return Repeat(Publish(stored));
            case UploadState.ObjectEnded { End: ObjectUploadEnd.Refused } ended when ended.Spec.Name == command.Spec.Name:
                return Refuse(RefusalOfRepeated(command));
            default:
                return Refuse(NotFound);
        }
    }

    /// <summary>The refusal of a repeated put whose first request was refused. A put without a condition is refused only if its bucket was
    /// deleted. For a put with a condition, the upload no longer knows whether this or the condition was the reason, so it names the
    /// condition.</summary>
    private static ObjectRefusal RefusalOfRepeated(PutObject command) => command.Condition is null
        ? new ObjectRefusal.BucketNotFound(command.Spec.Name.Bucket.Name)
        : new ObjectRefusal.PreconditionFailed(command.Condition.PresenceIfFailed() ?? true);

    private static Decision<UploadEvent> Put(
        UploadState.ObjectOpen open, PutObject command, ReadOnlySpan<UploadEvent> before, ServiceTime time)
    {
        var stored = new NumberedPartStored(command.Part, time.Now);
        var list = NumberedParts.Identify([new ChosenPart(command.Part.Number, command.Part.Md5, Checksum: null)]);
        var completion = NumberedParts.Complete(
            open.Spec, [command.Part], open.Rounds + 1, list, command.Condition, time.Now, command.Ticket);
        var frozen = Freeze((UploadState.ObjectOpen)ObjectUploadEvolution.Apply(open, stored), completion);
        return Accept(frozen.Answer, [.. before, stored, .. frozen.Events]).Telling(frozen.Intents);
    }

    private static Decision<UploadEvent> Freeze(UploadState.ObjectOpen open, Completion completion)
    {
        var after = new UploadState.ObjectCompleting(open, completion);
        return Accept(Publish(after), new CompletionFrozen(completion)).Telling(ObjectUploadIntents.Publish(after));
    }

    /// <summary>The leaf has decided. Its verdict about an earlier completion changes nothing.</summary>
    private static Decision<UploadEvent> Decided(UploadState state, ConfirmPublication command, ServiceTime time)
    {
        if (state is not UploadState.ObjectCompleting completing || completing.Completion.Round != command.Round)
        {
            return Nothing;
        }

        switch (command.Verdict)
        {
            case PublicationVerdict.Published:
                return After(completing, new ObjectPublished());
            case PublicationVerdict.ConditionFailed when completing.Spec.Origin == UploadOrigin.Multipart:
                return Accept(new CompletionReopened(command.Round, time.Now));
            case PublicationVerdict.ConditionFailed or PublicationVerdict.BucketDeleted:
                return After(completing, new ObjectUploadRefused(time.Now));
            case PublicationVerdict.Overwritten overwritten:
                return Released(completing, overwritten.At, time);
            case PublicationVerdict.Overtaken:
                return Accept(new CompletionReopened(command.Round, time.Now));
            default:
                return Nothing;
        }
    }

    private static Decision<UploadEvent> After(UploadState.ObjectCompleting completing, UploadEvent happened)
    {
        var after = (UploadState.OfObject)ObjectUploadEvolution.Apply(completing, happened);
        return Accept(happened).Telling([.. ObjectUploadIntents.Pending(after)]);
    }

    /// <summary>The object was overwritten or deleted. The leaf may say so before the upload has heard that it published the object. The
    /// grace begins when the upload hears of it, because the clock of the leaf may be behind.</summary>
    private static Decision<UploadEvent> Release(UploadState state, ReleaseObject command, ServiceTime time) => state switch
    {
        UploadState.ObjectStored { ReleasedAt: null } => Accept(ReleasedAt(command.At, time)),
        UploadState.ObjectCompleting completing => Released(completing, command.At, time).AnsweringAtOnce(),
        _ => Nothing,
    };

    /// <summary>The object was published, and is not the object of its key any more.</summary>
    private static Decision<UploadEvent> Released(UploadState.ObjectCompleting completing, DateTimeOffset at, ServiceTime time)
    {
        var (published, released) = (new ObjectPublished(), ReleasedAt(at, time));
        var after = ObjectUploadEvolution.Apply(ObjectUploadEvolution.Apply(completing, published), released);
        return Accept(Done.Instance, published, released).Telling([.. ObjectUploadIntents.Pending((UploadState.OfObject)after)]);
    }

    private static ObjectReleased ReleasedAt(DateTimeOffset at, ServiceTime time) => new(at > time.Now ? at : time.Now);

    private static Decision<UploadEvent> ReleaseBytes(UploadState.ObjectStored stored)
    {
        var released = new BytesReleased();
        var after = (UploadState.ObjectStored)ObjectUploadEvolution.Apply(stored, released);
        return Accept(released).Telling([.. ObjectUploadIntents.AfterPublication(after)]);
    }

    private static PublishedObject Publish(UploadState.ObjectCompleting completing) =>
        Publish(completing.Spec, completing.Completion);

    private static PublishedObject Publish(UploadState.ObjectStored stored) => Publish(stored.Spec, stored.Completion);

    private static PublishedObject Publish(ObjectUploadSpec spec, Completion completion) => new(
        spec.Name, spec.Upload, completion.ETag, completion.SizeBytes, completion.Checksum, completion.At);

    /// <summary>Refuses a completion that states another type of checksum than the upload has. The upload has the type that its initiation
    /// named, or else the type of the checksum that every object gets.</summary>
    private static ObjectRefusal.ChecksumOfOtherType? RefusalOfChecksumType(ObjectUploadSpec spec, Completion completion, ChecksumType? stated) =>
        stated is { } known && (spec.Checksum?.Type ?? completion.Checksum?.Type) is { } type && type != known
            ? new ObjectRefusal.ChecksumOfOtherType(known, type)
            : null;

    /// <summary>Refuses a completion that states another checksum than the object gets. A checksum of another algorithm is refused as well:
    /// it could only be compared by reading all bytes again, and a client that states a checksum relies on the comparison.</summary>
    private static ObjectRefusal? RefusalOfChecksum(ObjectChecksum? computed, IReadOnlyList<NumberedPart> parts, Checksum? stated)
    {
        if (stated is not { } known)
        {
            return null;
        }

        if (computed is { } whole && whole.Value.Algorithm == known.Algorithm)
        {
            return whole.Value == known ? null : new ObjectRefusal.ChecksumDiffers(known, whole.Value);
        }

        var others = parts.Select(part => part.Checksum?.Algorithm).Where(algorithm => algorithm != known.Algorithm);
        return new ObjectRefusal.ChecksumOfOtherAlgorithm(others.FirstOrDefault() ?? ChecksumAlgorithm.Crc64Nvme);
    }

    private TimeSpan StaleAfter(UploadState.ObjectOpen open) =>
        open.Spec.Origin == UploadOrigin.SingleRequest ? UploadPolicy.MinStaleAfter : policy.StaleAfter;

    /// <summary>Describes an object to those who read it. The leaf may have published an object whose upload does not know it
    /// yet.</summary>
    private static Decision<UploadEvent> Describe(UploadState state, DescribeObject command, ServiceTime time) => state switch
    {
        UploadState.ObjectCompleting completing when completing.Spec.Name == command.Name =>
            Reply(new ObjectDescription(
                completing.Spec,
                Publish(completing),
                [.. completing.Completion.Numbers.InOrder.Select(number => completing.Before.Parts[number].Part)])),
        UploadState.ObjectStored { BytesReleased: false } stored when stored.Spec.Name == command.Name =>
            Reply(new ObjectDescription(
                stored.Spec,
                Publish(stored),
                stored.Parts is { } parts ? [.. parts.Select(accepted => accepted.Part)] : null,
                stored.ChangedTags,
                stored.Restore?.StatusAt(time))),
        _ => Refuse(new ObjectRefusal.KeyNotFound()),
    };

    private static Decision<UploadEvent> SetTags(UploadState state, SetObjectTags command) => state switch
    {
        UploadState.ObjectCompleting completing when completing.Spec.Name == command.Name => Repeat(Completing),
        UploadState.ObjectStored { ReleasedAt: null } stored when stored.Spec.Name == command.Name =>
            ObjectTags.AreSame(stored.ChangedTags ?? stored.Spec.Tags, command.Tags)
                ? Nothing
                : Accept(new ObjectTagged(command.Tags)),
        _ => Refuse(new ObjectRefusal.KeyNotFound()),
    };

    private Decision<UploadEvent> Restore(UploadState state, RestoreObject command, ServiceTime time) => state switch
    {
        UploadState.ObjectCompleting completing when completing.Spec.Name == command.Name => Repeat(Completing),
        UploadState.ObjectStored { ReleasedAt: null } stored when stored.Spec.Name == command.Name => Restore(stored, command, time),
        _ => Refuse(new ObjectRefusal.KeyNotFound()),
    };

    private Decision<UploadEvent> Restore(UploadState.ObjectStored stored, RestoreObject command, ServiceTime time)
    {
        if (!stored.Spec.StorageClass.Offers(command.Tier))
        {
            return Refuse(new ObjectRefusal.RestoreNotOffered(stored.Spec.StorageClass, command.Tier));
        }

        if (command.Days is < 1 or > ObjectLimits.MaxRestoreDays)
        {
            return Refuse(new ObjectRefusal.RestoreDaysInvalid(command.Days, ObjectLimits.MaxRestoreDays));
        }

        switch (stored.Restore?.StatusAt(time))
        {
            case { IsInProgress: true }:
                return Refuse(new ObjectRefusal.RestoreInProgress());
            case not null:
                var counted = stored.Restore.CountAnew(command.Days, time);
                return counted == stored.Restore
                    ? Reply(new RestoreAccepted(WasReadable: true))
                    : Accept(new RestoreAccepted(WasReadable: true), new ObjectRestoreSet(counted));
            default:
                return Accept(
                    new RestoreAccepted(WasReadable: false), new ObjectRestoreSet(ObjectRestore.Begin(command, retrievals, time)));
        }
    }
}
