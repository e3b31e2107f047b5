using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Checking;

namespace OrleansUploads.Engine.Receiving;

/// <summary>Lets nodes write parts straight into the part store, and takes their reports.</summary>
/// <remarks>A grant is no state: the upload is asked as for a part that arrives here, the attempt gets its name on the clock of this
/// service, and the store signs one write of it. A report is compared with what the store has, and then it is the report of a part. Both
/// may be repeated.</remarks>
/// <param name="host">The entities.</param>
/// <param name="parts">Stores the bytes.</param>
/// <param name="ids">Makes new IDs.</param>
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
    /// <param name="upload">The upload.</param>
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
    /// <param name="upload">The upload.</param>
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

    /// <summary>Takes the report of a part of an archive.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="vault">The incarnation of the vault in the request.</param>
    /// <param name="range">The range of the part.</param>
    /// <param name="treeHash">Its tree hash.</param>
    /// <param name="attempt">The attempt that was granted for it.</param>
    /// <param name="sender">Who sends the report, or null if that is not known.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <exception cref="PartStoreUnavailableException">The store does not answer.</exception>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; repeating the report is safe.</exception>
    public ValueTask<Outcome<Done>> ReportAsync(
        UploadId upload,
        VaultIncarnation vault,
        PartRange range,
        TreeHash treeHash,
        AttemptId attempt,
        Sender? sender,
        CancellationToken cancellationToken) =>
        ReportAsync(
            upload,
            new NeededAttempt(attempt, range.LengthBytes, treeHash),
            new StorePart(vault, range, treeHash, attempt, sender),
            new CheckPart(vault, range),
            cancellationToken);

    /// <summary>Takes the report of a part of an object. Its MD5 and its checksum are not compared with the bytes.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="name">The object in the request.</param>
    /// <param name="part">The part, with the attempt that was granted for it.</param>
    /// <param name="sender">Who sends the report, or null if that is not known.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <exception cref="PartStoreUnavailableException">The store does not answer.</exception>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; repeating the report is safe.</exception>
    public ValueTask<Outcome<Done>> ReportAsync(
        UploadId upload, ObjectName name, NumberedPart part, Sender? sender, CancellationToken cancellationToken) =>
        ReportAsync(
            upload,
            new NeededAttempt(
                part.Attempt ?? throw new ArgumentException("The part has no attempt.", nameof(part)), part.LengthBytes, part.TreeHash),
            new StoreNumberedPart(name, part, sender),
            new CheckNumberedPart(name, part.Number, part.LengthBytes),
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

    /// <summary>Compares an attempt with its report: its name, length, seal and leaves. Then the upload decides.</summary>
    /// <remarks>A refused attempt is not deleted: an earlier report may have made it the part.</remarks>
    private async ValueTask<Outcome<Done>> ReportAsync<TChecked>(
        UploadId upload, NeededAttempt reported, ICommand<Done> report, ICommand<TChecked> check, CancellationToken cancellationToken)
        where TChecked : class, IAnswer
    {
        if (parts.Grants is not { } grants)
        {
            return new(new Refusal.WritesNotGranted());
        }

        var fault = reported.Attempt.IsGranted
            ? await new AttemptCheck(parts, isDeep: false, new ReadPace(null, time)) { ReadsBytes = false }
                .FindFaultAsync(upload, reported, cancellationToken)
            : "no node was granted it";
        if (fault is not null)
        {
            // An upload that takes no such part says more than its bytes, which may be deleted.
            var refused = (await host.AskAsync(upload.Entity, check, cancellationToken)).Refusal;
            return new(refused ?? new Refusal.AttemptNotAsReported(reported.Attempt, fault));
        }

        await grants.RequireAsync(cancellationToken);
        var outcome = await host.AskAsync(upload.Entity, report, cancellationToken);
        if (outcome.Refusal is null)
        {
            AttemptIntake.CountStored(reported.LengthBytes);
        }

        return outcome;
    }

    private readonly record struct Candidate<TPart>(TPart Part, int Number, long LengthBytes);
}

/// <summary>A part of an object that a node wants to write.</summary>
/// <param name="Number">Its number.</param>
/// <param name="LengthBytes">Its length; at least 1.</param>
public readonly record struct PlannedPart(int Number, long LengthBytes);

/// <summary>The writes that were granted in one call.</summary>
public sealed record GrantedWrites<TPart>(IReadOnlyList<GrantedWrite<TPart>> Writes);

/// <summary>A granted write of a part.</summary>
/// <param name="Part">The part.</param>
/// <param name="Attempt">The name of the attempt.</param>
/// <param name="Write">The request that writes it.</param>
public readonly record struct GrantedWrite<TPart>(TPart Part, AttemptId Attempt, SignedWrite Write);
