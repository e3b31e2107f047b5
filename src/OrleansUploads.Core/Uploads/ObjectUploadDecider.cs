using System.Collections.Frozen;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Settings;

namespace OrleansUploads.Core.Uploads;

/// <summary>The rules of an upload that becomes an object. The upload freezes the chosen parts; the leaf of the key decides whether
/// they are published.</summary>
/// <remarks>While the leaf decides, parts are refused and an abort has to wait. If the leaf's condition fails, the upload is open
/// again; otherwise it is an object and never changes.</remarks>
/// <param name="policy">How long uploads and their records are kept.</param>
/// <param name="retrievals">How long restores take.</param>
internal sealed partial class ObjectUploadDecider(UploadPolicy policy, RetrievalPolicy retrievals) : Decider<UploadState, UploadCommand, UploadEvent>
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
        ReadObjectTimeline c => UploadTimelines.Read(state, c) is { } timeline ? Reply(timeline) : Refuse(NotFound),
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

        var result = new StorePartResult(AttemptInUse: true);
        if (open.Parts.TryGetValue(part.Number, out var stored) && stored.Part == part)
        {
            return Reply(result);
        }

        // The collector may delete an attempt from before the fence at any moment.
        if (part.Attempt is { } attempt && attempt.CreatedAt < open.FencedBefore)
        {
            return Refuse(new ObjectRefusal.NumberedAttemptCollected(part.Number));
        }

        var (number, added) = open.Senders.Mark(command.Sender);
        return Accept(result, new NumberedPartStored(part, time.Now, number, added));
    }

    private static Decision<UploadEvent> Abort(UploadState state, AbortObjectUpload command, ServiceTime time) => state switch
    {
        UploadState.ObjectOpen open when open.Spec.Name == command.Name => End(open, new UploadAborted(time.Now, command.Sender)),
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
}
