using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Settings;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Uploads;

/// <content>Completion, publication, and the end of an object's life.</content>
internal sealed partial class ObjectUploadDecider
{
    private TimeSpan ReleasedLife =>
        policy.RecordLife > policy.ReplacedObjectGrace ? policy.RecordLife : policy.ReplacedObjectGrace;

    /// <inheritdoc/>
    public override Decision<UploadEvent> Wake(UploadState state, ServiceTime time) => state switch
    {
        UploadState.ObjectOpen open when time.ServedSince(open.LastActivityAt) >= StaleAfter(open) =>
            End(open, new UploadExpired(time.Now)),
        UploadState.ObjectEnded { Closed: true } ended when time.ServedSince(ended.EndedAt) >= policy.RecordLife => Forget(),
        UploadState.ObjectStored { ReleasedAt: { } at, BytesReleased: false } stored
            when !time.HoldsBytes && time.ServedSince(at) >= policy.ReplacedObjectGrace => ReleaseBytes(stored),
        UploadState.ObjectStored { ReleasedAt: { } at, BytesReclaimed: true, Settled: true, Unlisted: true }
            when time.ServedSince(at) >= ReleasedLife => Forget(),
        _ => Nothing,
    };

    /// <inheritdoc/>
    public override DateTimeOffset? WakeAt(UploadState state, ServiceTime time) => state switch
    {
        UploadState.ObjectOpen open => time.DueAt(open.LastActivityAt, StaleAfter(open)),
        UploadState.ObjectEnded ended => time.DueAt(ended.EndedAt, policy.RecordLife),
        UploadState.ObjectStored { ReleasedAt: { } at, BytesReleased: false } => time.DueAt(at, policy.ReplacedObjectGrace),
        UploadState.ObjectStored { ReleasedAt: { } at, BytesReclaimed: true } => time.DueAt(at, ReleasedLife),
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
                    : Freeze(open, completion, command.Sender);
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
        var frozen = Freeze((UploadState.ObjectOpen)ObjectUploadEvolution.Apply(open, stored), completion, sender: null);
        return Accept(frozen.Answer, [.. before, stored, .. frozen.Events]).Telling(frozen.Intents);
    }

    private static Decision<UploadEvent> Freeze(UploadState.ObjectOpen open, Completion completion, Sender? sender)
    {
        var after = new UploadState.ObjectCompleting(open, completion, sender);
        return Accept(Publish(after), new CompletionFrozen(completion, sender)).Telling(ObjectUploadIntents.Publish(after));
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
}
