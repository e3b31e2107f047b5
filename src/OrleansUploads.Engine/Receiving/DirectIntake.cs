using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Checking;

namespace OrleansUploads.Engine.Receiving;

/// <summary>Lets nodes write parts straight into the part store, and takes their reports.</summary>
/// <remarks>A grant is no state: the upload is asked as for a part that arrives here, the attempt gets its name on the clock of this
/// service, and the store signs one write of it. A report is compared with what the store has, and then it is the report of a part. Both
/// may be repeated.</remarks>
/// <param name="time">The clock of deadlines.</param>
/// <param name="maintenance">How soon unowned bytes are deleted.</param>
/// <param name="claims">Divides the parts among nodes.</param>
public sealed class DirectIntake(
    IEntityHost host, IPartStore parts, IdSource ids, TimeProvider time, MaintenanceOptions maintenance, IWriteClaims claims)
{
    /// <summary>The maximum number of parts that are granted or reported in one call.</summary>
    public const int MaxParts = 100;

    /// <summary>The maximum number of parts in a call that asks for grants for some of them.</summary>
    public const int MaxCandidates = 1000;

    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(15);

    // The attempt must be reported before the collector may take it for abandoned.
    private readonly TimeSpan _life = maintenance.AttemptGrace / 2 < LongestLife ? maintenance.AttemptGrace / 2 : LongestLife;

    /// <summary>Grants the writes of parts of an archive.</summary>
    /// <param name="vault">The incarnation of the vault in the request.</param>
    /// <param name="candidates">The ranges of the parts; at most <see cref="MaxCandidates"/>.</param>
    /// <param name="atMost">How many grants are wanted, only of parts that the upload does not have and that were not granted a short while
    /// ago; null for all parts. At most <see cref="MaxParts"/>.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <returns>The grants, possibly none; refused if any of the parts would be.</returns>
    /// <exception cref="PartStoreUnavailableException">The store cannot sign at the moment.</exception>
    public async ValueTask<Outcome<GrantedWrites<PartRange>>> GrantAsync(
        UploadId upload, VaultIncarnation vault, IReadOnlyList<PartRange> candidates, int? atMost, CancellationToken cancellationToken)
    {
        var mapped = await host.AskAsync(upload.Entity, new MapParts(vault), cancellationToken);
        return mapped.TryGet(out var known, out var refusal)
            ? await GrantAsync<PartRange>(
                upload,
                [.. candidates.Select(range => new Candidate<PartRange>(range, known.Spec.NumberOf(range), range.LengthBytes))],
                candidates.Select(known.Spec.RefusalOfPart),
                atMost,
                known.Parts.Numbers,
                cancellationToken)
            : new(refusal);
    }

    /// <summary>Grants the writes of parts of an object.</summary>
    /// <param name="name">The object in the request.</param>
    /// <param name="candidates">The parts, none of them empty; at most <see cref="MaxCandidates"/>.</param>
    /// <param name="atMost">As for an archive.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <returns>The grants, possibly none; refused if any of the parts would be.</returns>
    /// <exception cref="PartStoreUnavailableException">The store cannot sign at the moment.</exception>
    public async ValueTask<Outcome<GrantedWrites<PlannedPart>>> GrantAsync(
        UploadId upload, ObjectName name, IReadOnlyList<PlannedPart> candidates, int? atMost, CancellationToken cancellationToken)
    {
        var mapped = await host.AskAsync(upload.Entity, new MapNumberedParts(name), cancellationToken);
        return mapped.TryGet(out var known, out var refusal)
            ? await GrantAsync<PlannedPart>(
                upload,
                [.. candidates.Select(part => new Candidate<PlannedPart>(part, part.Number, part.LengthBytes))],
                candidates.Select(part => known.Spec.RefusalOfPart(part.Number, part.LengthBytes)),
                atMost,
                known.Parts.Numbers,
                cancellationToken)
            : new(refusal);
    }

    /// <summary>Takes the reports of parts of an archive.</summary>
    /// <param name="vault">The incarnation of the vault in the request.</param>
    /// <param name="written">The parts; at most <see cref="MaxParts"/>.</param>
    /// <param name="sender">Who sends the reports, or null if that is not known.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <returns>An outcome for each part, in their order. They are independent.</returns>
    /// <exception cref="PartStoreUnavailableException">The store does not answer.</exception>
    /// <exception cref="EntityUnavailableException">At least one outcome is unknown; repeating the reports is safe.</exception>
    public ValueTask<IReadOnlyList<Outcome<Done>>> ReportAsync(
        UploadId upload, VaultIncarnation vault, IReadOnlyList<ReportedWrite> written, Sender? sender, CancellationToken cancellationToken) =>
        ReportAsync(
            upload,
            written,
            static part => new NeededAttempt(part.Attempt, part.Range.LengthBytes, part.TreeHash),
            part => new StorePart(vault, part.Range, part.TreeHash, part.Attempt, sender),
            part => new CheckCurrentPart(vault, part.Range),
            cancellationToken);

    /// <summary>Takes the reports of parts of an object. Their MD5s and checksums are not compared with the bytes.</summary>
    /// <param name="name">The object in the request.</param>
    /// <param name="written">The parts, with the attempts that were granted for them; at most <see cref="MaxParts"/>.</param>
    /// <param name="sender">Who sends the reports, or null if that is not known.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <returns>An outcome for each part, in their order. They are independent.</returns>
    /// <exception cref="PartStoreUnavailableException">The store does not answer.</exception>
    /// <exception cref="EntityUnavailableException">At least one outcome is unknown; repeating the reports is safe.</exception>
    public ValueTask<IReadOnlyList<Outcome<Done>>> ReportAsync(
        UploadId upload, ObjectName name, IReadOnlyList<NumberedPart> written, Sender? sender, CancellationToken cancellationToken) =>
        ReportAsync(
            upload,
            written,
            static part => new NeededAttempt(
                part.Attempt ?? throw new ArgumentException("A part has no attempt.", nameof(written)), part.LengthBytes, part.TreeHash),
            part => new StoreNumberedPart(name, part, sender),
            part => new CheckCurrentNumberedPart(name, part.Number, part.LengthBytes),
            cancellationToken);

    private async ValueTask<Outcome<GrantedWrites<TPart>>> GrantAsync<TPart>(
        UploadId upload,
        IReadOnlyList<Candidate<TPart>> candidates,
        IEnumerable<Refusal?> refusals,
        int? atMost,
        PartNumbers stored,
        CancellationToken cancellationToken)
    {
        if (parts.Grants is not { } grants)
        {
            return new(new Refusal.WritesNotGranted());
        }

        if (refusals.FirstOrDefault(static refusal => refusal is not null) is { } refused)
        {
            return new(refused);
        }

        var has = stored.InOrder.ToHashSet();
        var wanted = atMost is null ? candidates : [.. candidates.Where(candidate => !has.Contains(candidate.Number))];
        var claimed = (await claims.ClaimAsync(upload, [.. wanted.Select(static candidate => candidate.Number)], atMost, cancellationToken))
            .ToHashSet();
        var chosen = atMost is null ? wanted : wanted.Where(candidate => claimed.Remove(candidate.Number)).ToList();
        var until = time.GetUtcNow() + _life;
        var writes = new List<GrantedWrite<TPart>>(chosen.Count);
        foreach (var (part, number, lengthBytes) in chosen)
        {
            var attempt = ids.NewGrantedAttempt(number);
            writes.Add(new(part, attempt, await grants.SignAsync(upload, attempt, lengthBytes, until, cancellationToken)));
        }

        return new(new GrantedWrites<TPart>(writes));
    }

    /// <summary>Compares attempts with their reports: their names, lengths, seals and leaves. Then the upload decides about those without a
    /// fault.</summary>
    /// <remarks>A refused attempt is not deleted: an earlier report may have made it the part.</remarks>
    private async ValueTask<IReadOnlyList<Outcome<Done>>> ReportAsync<TPart, TChecked>(
        UploadId upload,
        IReadOnlyList<TPart> written,
        Func<TPart, NeededAttempt> attemptOf,
        Func<TPart, ICommand<Done>> report,
        Func<TPart, ICommand<TChecked>> check,
        CancellationToken cancellationToken)
        where TChecked : class, IAnswer
    {
        if (parts.Grants is not { } grants)
        {
            return [.. written.Select(static _ => new Outcome<Done>(new Refusal.WritesNotGranted()))];
        }

        var refusals = await Task.WhenAll(written.Select(RefusalOfAsync));
        TPart[] found = [.. written.Where((_, at) => refusals[at] is null)];
        if (found.Length > 0)
        {
            await grants.RequireAsync(cancellationToken);
        }

        var outcomes = await host.AskAllAsync(upload.Entity, [.. found.Select(report)], cancellationToken);
        foreach (var (part, outcome) in found.Zip(outcomes))
        {
            if (outcome.Refusal is null)
            {
                AttemptIntake.CountStored(attemptOf(part).LengthBytes);
            }
        }

        var decided = new Queue<Outcome<Done>>(outcomes);
        return [.. refusals.Select(refusal => refusal is null ? decided.Dequeue() : new(refusal))];

        async Task<Refusal?> RefusalOfAsync(TPart part)
        {
            var reported = attemptOf(part);
            if (await FindFaultAsync(upload, reported, cancellationToken) is not { } fault)
            {
                return null;
            }

            // An upload that takes no such part says more than its bytes, which may be deleted.
            var refused = (await host.AskAsync(upload.Entity, check(part), cancellationToken)).Refusal;
            return refused ?? new Refusal.AttemptNotAsReported(reported.Attempt, fault);
        }
    }

    private async ValueTask<string?> FindFaultAsync(UploadId upload, NeededAttempt reported, CancellationToken cancellationToken) =>
        reported.Attempt.IsGranted
            ? await new AttemptCheck(parts, isDeep: false, new ReadPace(null, time)) { ReadsBytes = false }
                .FindFaultAsync(upload, reported, cancellationToken)
            : "no node was granted it";

    private readonly record struct Candidate<TPart>(TPart Part, int Number, long LengthBytes);
}

/// <summary>A part of an object that a node wants to write.</summary>
/// <param name="LengthBytes">Its length; at least 1.</param>
public readonly record struct PlannedPart(int Number, long LengthBytes);

/// <summary>A part of an archive that a node has written.</summary>
/// <param name="Attempt">The attempt that was granted for it.</param>
public readonly record struct ReportedWrite(PartRange Range, TreeHash TreeHash, AttemptId Attempt);

/// <summary>The writes that were granted in one call.</summary>
public sealed record GrantedWrites<TPart>(IReadOnlyList<GrantedWrite<TPart>> Writes);

/// <summary>A granted write of a part.</summary>
/// <param name="Attempt">The name of the attempt.</param>
/// <param name="Write">The request that writes it.</param>
public readonly record struct GrantedWrite<TPart>(TPart Part, AttemptId Attempt, SignedWrite Write);
