using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Settings;

namespace OrleansUploads.Core.Uploads;

/// <summary>The rules of an upload, which decides exactly once which bytes make up the archive or object.</summary>
/// <remarks>Archives and objects have the same life. They differ in the geometry of their parts (<see cref="AlignedParts"/>, <see
/// cref="NumberedParts"/>), in what they become, and in who decides whether they do: the index of archives, or the leaf of the
/// key.</remarks>
/// <param name="policy">How long uploads and their records are kept.</param>
/// <param name="retrievals">How long restores of objects take, or null for no delay.</param>
public sealed class UploadDecider(UploadPolicy policy, RetrievalPolicy? retrievals = null) : Decider<UploadState, UploadCommand, UploadEvent>
{
    private static readonly Refusal NotFound = new Refusal.UploadNotFound();

    private readonly PublishedObjectRules _objects = new(retrievals ?? new RetrievalPolicy());
    private readonly EndNoticeRules _notices = new(policy);

    public override UploadState Initial => UploadState.Unknown.Instance;

    public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) =>
        _notices.Announce(state, DecideUnannounced(state, command, time), time);

    private Decision<UploadEvent> DecideUnannounced(UploadState state, UploadCommand command, ServiceTime time) => command switch
    {
        InitiateUpload c => state is UploadState.Unknown
            ? Accept(new UploadInitiated(c.Spec)).RaisingPendingAfter(state)
            : Repeat(Done.Instance),
        AddressedUploadCommand c => state is UploadState.Known known && c.Addresses(known.Spec)
            ? DecideAddressed(known, c, time)
            : Refuse(c.NotFound),
        PutArchive c => CompletionRules.PutArchive(state, c, time),
        PutObject c => CompletionRules.PutObject(state, c, time),
        FenceAttempts c => Fence(state, c, time),
        ReleaseArchive c => ReleaseArchive(state, c, time),
        ReleaseObject c => ReleaseObject(state, c.At, time),
        FindUnfreedBytes => Reply(Unfreed(state, time)),
        FreeBytes => Free(state, time),
        ConfirmUploadListed => Listed(state),
        ConfirmUploadUnlisted => Unlisted(state, time),
        ConfirmArchiveIndexed c => Indexed(state, c, time),
        ConfirmPublication c => Decided(state, c, time),
        ConfirmPublicationSettled => state is UploadState.Stored { Settled: false } ? Accept(new PublicationRecorded()) : Nothing,
        ConfirmManifestStored => state is UploadState.Stored { Parts: not null, ReleasedAt: null } ? Accept(new ManifestStored()) : Nothing,
        ConfirmBytesReclaimed => state is UploadState.Stored { BytesReleased: true, BytesReclaimed: false }
            ? Accept(new BytesReclaimed())
            : Nothing,
        ConfirmEndTold => EndNoticeRules.SinceOf(state) is not null ? Accept(new EndNoticeClosed()) : Nothing,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
    };

    public override UploadState Evolve(UploadState state, UploadEvent happened) => UploadEvolution.Apply(state, happened);

    public override bool HasEnded(UploadState state) => UploadQueries.HasEnded(state);

    public override int SnapshotCost(UploadState state) => state switch
    {
        UploadState.Open open => open.Parts.Count,
        UploadState.Completing { Before: var open } => open.Parts.Count,
        UploadState.Stored { Parts: { } parts } => parts.Count,
        _ => 0,
    };

    /// <remarks>An open multipart upload gets parts, or is completed or aborted. After its end, its last confirmation is its last
    /// write.</remarks>
    public override bool ExpectsWrite(UploadState after) =>
        after is UploadState.Open { Spec.Origin: UploadOrigin.Multipart } || Pending(after).Any();

    public override IEnumerable<Intent> Pending(UploadState state) => UploadIntents.Pending(state);

    /// <summary>An open upload without activity expires. The record of an ended upload is forgotten after
    /// <see cref="UploadPolicy.RecordLife"/>. An end that was not told is told again.</summary>
    public override Decision<UploadEvent> Wake(UploadState state, ServiceTime time) =>
        _notices.Repeat(state, _notices.Announce(state, Expire(state, time), time), time);

    private Decision<UploadEvent> Expire(UploadState state, ServiceTime time) => state switch
    {
        _ when DeadlineOf(state)?.IsDue(time) is not true => Nothing,
        UploadState.Open open => End(open, UploadEnd.Expired, time),
        UploadState.Stored { BytesReleased: false } =>
            time.HoldsBytes ? Nothing : Accept(new BytesReleased()).RaisingPendingAfter(state),
        UploadState.Ended { Closed: true } or UploadState.Stored { BytesReclaimed: true, Settled: true, Unlisted: true } => Forget(),
        _ => Nothing,
    };

    public override DateTimeOffset? WakeAt(UploadState state, ServiceTime time)
    {
        var deadline = DeadlineOf(state)?.WakeAt(time);
        var notice = EndNoticeRules.NextAt(state, time.Now);
        return notice is null || deadline < notice ? deadline : notice;
    }

    /// <summary>An upload is not forgotten before its end was told.</summary>
    private Deadline? DeadlineOf(UploadState state) => state switch
    {
        UploadState.Open open => new(open.LastActivityAt, StaleAfter(open.Spec.Origin)),
        UploadState.Ended { NoticeSince: null } ended => new(ended.EndedAt, policy.RecordLife),
        UploadState.Stored { ReleasedAt: { } at, BytesReleased: false } stored =>
            new(at, stored.BytesUntil is { } until ? until - at : policy.ReplacedObjectGrace),
        UploadState.Stored { ReleasedAt: { } at, BytesReclaimed: true, NoticeSince: null } =>
            new(at, policy.RecordLife > policy.ReplacedObjectGrace ? policy.RecordLife : policy.ReplacedObjectGrace),
        _ => null,
    };

    /// <summary>An interrupted single request cannot be resumed, so its upload expires as early as the protocol
    /// allows.</summary>
    private TimeSpan StaleAfter(UploadOrigin origin) =>
        origin == UploadOrigin.SingleRequest ? UploadPolicy.MinStaleAfter : policy.StaleAfter;

    /// <summary>Decides a command to an archive's or an object's upload that has been initiated.</summary>
    private Decision<UploadEvent> DecideAddressed(UploadState.Known known, AddressedUploadCommand command, ServiceTime time) =>
        (command, known.Spec, known as UploadState.Open) switch
        {
            (AbortUpload or AbortObjectUpload, _, _) => Abort(known, time),
            (CompleteUpload c, ArchiveUploadSpec spec, var open) => CompletionRules.Complete(known, open, spec, c, time.Now),
            (CompleteObjectUpload c, ObjectUploadSpec spec, var open) => CompletionRules.Complete(known, open, spec, c, time.Now),
            (SummarizeUpload, ArchiveUploadSpec spec, _) => known is UploadState.Completing
                ? Repeat(UploadQueries.Summarize(known, spec))
                : Reply(UploadQueries.Summarize(known, spec)),
            (FindManifest, ArchiveUploadSpec spec, _) => UploadQueries.FindManifest(known, spec) is { } found ? Reply(found) : Refuse(NotFound),
            (SummarizeObjectUpload, ObjectUploadSpec spec, _) => Reply(UploadQueries.Summarize(known, spec)),
            (DescribeObject or SetObjectTags or RestoreObject, ObjectUploadSpec spec, _) => _objects.Decide(known, spec, command, time),

            // All other commands are about the parts of an open upload.
            (_, _, null) => Refuse(CompletionRules.RefusalOfClosed(known)),
            (CheckPart c, ArchiveUploadSpec spec, { } open) =>
                Check(open, spec.Parts.NumberOf(c.Range), c.Range.LengthBytes, spec.RefusalOfPart(c.Range), time.Now)
                ?? Nothing,
            (CheckNumberedPart c, ObjectUploadSpec spec, { } open) =>
                Check(open, c.Number, c.LengthBytes, spec.RefusalOfPart(c.Number, c.LengthBytes), time.Now)
                ?? Reply(spec),
            (CheckObjectCompletion, _, _) => Nothing,
            (StorePart c, ArchiveUploadSpec spec, { } open) => Store(open, spec, c, time.Now),
            (StoreNumberedPart c, ObjectUploadSpec spec, { } open) => Store(open, spec, c, time.Now),
            (ReportExternalPart c, ArchiveUploadSpec spec, { } open) => Report(
                open,
                spec.Parts.NumberOf(c.Range),
                new StoredPart(c.Range.LengthBytes, c.TreeHash, PartPlace.At(c.Location), time.Now),
                spec.Parts.RefusalOfRange(c.Range)),
            (ReportNumberedPart c, ObjectUploadSpec spec, { } open) =>
                Report(open, c.Part.Number, NumberedParts.Keep(c.Part, time.Now), NumberedParts.RefusalOf(spec, c.Part)),
            (ListParts c, ArchiveUploadSpec spec, { } open) => Reply(UploadQueries.List(open, spec, c)),
            (ListNumberedParts c, ObjectUploadSpec spec, { } open) => Reply(UploadQueries.List(open, spec, c)),
            (MapParts, ArchiveUploadSpec spec, { } open) => Reply(new MappedUpload(spec, UploadQueries.Map(open, policy.StaleAfter))),
            (MapNumberedParts, ObjectUploadSpec spec, { } open) => Reply(new MappedObjectUpload(spec, UploadQueries.Map(open, policy.StaleAfter))),
            (FindPart c, ArchiveUploadSpec spec, { } open) => Reply(UploadQueries.Find(open, spec, c.Number)),
            (FindNumberedPart c, _, { } open) => Reply(UploadQueries.Find(open, c.Number)),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
        };

    /// <summary>Refuses a part that would be refused after its bytes have arrived, or returns null.</summary>
    private static Decision<UploadEvent>? Check(
        UploadState.Open open, int number, long lengthBytes, Refusal? refusalOfPart, DateTimeOffset now) =>
        refusalOfPart is { } refusal ? Refuse(refusal)
        : now < open.FencedBefore ? Refuse(open.Spec.RefusalOfCollected(number, lengthBytes))
        : null;

    private static Decision<UploadEvent> Store(UploadState.Open open, ArchiveUploadSpec spec, StorePart command, DateTimeOffset now)
    {
        var (by, added) = open.Senders.Mark(command.Sender);
        var part = new StoredPart(command.Range.LengthBytes, command.TreeHash, PartPlace.In(command.Attempt), now) { By = by };
        return Store(open, spec.Parts.NumberOf(command.Range), part, added, spec.Parts.RefusalOfRange(command.Range));
    }

    private static Decision<UploadEvent> Store(UploadState.Open open, ObjectUploadSpec spec, StoreNumberedPart command, DateTimeOffset now)
    {
        var (by, added) = open.Senders.Mark(command.Sender);
        return Store(open, command.Part.Number, NumberedParts.Keep(command.Part, now, by), added, NumberedParts.RefusalOf(spec, command.Part));
    }

    /// <summary>The newest attempt becomes the part of its number, even with the same bytes: a client may send them again because the stored
    /// bytes are damaged or lost. Repeating a report changes nothing.</summary>
    private static Decision<UploadEvent> Store(
        UploadState.Open open, int number, StoredPart part, Sender? added, Refusal? refusalOfPart)
    {
        if ((open.Spec.RefusalOfStorage(ByteStorage.Gateway) ?? refusalOfPart) is { } refusal)
        {
            return Refuse(refusal);
        }

        if (part.Attempt is { GrantedNumber: { } granted } other && granted != number)
        {
            return Refuse(new Refusal.AttemptOfOtherPart(other, granted));
        }

        if (open.Parts[number] is { } stored && stored.Place == part.Place && stored.HasBytesOf(part))
        {
            return Nothing;
        }

        // The collector may delete an attempt from before the fence at any moment.
        if (part.Attempt is { } attempt && attempt.CreatedAt < open.FencedBefore)
        {
            return Refuse(open.Spec.RefusalOfCollected(number, part.LengthBytes));
        }

        return Accept(new PartStored(number, part, added));
    }

    /// <summary>The newest report becomes the part of its number. Reporting the same bytes again changes nothing, even with another
    /// location.</summary>
    private static Decision<UploadEvent> Report(UploadState.Open open, int number, StoredPart part, Refusal? refusalOfPart)
    {
        if ((open.Spec.RefusalOfStorage(ByteStorage.External) ?? refusalOfPart) is { } refusal)
        {
            return Refuse(refusal);
        }

        var reported = part.Location.GetValueOrDefault();
        return open.Parts[number] is { Location: { } inUse } stored && stored.HasBytesOf(part)
            ? Reply(new ExternalPartResult(inUse, inUse == reported))
            : Accept(new ExternalPartResult(reported, ReportedInUse: true), new PartStored(number, part));
    }

    /// <summary>Aborts an open upload. Repeating the abort gets the same answer. A completed upload cannot be aborted.</summary>
    private static Decision<UploadEvent> Abort(UploadState.Known known, ServiceTime time) => known switch
    {
        UploadState.Open open => End(open, UploadEnd.Aborted, time),
        UploadState.Ended { End: UploadEnd.Aborted } => Repeat(Done.Instance),
        UploadState.Completing { Spec: ObjectUploadSpec } => Repeat(CompletionRules.RefusalOfClosed(known)),
        _ => Refuse(NotFound),
    };

    /// <summary>Ends an upload without an archive or object. One that no list has deletes its bytes at once.</summary>
    private static Decision<UploadEvent> End(UploadState.Known state, UploadEnd end, ServiceTime time)
    {
        var ended = Accept(new UploadEnded(end, time.Now));
        return UploadEvolution.Apply(state, ended.Events[0]) is UploadState.Ended { Closed: true }
            ? ended.Raising(UploadIntents.ReclaimEnded(state.Spec, time))
            : ended.RaisingPendingAfter(state);
    }

    /// <summary>Returns the attempts in use, and refuses attempts from before the fence from then on. A fence in the future
    /// is refused, because it would reject parts that clients have not sent yet.</summary>
    private static Decision<UploadEvent> Fence(UploadState state, FenceAttempts command, ServiceTime time)
    {
        if (!time.IsTrusted || time.HoldsBytes || command.Before > time.Now)
        {
            return Refuse(new Refusal.CollectionHeld());
        }

        var open = state as UploadState.Open ?? (state as UploadState.Completing)?.Before;
        return command.Before > open?.FencedBefore ? Accept(InUse(state), new AttemptsFenced(command.Before)) : Reply(InUse(state));
    }

    private static AttemptsInUse InUse(UploadState state) => state switch
    {
        UploadState.Open { Parts: var parts } => Only(parts),
        UploadState.Completing { Before.Parts: var parts } => Only(parts),
        UploadState.Stored { BytesReleased: false, Parts: { } parts } => Only(parts),
        UploadState.Stored { BytesReleased: false } => new AttemptsInUse.ByManifest(),
        _ => new AttemptsInUse.None(),
    };

    private static AttemptsInUse.Only Only(PartMap parts) =>
        new(parts.From(1).Select(placed => placed.Part.Attempt).OfType<AttemptId>().ToHashSet());

    /// <summary>The archive was deleted. Only an archive in the index is, so a confirmation of that was lost, or arrives late.</summary>
    private Decision<UploadEvent> ReleaseArchive(UploadState state, ReleaseArchive command, ServiceTime time)
    {
        if (state is not UploadState.Known { Completed: ArchiveCompletion completion } || completion.Archive != command.Archive
            || state is UploadState.Stored { ReleasedAt: not null })
        {
            return Nothing;
        }

        ImmutableArray<UploadEvent> events =
        [
            .. Publication(state), new UploadReleased(command.DeletedAt, command.BytesUntil),
        ];

        // If no job referred to the bytes at the deletion, the deadline has passed, even if the clock is not trusted.
        return !time.HoldsBytes && DeadlineOf(events.Aggregate(state, UploadEvolution.Apply))?.IsDue(time) is true
            ? Accept(Done.Instance, [.. events, new BytesReleased()]).RaisingPendingAfter(state)
            : Accept(Done.Instance, events);
    }

    /// <summary>The answer does not say that the bytes are freed before the part store has deleted them.</summary>
    private Decision<UploadEvent> Free(UploadState state, ServiceTime time)
    {
        if (time.HoldsBytes || state is not UploadState.Stored { ReleasedAt: not null, BytesReleased: false } stored)
        {
            return Reply(Unfreed(state, time));
        }

        var happened = new BytesReleased();
        return Accept(Unfreed(UploadEvolution.Apply(stored, happened), time), happened).RaisingPendingAfter(state);
    }

    /// <summary>External bytes are never freed by this service.</summary>
    private UnfreedBytes Unfreed(UploadState state, ServiceTime time) =>
        state is UploadState.Stored { ReleasedAt: not null, BytesReclaimed: false, Spec.ByteStorage: ByteStorage.Gateway } stored
            ? new UnfreedBytes(stored.Completion.SizeBytes, stored.BytesReleased ? null : DeadlineOf(stored)?.WakeAt(time))
            : new UnfreedBytes(0, Until: null);

    /// <summary>The object was overwritten or deleted. The leaf may say so before the upload has heard that it published the object. The
    /// grace begins when the upload hears of it, because the clock of the leaf may be behind.</summary>
    private static Decision<UploadEvent> ReleaseObject(UploadState state, DateTimeOffset at, ServiceTime time) => state switch
    {
        UploadState.Stored { ReleasedAt: null } => Accept(ReleasedAt(at, time)),
        UploadState.Completing completing => Overwrite(completing, at, time).AnsweringAtOnce(),
        _ => Nothing,
    };

    /// <summary>The object was published, and was overwritten or deleted since.</summary>
    private static Decision<UploadEvent> Overwrite(UploadState.Completing completing, DateTimeOffset at, ServiceTime time) =>
        Accept(Done.Instance, [.. Publication(completing), ReleasedAt(at, time)]).RaisingPendingAfter(completing);

    private static UploadReleased ReleasedAt(DateTimeOffset at, ServiceTime time) =>
        new(at > time.Now ? at : time.Now, BytesUntil: null);

    /// <summary>The events by which a completion takes effect, if it has not yet. The manifest of an archive is stored before the archive is
    /// added to the index.</summary>
    private static ImmutableArray<UploadEvent> Publication(UploadState state) => state switch
    {
        UploadState.Completing { Spec: ArchiveUploadSpec, Before.Parts: var parts } when Manifest.IsStoredFor(parts) =>
            [new CompletionPublished(), new ManifestStored()],
        UploadState.Completing => [new CompletionPublished()],
        _ => [],
    };

    /// <summary>Takes note that the archive is in the index. If the vault was deleted first, the completion never happened: it was not
    /// answered, because answers wait until the vault has recorded the archive.</summary>
    private static Decision<UploadEvent> Indexed(UploadState state, ConfirmArchiveIndexed command, ServiceTime time) =>
        state is not UploadState.Completing completing ? Nothing
        : command.IsVaultGone ? End(completing, UploadEnd.Refused, time)
        : Accept(Done.Instance, Publication(state));

    /// <summary>The leaf has decided. Its verdict about an earlier completion changes nothing.</summary>
    private static Decision<UploadEvent> Decided(UploadState state, ConfirmPublication command, ServiceTime time)
    {
        if (state is not UploadState.Completing { Completion: ObjectCompletion completion } completing || completion.Round != command.Round)
        {
            return Nothing;
        }

        switch (command.Verdict)
        {
            case PublicationVerdict.Published:
                return Accept(Done.Instance, Publication(state)).RaisingPendingAfter(state);
            case PublicationVerdict.ConditionFailed when completing.Spec.Origin == UploadOrigin.Multipart:
            case PublicationVerdict.Overtaken:
                return Accept(new CompletionReopened(command.Round, time.Now));
            case PublicationVerdict.ConditionFailed or PublicationVerdict.BucketDeleted:
                return End(completing, UploadEnd.Refused, time);
            case PublicationVerdict.Overwritten overwritten:
                return Overwrite(completing, overwritten.At, time);
            default:
                throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown verdict.");
        }
    }

    /// <summary>An upload that has ended meanwhile is removed from the list again.</summary>
    private static Decision<UploadEvent> Listed(UploadState state) => state switch
    {
        UploadState.Open { Listed: false } => Accept(new UploadListed()),
        UploadState.Completing { Before.Listed: false, Unlisted: false, Spec: var spec } =>
            UploadEvolution.UnlistsAtOnce(spec) ? Nothing : Accept(new UploadListed()),
        UploadState.Ended { Listed: false, Closed: false } => Accept(new UploadListed()).RaisingPendingAfter(state),
        _ => Nothing,
    };

    private static Decision<UploadEvent> Unlisted(UploadState state, ServiceTime time) => state switch
    {
        UploadState.Completing { Unlisted: false } or UploadState.Stored { Unlisted: false } => Accept(new UploadUnlisted()),
        UploadState.Ended { Closed: false } ended =>
            Accept(new UploadUnlisted()).Raising(UploadIntents.ReclaimEnded(ended.Spec, time)),
        _ => Nothing,
    };
}
