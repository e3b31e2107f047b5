using OrleansUploads.Core.Settings;

namespace OrleansUploads.Core.Uploads;

/// <summary>The rules of an upload, which decides exactly once which bytes make up the archive.</summary>
/// <remarks>The life of an upload is the same for archives and objects: how it is fenced, when it expires, and when its
/// bytes and its record are deleted. The other rules here are those of an upload that becomes an archive, with the part
/// geometry of <see cref="AlignedParts"/>; <see cref="ObjectUploadRules"/> has those of an upload that becomes an
/// object.</remarks>
/// <param name="policy">How long uploads and their records are kept.</param>
/// <param name="retrievals">How long restores of objects take, or null for no delay.</param>
public sealed class UploadDecider(UploadPolicy policy, RetrievalPolicy? retrievals = null) : Decider<UploadState, UploadCommand, UploadEvent>
{
    private static readonly Refusal NotFound = new Refusal.UploadNotFound();

    private readonly ObjectUploadRules _objects = new(retrievals ?? new RetrievalPolicy());

    /// <inheritdoc/>
    public override UploadState Initial => UploadState.Unknown.Instance;

    /// <inheritdoc/>
    public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) =>
        command switch
        {
            InitiateUpload c => state is UploadState.Unknown
                ? Accept(new UploadInitiated(c.Spec)).TellingPendingAfter(state)
                : Repeat(Done.Instance),
            FenceAttempts c => Fence(state, c, time),
            ConfirmBytesReclaimed => state is UploadState.Completed { BytesReleased: true, BytesReclaimed: false }
                or UploadState.ObjectStored { BytesReleased: true, BytesReclaimed: false }
                    ? Accept(new BytesReclaimed())
                    : Nothing,
            ReleaseArchive c => Release(state, c, time),
            ConfirmArchiveIndexed c => ConfirmIndexed(state, c, time),
            _ when state is UploadState.OfObject || command is ObjectUploadCommand => _objects.Decide(state, command, time),
            CheckPart c => CheckPart(state, c, time.Now),
            StorePart c => StorePart(state, c, time.Now),
            ReportExternalPart c => ReportExternalPart(state, c, time.Now),
            CompleteUpload c => Complete(state, c, time.Now),
            PutArchive c => Put(state, c, time),
            AbortUpload c => Abort(state, c, time),
            ConfirmUploadListed => state is UploadState.Open { Listed: false } or UploadState.Ended { Listed: false, Closed: false }
                ? Listed(state)
                : Nothing,
            ConfirmUploadUnlisted => Unlisted(state, time),
            ListParts or MapParts or FindPart or SummarizeUpload =>
                UploadListing.Answer(state, command) is not { } answer ? Refuse(NotFound)
                : state is UploadState.Completed { Indexed: false } ? Repeat(answer)
                : Reply(answer),
            ConfirmManifestStored => Nothing,
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
        };

    /// <inheritdoc/>
    public override UploadState Evolve(UploadState state, UploadEvent happened) => UploadEvolution.Apply(state, happened);

    /// <inheritdoc/>
    public override IEnumerable<UploadEvent> Compact(UploadState state) => UploadEvolution.Compact(state);

    /// <inheritdoc/>
    public override int CompactCount(UploadState state) => UploadEvolution.CompactCount(state);

    /// <inheritdoc/>
    /// <remarks>An open multipart upload gets parts, or is completed or aborted. After its end, its last confirmation is its last
    /// write.</remarks>
    public override bool ExpectsWrite(UploadState after) => after
        is UploadState.Open { Spec.Origin: UploadOrigin.Multipart } or UploadState.ObjectOpen { Spec.Origin: UploadOrigin.Multipart }
        || Pending(after).Any();

    /// <inheritdoc/>
    public override IEnumerable<Intent> Pending(UploadState state) => UploadIntents.Pending(state);

    /// <summary>An open upload without activity expires. The record of an ended upload is forgotten after
    /// <see cref="UploadPolicy.RecordLife"/>.</summary>
    public override Decision<UploadEvent> Wake(UploadState state, ServiceTime time) => state switch
    {
        _ when DeadlineOf(state)?.IsDue(time) is not true => Nothing,
        UploadState.Open open => End(open, new UploadExpired(time.Now), time),
        UploadState.ObjectOpen => Accept(new UploadExpired(time.Now)).TellingPendingAfter(state),
        UploadState.Completed { BytesReleased: false } or UploadState.ObjectStored { BytesReleased: false } =>
            time.HoldsBytes ? Nothing : Accept(new BytesReleased()).TellingPendingAfter(state),
        UploadState.Ended { Closed: true } or UploadState.Completed { BytesReclaimed: true, Unlisted: true }
            or UploadState.ObjectEnded { Closed: true }
            or UploadState.ObjectStored { BytesReclaimed: true, Settled: true, Unlisted: true } => Forget(),
        _ => Nothing,
    };

    /// <inheritdoc/>
    public override DateTimeOffset? WakeAt(UploadState state, ServiceTime time) => DeadlineOf(state)?.WakeAt(time);

    private Deadline? DeadlineOf(UploadState state) => state switch
    {
        UploadState.Open open => new(open.LastActivityAt, StaleAfter(open.Spec.Origin)),
        UploadState.Ended ended => new(ended.EndedAt, policy.RecordLife),
        UploadState.Completed { ReleasedAt: { } at, BytesUntil: { } until, BytesReleased: false } => new(at, until - at),
        UploadState.Completed { ReleasedAt: { } at, BytesReclaimed: true } => new(at, policy.RecordLife),
        UploadState.ObjectOpen open => new(open.LastActivityAt, StaleAfter(open.Spec.Origin)),
        UploadState.ObjectEnded ended => new(ended.EndedAt, policy.RecordLife),
        UploadState.ObjectStored { ReleasedAt: { } at, BytesReleased: false } => new(at, policy.ReplacedObjectGrace),
        UploadState.ObjectStored { ReleasedAt: { } at, BytesReclaimed: true } => new(at, ReleasedLife),
        _ => null,
    };

    private TimeSpan ReleasedLife =>
        policy.RecordLife > policy.ReplacedObjectGrace ? policy.RecordLife : policy.ReplacedObjectGrace;

    /// <summary>An interrupted single request cannot be resumed, so its upload expires as early as the protocol
    /// allows.</summary>
    private TimeSpan StaleAfter(UploadOrigin origin) =>
        origin == UploadOrigin.SingleRequest ? UploadPolicy.MinStaleAfter : policy.StaleAfter;

    private static Decision<UploadEvent> CheckPart(UploadState state, CheckPart command, DateTimeOffset now)
    {
        if (RefusalOfPart(state, command.Vault, command.Range, ByteStorage.Gateway) is { } refusal)
        {
            return Refuse(refusal);
        }

        // An attempt that starts now, before the fence, would be refused after its bytes have arrived.
        return state is UploadState.Open open && now < open.FencedBefore
            ? Refuse(new Refusal.AttemptCollected(command.Range))
            : Nothing;
    }

    /// <summary>The newest attempt in a slot becomes the part, even with the same bytes: a client may send them again because the stored
    /// bytes are damaged or lost. Repeating a report changes nothing.</summary>
    private static Decision<UploadEvent> StorePart(UploadState state, StorePart command, DateTimeOffset now)
    {
        if (RefusalOfPart(state, command.Vault, command.Range, ByteStorage.Gateway) is { } refusal)
        {
            return Refuse(refusal);
        }

        var open = (UploadState.Open)state;
        var slot = PartsOf(open).SlotOf(command.Range);
        var length = command.Range.LengthBytes;
        if (open.Parts[slot] is { } part && part.Place.Attempt == command.Attempt && part.Holds(length, command.TreeHash))
        {
            return Nothing;
        }

        // The collector may delete an attempt from before the fence at any moment.
        if (command.Attempt.CreatedAt < open.FencedBefore)
        {
            return Refuse(new Refusal.AttemptCollected(command.Range));
        }

        var (number, added) = open.Senders.Mark(command.Sender);
        return Accept(
            Done.Instance,
            new PartStored(slot, length, command.TreeHash, command.Attempt, now, number, added));
    }

    /// <summary>The newest report for a slot becomes the part. Reporting the same bytes again changes nothing, even with another
    /// location.</summary>
    private static Decision<UploadEvent> ReportExternalPart(UploadState state, ReportExternalPart command, DateTimeOffset now)
    {
        if (RefusalOfPart(state, command.Vault, command.Range, ByteStorage.External) is { } refusal)
        {
            return Refuse(refusal);
        }

        var open = (UploadState.Open)state;
        var slot = PartsOf(open).SlotOf(command.Range);
        var length = command.Range.LengthBytes;
        return open.Parts[slot] is { Place.Location: { } inUse } part && part.Holds(length, command.TreeHash)
            ? Reply(new ExternalPartResult(inUse, inUse == command.Location))
            : Accept(
                new ExternalPartResult(command.Location, ReportedInUse: true),
                new ExternalPartStored(slot, length, command.TreeHash, command.Location, now));
    }

    /// <summary>Completes the upload if its parts form the stated archive and the part store has all of them. Repeating the
    /// command with the same size and hash returns the same archive.</summary>
    private static Decision<UploadEvent> Complete(UploadState state, CompleteUpload command, DateTimeOffset now)
    {
        switch (state)
        {
            case UploadState.Completed done when done.Spec.Vault == command.Vault:
                return done.SizeBytes == command.SizeBytes && done.TreeHash == command.TreeHash
                    ? Repeat(UploadListing.Describe(done))
                    : Repeat(new Refusal.CompletionMismatch(done.Archive, done.SizeBytes, done.TreeHash));
            case UploadState.Open open when open.Spec.Vault == command.Vault:
                if ((PartsOf(open).RefusalOfCompletion(open.Parts, command.SizeBytes, command.TreeHash)
                    ?? RefusalOfLostPart(open, command.Stored)) is { } refusal)
                {
                    return Refuse(refusal);
                }

                var archive = ArchiveId.Derive(open.Spec.Upload, command.SizeBytes, command.TreeHash);
                return Accept(
                    new CompletedArchive(archive, open.Spec.Vault.Id, command.SizeBytes, command.TreeHash),
                    new UploadCompleted(archive, command.SizeBytes, command.TreeHash, now)).TellingPendingAfter(open);
            default:
                return Refuse(NotFound);
        }
    }

    /// <summary>Makes an archive of one part. The attempt must be so young that the collector leaves it alone, or the upload must have been
    /// initiated before, so that the collector asks it.</summary>
    private static Decision<UploadEvent> Put(UploadState state, PutArchive command, ServiceTime time)
    {
        var range = new PartRange(0, command.LengthBytes - 1);
        switch (state)
        {
            case UploadState.Unknown:
                return time.Now - command.Attempt.CreatedAt > UploadPolicy.UnannouncedLife
                    ? Refuse(new Refusal.AttemptCollected(range))
                    : Put(state, command, [new UploadInitiated(command.Spec)], time.Now);
            case UploadState.Open { Spec.Origin: UploadOrigin.SingleRequest } open when open.Spec.Vault == command.Spec.Vault:
                return command.Attempt.CreatedAt < open.FencedBefore
                    ? Refuse(new Refusal.AttemptCollected(range))
                    : Put(state, command, [], time.Now);
            case UploadState.Completed done when done.Spec.Vault == command.Spec.Vault:
                return Repeat(UploadListing.Describe(done));
            case UploadState.Ended { WithVault: true } ended when ended.Spec.Vault == command.Spec.Vault:
                return Repeat(new Refusal.VaultNotFound(command.Spec.Vault.Id));
            default:
                return Refuse(NotFound);
        }
    }

    private static Decision<UploadEvent> Put(
        UploadState state, PutArchive command, ReadOnlySpan<UploadEvent> before, DateTimeOffset now)
    {
        var spec = command.Spec;
        var archive = ArchiveId.Derive(spec.Upload, command.LengthBytes, command.TreeHash);
        return Accept(
            new CompletedArchive(archive, spec.Vault.Id, command.LengthBytes, command.TreeHash),
            [
                .. before,
                new PartStored(Slot: 0, command.LengthBytes, command.TreeHash, command.Attempt, now),
                new UploadCompleted(archive, command.LengthBytes, command.TreeHash, now),
            ]).TellingPendingAfter(state);
    }

    /// <summary>Aborts an open upload. Repeating the abort gets the same answer. A completed upload cannot be aborted.</summary>
    private static Decision<UploadEvent> Abort(UploadState state, AbortUpload command, ServiceTime time) => state switch
    {
        UploadState.Open open when open.Spec.Vault == command.Vault => End(open, new UploadAborted(time.Now), time),
        UploadState.Ended { Aborted: true, WithVault: false } ended when ended.Spec.Vault == command.Vault =>
            Repeat(Done.Instance),
        _ => Refuse(NotFound),
    };

    /// <summary>Returns the attempts in use, and refuses attempts from before the fence from then on. A fence in the future
    /// is refused, because it would reject parts that clients have not sent yet.</summary>
    private static Decision<UploadEvent> Fence(UploadState state, FenceAttempts command, ServiceTime time)
    {
        if (!time.IsTrusted || time.HoldsBytes || command.Before > time.Now)
        {
            return Refuse(new Refusal.CollectionHeld());
        }

        DateTimeOffset? fence = state switch
        {
            UploadState.Open open => open.FencedBefore,
            UploadState.ObjectOpen open => open.FencedBefore,
            UploadState.ObjectCompleting { Before: var open } => open.FencedBefore,
            _ => null,
        };
        return command.Before > fence ? Accept(InUse(state), new AttemptsFenced(command.Before)) : Reply(InUse(state));
    }

    private static AttemptsInUse InUse(UploadState state) => state switch
    {
        UploadState.Open { Parts: var parts } => Only(parts),
        UploadState.Completed { Parts: { } parts } => Only(parts),
        UploadState.Completed { BytesReleased: false } => new AttemptsInUse.ByManifest(),
        UploadState.ObjectOpen open => Only(open.Parts.Values),
        UploadState.ObjectCompleting { Before: var open } => Only(open.Parts.Values),
        UploadState.ObjectStored { BytesReleased: false, Parts: { } parts } => Only(parts),
        UploadState.ObjectStored { BytesReleased: false } => new AttemptsInUse.ByManifest(),
        _ => new AttemptsInUse.None(),
    };

    private static AttemptsInUse.Only Only(PartMap parts) =>
        new(parts.From(0).Select(slot => slot.Value.Place.Attempt).OfType<AttemptId>().ToHashSet());

    private static AttemptsInUse.Only Only(IEnumerable<AcceptedPart> parts) =>
        new(parts.Select(accepted => accepted.Part.Attempt).OfType<AttemptId>().ToHashSet());

    private Decision<UploadEvent> Release(UploadState state, ReleaseArchive command, ServiceTime time)
    {
        if (state is not UploadState.Completed { ReleasedAt: null } completed || completed.Archive != command.Archive)
        {
            return Nothing;
        }

        var released = new ArchiveReleased(command.DeletedAt, command.BytesUntil);
        var after = completed with { ReleasedAt = command.DeletedAt, BytesUntil = command.BytesUntil };

        // If no job referred to the bytes at the deletion, the deadline has passed, even if the clock is not trusted.
        return !time.HoldsBytes && DeadlineOf(after)?.IsDue(time) is true
            ? Accept(Done.Instance, released, new BytesReleased()).TellingPendingAfter(completed)
            : Accept(released);
    }

    private static Refusal? RefusalOfPart(
        UploadState state, VaultIncarnation vault, PartRange range, ByteStorage storage) => state switch
        {
            UploadState.Open open when open.Spec.Vault == vault =>
                open.Spec.ByteStorage == storage ? PartsOf(open).RefusalOfRange(range)
                : open.Spec.ByteStorage == ByteStorage.Gateway ? new Refusal.UploadStoredByGateway()
                : new Refusal.UploadStoredExternally(),
            _ => NotFound,
        };

    /// <summary>The first part whose attempt is missing from the part store's listing or has another length there.</summary>
    private static Refusal.PartLost? RefusalOfLostPart(UploadState.Open open, IReadOnlyList<ListedAttempt>? listed)
    {
        if (listed is null)
        {
            return null;
        }

        var stored = new ListedAttempts(listed);
        foreach (var (slot, part) in open.Parts.From(0))
        {
            if (stored.HasLost(part.Place.Attempt, part.LengthBytes))
            {
                return new Refusal.PartLost(PartsOf(open).RangeOf(slot, part.LengthBytes));
            }
        }

        return null;
    }

    private static AlignedParts PartsOf(UploadState.Open open) => new(open.Spec.PartSize);

    /// <summary>Ends an upload without an archive. One that no list has deletes its bytes at once.</summary>
    private static Decision<UploadEvent> End(UploadState state, UploadEvent happened, ServiceTime time)
    {
        var ended = Accept(happened);
        return UploadEvolution.Apply(state, happened) is UploadState.Ended { Closed: true } unlisted
            ? ended.Telling(UploadIntents.ReclaimEnded(unlisted.Spec.Upload, time))
            : ended.TellingPendingAfter(state);
    }

    /// <summary>An upload that has ended meanwhile is removed from the list again.</summary>
    private static Decision<UploadEvent> Listed(UploadState state)
    {
        var listed = Accept(new UploadListed());
        return state is UploadState.Ended ? listed.TellingPendingAfter(state) : listed;
    }

    private static Decision<UploadEvent> Unlisted(UploadState state, ServiceTime time) => state switch
    {
        UploadState.Completed { Unlisted: false } => Accept(new UploadUnlisted()),
        UploadState.Ended { Closed: false } ended =>
            Accept(new UploadUnlisted()).Telling(UploadIntents.ReclaimEnded(ended.Spec.Upload, time)),
        _ => Nothing,
    };

    /// <summary>Takes note that the archive is in the index. If the vault was deleted first, the completion never happened: it was not
    /// answered, because answers wait until the vault has recorded the archive.</summary>
    private static Decision<UploadEvent> ConfirmIndexed(UploadState state, ConfirmArchiveIndexed command, ServiceTime time) =>
        state switch
        {
            UploadState.Completed { Indexed: false } when command.IsVaultGone => End(state, new UploadEndedWithVault(time.Now), time),
            UploadState.Completed { Indexed: false } => Accept(new ArchiveIndexed()),
            _ => Nothing,
        };
}
