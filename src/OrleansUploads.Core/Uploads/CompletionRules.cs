using OrleansUploads.Core.Settings;

namespace OrleansUploads.Core.Uploads;

/// <summary>The rules by which an upload becomes an archive or object: by the completion of its parts, or by a single request.</summary>
internal sealed class CompletionRules : Rules<UploadEvent>
{
    private static readonly Refusal NotFound = new Refusal.UploadNotFound();

    /// <summary>Completes the upload if its parts form the stated archive and the part store has all of them. Repeating the
    /// command with the same size and hash returns the same archive.</summary>
    public static Decision<UploadEvent> Complete(
        UploadState.Known known, UploadState.Open? open, ArchiveUploadSpec spec, CompleteUpload command, DateTimeOffset now)
    {
        if (open is not null)
        {
            return (spec.Parts.RefusalOfCompletion(open.Parts, command.SizeBytes, command.TreeHash)
                ?? RefusalOfLost(spec, open.Parts.From(1), command.Stored)) is { } refusal
                    ? Refuse(refusal)
                    : Freeze(open, CompletionOf(spec, command.SizeBytes, command.TreeHash, now), []);
        }

        return known.Completed is not ArchiveCompletion done ? Refuse(NotFound)
            : done.SizeBytes == command.SizeBytes && done.TreeHash == command.TreeHash ? Repeat(UploadQueries.Describe(spec, done))
            : Repeat(new Refusal.CompletionMismatch(done.Archive, done.SizeBytes, done.TreeHash));
    }

    /// <summary>Freezes the chosen parts and has the key's leaf publish them. Repeating the command with the same list returns the
    /// same object; another list is refused.</summary>
    public static Decision<UploadEvent> Complete(
        UploadState.Known known, UploadState.Open? open, ObjectUploadSpec spec, CompleteObjectUpload command, DateTimeOffset now)
    {
        if (spec.Origin != UploadOrigin.Multipart)
        {
            return Refuse(NotFound);
        }

        if (open is null)
        {
            return known switch
            {
                UploadState.Completing { Completion: ObjectCompletion begun } =>
                    Repeat(NumberedParts.IsCompletedBy(begun, command) && begun.Condition == command.Condition
                        ? UploadQueries.Describe(spec, begun)
                        : RefusalOfClosed(known)),
                UploadState.Stored { Completion: ObjectCompletion done } => NumberedParts.IsCompletedBy(done, command)
                    ? Repeat(UploadQueries.Describe(spec, done))
                    : Refuse(new ObjectRefusal.CompletedOtherwise(done.ETag)),
                _ => Refuse(NotFound),
            };
        }

        var named = command.Parts ?? NumberedParts.All(open.Parts);
        if ((NumberedParts.RefusalOfCompletion(open.Parts, named, command.SizeBytes, out var chosen)
            ?? RefusalOfLost(spec, chosen, command.Stored)) is { } refusal)
        {
            return Refuse(refusal);
        }

        var completion = NumberedParts.Complete(
            spec, chosen, open.Rounds + 1, NumberedParts.Identify(named), command.Condition, now, command.Ticket);
        return (NumberedParts.RefusalOfChecksumType(spec, completion, command.ChecksumType)
            ?? NumberedParts.RefusalOfChecksum(completion.Checksum, chosen, command.Checksum)) is { } differs
                ? Refuse(differs)
                : Freeze(open, completion, []);
    }

    public static Decision<UploadEvent> PutArchive(UploadState state, PutArchive command, ServiceTime time) => Put(
        state,
        command.Spec,
        new StoredPart(command.LengthBytes, command.TreeHash, PartPlace.In(command.Attempt), time.Now),
        (_, _) => CompletionOf(command.Spec, command.LengthBytes, command.TreeHash, time.Now),
        new Refusal.VaultNotFound(command.Spec.Vault.Id),
        time);

    /// <remarks>A repeated put whose first request was refused: without a condition, only because its bucket was deleted. With a condition,
    /// the upload no longer knows whether this or the condition was the reason, so it names the condition.</remarks>
    public static Decision<UploadEvent> PutObject(UploadState state, PutObject command, ServiceTime time)
    {
        if (NumberedParts.RefusalOf(command.Spec, command.Part) is { } refusal)
        {
            return Refuse(refusal);
        }

        var part = NumberedParts.Keep(command.Part, time.Now);
        var list = NumberedParts.Identify([new ChosenPart(command.Part.Number, command.Part.Md5, Checksum: null)]);
        return Put(
            state,
            command.Spec,
            part,
            (spec, round) => NumberedParts.Complete(
                spec, [new PlacedPart(command.Part.Number, part)], round, list, command.Condition, time.Now, command.Ticket),
            command.Condition is { } condition
                ? new ObjectRefusal.PreconditionFailed(condition.PresenceIfFailed() ?? true)
                : new ObjectRefusal.BucketNotFound(command.Spec.Name.Bucket.Name),
            time);
    }

