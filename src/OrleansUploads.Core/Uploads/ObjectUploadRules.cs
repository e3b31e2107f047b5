using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Settings;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Uploads;

/// <summary>The rules of an upload that becomes an object. The upload freezes the chosen parts; the leaf of the key decides whether
/// they are published.</summary>
/// <remarks>While the leaf decides, parts are refused and an abort has to wait. If the leaf's condition fails, the upload is open
/// again; otherwise it is an object and never changes.</remarks>
/// <param name="retrievals">How long restores take.</param>
internal sealed class ObjectUploadRules(RetrievalPolicy retrievals) : Rules<UploadEvent>
{
    private static readonly Refusal NotFound = new Refusal.UploadNotFound();
    private static readonly Refusal Completing = new ObjectRefusal.UploadCompleting();

    /// <summary>Decides a command to the upload of an object.</summary>
    public Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) => command switch
    {
        InitiateObjectUpload c => Initiate(state, c),
        CheckNumberedPart c => CheckPart(state, c, time),
        StoreNumberedPart c => StorePart(state, c, time),
        ReportNumberedPart c => ReportPart(state, c, time),
        CheckObjectCompletion c => OpenOf(state, c.Name) is null ? Refuse(RefusalOf(state, c.Name)) : Nothing,
        CompleteObjectUpload c => Complete(state, c, time),
        PutObject c => Put(state, c, time),
        AbortObjectUpload c => Abort(state, c, time),
        ListNumberedParts c => OpenOf(state, c.Name) is { } open ? Reply(List(open, c)) : Refuse(RefusalOf(state, c.Name)),
        MapNumberedParts c => OpenOf(state, c.Name) is { } open ? Reply(UploadListing.Map(open)) : Refuse(RefusalOf(state, c.Name)),
        DescribeObject c => Describe(state, c, time),
        SetObjectTags c => SetTags(state, c),
        RestoreObject c => Restore(state, c, time),
        FindNumberedPart c => OpenOf(state, c.Name) is { } open ? Reply(FindPart(open, c.Number)) : Refuse(RefusalOf(state, c.Name)),
        ReleaseObject c => Release(state, c, time),
        ConfirmUploadListed => state is UploadState.ObjectOpen { Listed: false }
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
        ConfirmUploadUnlisted => Unlisted(state, time),

        // The commands of an upload to a vault.
        _ => Refuse(NotFound),
    };

    private static Decision<UploadEvent> Initiate(UploadState state, InitiateObjectUpload command) =>
        state is UploadState.Unknown
            ? Accept(new ObjectUploadInitiated(command.Spec)).TellingPendingAfter(state)
            : Repeat(Done.Instance);

    private static Decision<UploadEvent> CheckPart(UploadState state, CheckNumberedPart command, ServiceTime time)
    {
        if (OpenOf(state, command.Name) is not { } open)
        {
            return Refuse(RefusalOf(state, command.Name));
        }

        if ((RefusalOfStorage(open.Spec, ByteStorage.Gateway)
            ?? NumberedParts.RefusalOfPart(command.Number, command.LengthBytes)) is { } refusal)
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

        if ((RefusalOfStorage(open.Spec, ByteStorage.Gateway)
            ?? NumberedParts.RefusalOfPart(part.Number, part.LengthBytes)
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

    /// <summary>The newest report becomes the part of its number. Reporting the same bytes again changes nothing, even with another
    /// location.</summary>
    private static Decision<UploadEvent> ReportPart(UploadState state, ReportNumberedPart command, ServiceTime time)
    {
        var part = command.Part;
        if (OpenOf(state, command.Name) is not { } open)
        {
            return Refuse(RefusalOf(state, command.Name));
        }

        if ((RefusalOfStorage(open.Spec, ByteStorage.External)
            ?? NumberedParts.RefusalOfPart(part.Number, part.LengthBytes)
            ?? NumberedParts.RefusalOfChecksum(open.Spec, part.Checksum)) is { } refusal)
        {
            return Refuse(refusal);
        }

        var reported = part.Location.GetValueOrDefault();
        return open.Parts.TryGetValue(part.Number, out var stored)
            && stored.Part.Location is { } inUse
            && stored.Part with { Location = reported } == part
                ? Reply(new ExternalPartResult(inUse, inUse == reported))
                : Accept(new ExternalPartResult(reported, ReportedInUse: true), new NumberedPartStored(part, time.Now));
    }

    private static Refusal? RefusalOfStorage(ObjectUploadSpec spec, ByteStorage storage) => spec.ByteStorage == storage ? null
        : storage == ByteStorage.Gateway ? new Refusal.UploadStoredExternally()
        : new Refusal.UploadStoredByGateway();

    private static Decision<UploadEvent> Abort(UploadState state, AbortObjectUpload command, ServiceTime time) => state switch
    {
        UploadState.ObjectOpen open when open.Spec.Name == command.Name =>
            Accept(new UploadAborted(time.Now)).TellingPendingAfter(open),
        UploadState.ObjectCompleting completing when completing.Spec.Name == command.Name => Repeat(Completing),
        UploadState.ObjectEnded { End: ObjectUploadEnd.Aborted } ended when ended.Spec.Name == command.Name =>
            Repeat(Done.Instance),
        _ => Refuse(NotFound),
    };

    /// <summary>An upload that has ended meanwhile is removed from the list again.</summary>
    private static Decision<UploadEvent> Listed(UploadState state)
    {
        var listed = Accept(new UploadListed());
        return state is UploadState.ObjectEnded ? listed.TellingPendingAfter(state) : listed;
    }

    private static Decision<UploadEvent> Unlisted(UploadState state, ServiceTime time) => state switch
    {
        UploadState.ObjectStored { Unlisted: false } => Accept(new UploadUnlisted()),
        UploadState.ObjectEnded { Closed: false } ended =>
            Accept(new UploadUnlisted()).Telling(UploadIntents.ReclaimEnded(ended.Spec.Upload, time)),
        _ => Nothing,
    };

    private static FoundNumberedPart FindPart(UploadState.ObjectOpen open, int number) =>
        open.Parts.TryGetValue(number, out var accepted)
            ? new FoundNumberedPart(new ListedNumberedPart(accepted.Part, accepted.StoredAt), open.Senders[accepted.By])
            : new FoundNumberedPart(Part: null, Sender: null);

    private static NumberedPartsPage List(UploadState.ObjectOpen open, ListNumberedParts command)
    {
        var (parts, hasMore) = open.Parts
            .Where(part => part.Key > command.After)
            .Select(part => new ListedNumberedPart(part.Value.Part, part.Value.StoredAt))
            .FirstPage(command.Limit);
        return new NumberedPartsPage(open.Spec, parts, hasMore);
    }

    private static UploadState.ObjectOpen? OpenOf(UploadState state, ObjectName name) =>
        state is UploadState.ObjectOpen open && open.Spec.Name == name ? open : null;

    private static Refusal RefusalOf(UploadState state, ObjectName name) =>
        state is UploadState.ObjectCompleting completing && completing.Spec.Name == name ? Completing : NotFound;

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
                    : Accept(Publish(open.Spec, completion), new CompletionFrozen(completion)).TellingPendingAfter(open);
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

                return Put(state, command, command.Spec, [new ObjectUploadInitiated(command.Spec)], rounds: 0, time);
            case UploadState.ObjectOpen open when open.Spec.Name == command.Spec.Name
                && open.Spec.Origin == UploadOrigin.SingleRequest:
                return part.Attempt is { } attempt && attempt.CreatedAt < open.FencedBefore
                    ? Refuse(new ObjectRefusal.NumberedAttemptCollected(part.Number))
                    : Put(open, command, open.Spec, [], open.Rounds, time);
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
        UploadState state,
        PutObject command,
        ObjectUploadSpec spec,
        ReadOnlySpan<UploadEvent> before,
        int rounds,
        ServiceTime time)
    {
        var part = command.Part;
        var list = NumberedParts.Identify([new ChosenPart(part.Number, part.Md5, Checksum: null)]);
        var completion = NumberedParts.Complete(spec, [part], rounds + 1, list, command.Condition, time.Now, command.Ticket);
        return Accept(
            Publish(spec, completion),
            [.. before, new NumberedPartStored(part, time.Now), new CompletionFrozen(completion)])
            .TellingPendingAfter(state);
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
                return Accept(new ObjectPublished()).TellingPendingAfter(completing);
            case PublicationVerdict.ConditionFailed when completing.Spec.Origin == UploadOrigin.Multipart:
                return Accept(new CompletionReopened(command.Round, time.Now));
            case PublicationVerdict.ConditionFailed or PublicationVerdict.BucketDeleted:
                return Accept(new ObjectUploadRefused(time.Now)).TellingPendingAfter(completing);
            case PublicationVerdict.Overwritten overwritten:
                return Released(completing, overwritten.At, time);
            case PublicationVerdict.Overtaken:
                return Accept(new CompletionReopened(command.Round, time.Now));
            default:
                throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown verdict.");
        }
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
    private static Decision<UploadEvent> Released(
        UploadState.ObjectCompleting completing, DateTimeOffset at, ServiceTime time) =>
        Accept(Done.Instance, new ObjectPublished(), ReleasedAt(at, time)).TellingPendingAfter(completing);

    private static ObjectReleased ReleasedAt(DateTimeOffset at, ServiceTime time) => new(at > time.Now ? at : time.Now);

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
        if (stored.Spec.ByteStorage == ByteStorage.External)
        {
            return Refuse(new ObjectRefusal.ObjectStoredExternally());
        }

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