    /// <summary>The refusal of a command that only an open upload takes. An upload that is being completed as an object may become open
    /// again.</summary>
    public static Refusal RefusalOfClosed(UploadState.Known known) => known is UploadState.Completing { Spec: ObjectUploadSpec }
        ? new ObjectRefusal.UploadCompleting()
        : NotFound;

    private static ArchiveCompletion CompletionOf(ArchiveUploadSpec spec, long sizeBytes, TreeHash treeHash, DateTimeOffset now) =>
        new(ArchiveId.Derive(spec.Upload, sizeBytes, treeHash), sizeBytes, treeHash, now);

    /// <summary>Completes an upload, after events that lead to its parts.</summary>
    private static Decision<UploadEvent> Freeze(UploadState state, Completion completion, ReadOnlySpan<UploadEvent> before)
    {
        ImmutableArray<UploadEvent> events = [.. before, new CompletionFrozen(completion)];
        return events.Aggregate(state, UploadEvolution.Apply) is UploadState.Completing completing
            ? Accept(AnswerOf(completing.Spec, completion), events).Raising([.. UploadIntents.Pending(completing)])
            : throw new InvalidOperationException("Only an open upload is completed.");
    }

    private static IAnswer AnswerOf(UploadSpec spec, Completion completion) => (spec, completion) switch
    {
        (ArchiveUploadSpec archive, ArchiveCompletion done) => UploadQueries.Describe(archive, done),
        (ObjectUploadSpec published, ObjectCompletion done) => UploadQueries.Describe(published, done),
        _ => throw new InvalidOperationException($"{completion.GetType().Name} is not of {spec.GetType().Name}."),
    };

    /// <summary>Refuses a completion if the part store's listing lacks an attempt, or has it with another length.</summary>
    private static Refusal? RefusalOfLost(UploadSpec spec, IEnumerable<PlacedPart> parts, IReadOnlyList<ListedAttempt>? listed)
    {
        if (listed is null)
        {
            return null;
        }

        var stored = new ListedAttempts(listed);
        foreach (var (number, part) in parts)
        {
            if (stored.HasLost(part.Attempt, part.LengthBytes))
            {
                return spec.RefusalOfLost(number, part.LengthBytes);
            }
        }

        return null;
    }

    /// <summary>Makes an archive or object of one part. The attempt must be so young that the collector leaves it alone, or the upload must
    /// have been initiated before, so that the collector asks it.</summary>
    /// <param name="state">The upload.</param>
    /// <param name="spec">What the caller would initiate.</param>
    /// <param name="complete">Makes the completion, from what was initiated and the number of the completion.</param>
    /// <param name="refusalOfRepeated">Why a put was refused that is repeated now.</param>
    private static Decision<UploadEvent> Put<TSpec>(
        UploadState state,
        TSpec spec,
        StoredPart part,
        Func<TSpec, int, Completion> complete,
        Refusal refusalOfRepeated,
        ServiceTime time)
        where TSpec : UploadSpec
    {
        const int OnlyPart = 1;
        switch (state)
        {
            case UploadState.Unknown:
                return part.Attempt is { } unannounced && time.Now - unannounced.CreatedAt > UploadPolicy.UnannouncedLife
                    ? Refuse(spec.RefusalOfCollected(OnlyPart, part.LengthBytes))
                    : Freeze(state, complete(spec, 1), [new UploadInitiated(spec), new PartStored(OnlyPart, part)]);
            case UploadState.Known known when !known.Spec.HasTargetOf(spec):
                return Refuse(NotFound);
            case UploadState.Open { Spec: TSpec { Origin: UploadOrigin.SingleRequest } initiated } open:
                return part.Attempt is { } attempt && attempt.CreatedAt < open.FencedBefore
                    ? Refuse(spec.RefusalOfCollected(OnlyPart, part.LengthBytes))
                    : Freeze(open, complete(initiated, open.Rounds + 1), [new PartStored(OnlyPart, part)]);
            case UploadState.Known { Completed: { } completion } known:
                return Repeat(AnswerOf(known.Spec, completion));
            case UploadState.Ended { End: UploadEnd.Refused }:
                return Repeat(refusalOfRepeated);
            default:
                return Refuse(NotFound);
        }
    }
}
