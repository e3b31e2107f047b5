using System.Collections.Immutable;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Reading;
using OrleansUploads.Engine.Receiving;

namespace OrleansUploads.Cluster.Uploads;

/// <summary>An upload. Translates the calls of ingestion nodes to commands and the answers back. It contains no rules.</summary>
[GrainType("ou-upload")]
public sealed class UploadGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Upload, ports), IUploadGrain, ISharedUploadGrain
{
    public ValueTask<UploadAnswer<UploadOpened>> InitiateAsync(UploadRequest request, CancellationToken cancellationToken = default) =>
        InVaultAsync(request?.Vault, async vault =>
        {
            var spec = request!.ToSpec(Entity.Key, vault, Ports.Clock.Read().Now);
            await AskSelfAsync(new InitiateUpload(spec), cancellationToken);

            // An upload that exists already stays as it is.
            var known = await SummarizeSelfAsync(vault, cancellationToken);
            return known.TryGet(out var summary, out var refusal)
                ? summary.Spec.HasPropertiesOf(spec)
                    ? new(OpenedOf(summary.Spec), null)
                    : new(null, UploadRefusals.InitiatedOtherwise(summary.Spec))
                : new UploadAnswer<UploadOpened>(
                    null, refusal.Kind == UploadRefusalKind.UploadNotFound ? UploadRefusals.KeyInUse(Entity.Key) : refusal);
        }, cancellationToken);

    public ValueTask<UploadAnswer<PartReportResult>> ReportPartAsync(
        VaultAddress vault, PartReport report, CancellationToken cancellationToken = default) =>
        InVaultAsync(vault, incarnation => ReportPartAsync(incarnation, report, cancellationToken), cancellationToken);

    public ValueTask<ImmutableArray<UploadAnswer<PartReportResult>>> ReportPartsAsync(
        VaultAddress vault, ImmutableArray<PartReport> reports, CancellationToken cancellationToken = default)
    {
        RequireCount(reports, IUploadGrain.MaxReports, nameof(reports));
        return AnswerAllAsync(
            vault,
            reports,
            async incarnation => await Task.WhenAll(
                reports.Select(report => AnswerAsync(() => ReportPartAsync(incarnation, report, cancellationToken)).AsTask())),
            cancellationToken);
    }

    public ValueTask<UploadAnswer<ImmutableArray<WriteGrant>>> GrantWritesAsync(
        VaultAddress vault, ImmutableArray<WantedPart> parts, int? atMost = null, CancellationToken cancellationToken = default)
    {
        RequireCount(parts, atMost is null ? IUploadGrain.MaxGrants : IUploadGrain.MaxCandidates, nameof(parts));
        if (atMost is < 1 or > IUploadGrain.MaxGrants)
        {
            throw new ArgumentException($"The call asks for {atMost} grants. Ask for 1 to {IUploadGrain.MaxGrants}.", nameof(atMost));
        }

        return InVaultAsync<ImmutableArray<WriteGrant>>(vault, async incarnation =>
        {
            var outcome = await Direct.GrantAsync(
                RequireUpload(), incarnation, [.. parts.Select(static part => part.ToRange())], atMost, cancellationToken);
            return outcome.TryGet(out var granted, out var refusal)
                ? new([.. granted.Writes.Select(GrantOf)], null)
                : new(default, UploadRefusals.From(refusal));
        }, cancellationToken);
    }

    public ValueTask<ImmutableArray<UploadAnswer<AcceptedPart>>> ReportWrittenAsync(
        VaultAddress vault, ImmutableArray<WrittenPart> parts, CancellationToken cancellationToken = default)
    {
        RequireCount(parts, IUploadGrain.MaxGrants, nameof(parts));
        return AnswerAllAsync<WrittenPart, AcceptedPart>(
            vault,
            parts,
            async incarnation =>
            {
                var read = parts.Select(static part => Read(part)).ToList();
                var outcomes = new Queue<Outcome<Done>>(await Direct.ReportAsync(
                    RequireUpload(),
                    incarnation,
                    [.. read.Where(static report => report.Refusal is null).Select(static report => report.Value)],
                    sender: null,
                    cancellationToken));
                return [.. parts.Zip(read, (part, report) => report.Refusal is { } refusal
                    ? new UploadAnswer<AcceptedPart>(default, refusal)
                    : AnswerOf(outcomes.Dequeue(), _ => new AcceptedPart(part.FirstByte, part.LastByte)))];
            },
            cancellationToken);

        static UploadAnswer<ReportedWrite> Read(WrittenPart part)
        {
            try
            {
                return new(part.ToReport(), null);
            }
            catch (RefusedRequestException refused)
            {
                return new(default, refused.Refusal);
            }
        }
    }

    public ValueTask<UploadAnswer<FinishedArchive>> CompleteAsync(
        CompletionRequest request, CancellationToken cancellationToken = default) =>
        InVaultAsync<FinishedArchive>(request.Vault, async vault =>
        {
            var command = request.ToCommand(vault);
            if (!UploadId.TryParse(Entity.Key, out var upload))
            {
                return new(null, UploadRefusals.From(new Refusal.UploadNotFound()));
            }

            try
            {
                return AnswerOf(
                    await ArchiveIntake.CompleteAsync(
                        Ports.Parts,
                        upload,
                        stored => AskSelfAsync(command with { Stored = stored }, cancellationToken),
                        cancellationToken),
                    FinishedOf);
            }
            catch (Exception fault) when (fault is IOException or PartStoreUnavailableException)
            {
                return new(null, UploadRefusals.Unavailable($"The stored parts cannot be listed: {fault.Message}"));
            }
        }, cancellationToken);

    public ValueTask<UploadAnswer<AbortedUpload>> AbortAsync(VaultAddress vault, CancellationToken cancellationToken = default) =>
        AskSelfAsync(
            vault, static incarnation => new AbortUpload(incarnation), _ => new AbortedUpload(Entity.Key), cancellationToken);

    public ValueTask<UploadAnswer<PartListing>> ListPartsAsync(PartsQuery query, CancellationToken cancellationToken = default) =>
        AskSelfAsync(query.Vault, incarnation => query.ToCommand(incarnation), ListingOf, cancellationToken);

    public ValueTask<UploadAnswer<PartListing>> ReadManifestAsync(PartsQuery query, CancellationToken cancellationToken = default) =>
        InVaultAsync<PartListing>(query.Vault, async vault =>
        {
            var command = query.ToCommand(vault);
            var summary = await SummarizeSelfAsync(vault, cancellationToken);
            if (summary.Refusal is { } refusal)
            {
                return new(null, refusal);
            }

            if (!ExternalManifest.IsOf(summary.Value!))
            {
                return new(null, UploadRefusals.Invalid(
                    "This upload has no manifest to read. Only completed uploads with external storage have one."));
            }

            if (summary.Value!.ArchiveDeletedAt is not null)
            {
                return new(null, UploadRefusals.ArchiveDeleted());
            }

            try
            {
                var spec = summary.Value.Spec;
                return await Manifests.FindAsync(vault, spec.Upload, cancellationToken) is { } manifest
                    ? new(ListingOf(ExternalManifest.PageOf(spec, manifest, command)), null)
                    : new(null, UploadRefusals.Unavailable("The manifest is not stored yet. Try again."));
            }
            catch (Exception fault) when (fault is IOException or PartStoreUnavailableException or AttemptDamagedException)
            {
                return new(null, UploadRefusals.Unavailable($"The manifest cannot be read: {fault.Message}"));
            }
        }, cancellationToken);

    public ValueTask<UploadAnswer<UploadReport>> SummarizeAsync(VaultAddress vault, CancellationToken cancellationToken = default) =>
        AskSelfAsync(vault, static incarnation => new SummarizeUpload(incarnation), ReportOf, cancellationToken);

    ValueTask<int[]> ISharedUploadGrain.ClaimAsync(int[] numbers, int? atMost) => new([.. Claims.Claim(RequireUpload(), numbers, atMost)]);

    ValueTask ISharedUploadGrain.AwaitEndAsync(TimeSpan atMost) => AwaitEndAsync(atMost);

    /// <summary>Claims of parts that nodes write. They last as long as this activation.</summary>
    private WriteClaims Claims => field ??= new WriteClaims(Ports.Options.Time);

    /// <summary>Takes the parts that nodes write straight into the store.</summary>
    private DirectIntake Direct => field ??= new DirectIntake(
        new SelfHost(this), Ports.Parts, new IdSource(Ports.Options.Time), Ports.Options.Time, Ports.Options.Engine.Maintenance, Claims);

    private ArchiveManifests Manifests => new(new SelfHost(this), Ports.Parts);

    private UploadId RequireUpload() => UploadId.TryParse(Entity.Key, out var upload)
        ? upload
        : throw new RefusedRequestException(UploadRefusals.From(new Refusal.UploadNotFound()));

    private static void RequireCount<T>(ImmutableArray<T> parts, int max, string parameter)
    {
        if (parts.IsDefault || parts.Length > max)
        {
            throw new ArgumentException(
                parts.IsDefault
                    ? $"The list of {parameter} is a default value. Create it, for example with a collection expression."
                    : $"The call names {parts.Length} parts. Name at most {max} parts in one call.",
                parameter);
        }
    }

    /// <summary>Answers several reports. All are queued before the first is answered, so they share a journal write.</summary>
    private async ValueTask<ImmutableArray<UploadAnswer<TResult>>> AnswerAllAsync<TReport, TResult>(
        VaultAddress vault,
        ImmutableArray<TReport> reports,
        Func<VaultIncarnation, Task<UploadAnswer<TResult>[]>> answer,
        CancellationToken cancellationToken)
    {
        var answers = await InVaultAsync<UploadAnswer<TResult>[]>(
            vault, async incarnation => new(await answer(incarnation), null), cancellationToken);
        return [.. answers.Value ?? reports.Select(_ => new UploadAnswer<TResult>(default, answers.Refusal))];
    }

    private async ValueTask<UploadAnswer<PartReportResult>> ReportPartAsync(
        VaultIncarnation vault, PartReport report, CancellationToken cancellationToken) => AnswerOf(
            await AskSelfAsync(report.ToCommand(vault), cancellationToken),
            static result => new PartReportResult(result.Location.ToString(), result.ReportedInUse));

    private async ValueTask<UploadAnswer<UploadSummary>> SummarizeSelfAsync(VaultIncarnation vault, CancellationToken cancellationToken) =>
        AnswerOf(await AskSelfAsync(new SummarizeUpload(vault), cancellationToken), static summary => summary);

    private static UploadReport ReportOf(UploadSummary summary) => new(
        OpenedOf(summary.Spec),
        summary.Phase switch
        {
            UploadPhase.Open => UploadStage.Open,
            UploadPhase.Completed => UploadStage.Completed,
            UploadPhase.Aborted => UploadStage.Aborted,
            UploadPhase.Expired => UploadStage.Expired,
        },
        summary.Parts,
        summary.ReportedBytes,
        summary.Archive is { } archive ? FinishedOf(archive) : null);

    private static UploadOpened OpenedOf(ArchiveUploadSpec spec) => new(
        spec.Upload.ToString(), spec.PartSize.Bytes, UploadRefusals.StorageOf(spec.ByteStorage), spec.CreatedAt);

    private static FinishedArchive FinishedOf(CompletedArchive archive) =>
        new(archive.Archive.ToString(), archive.SizeBytes, archive.TreeHash.ToString());

    private static WriteGrant GrantOf(GrantedWrite<PartRange> granted) => new(
        granted.Part.FirstByte,
        granted.Part.LastByte,
        granted.Attempt.ToString(),
        granted.Write.Address,
        granted.Write.Headers.ToImmutableDictionary(),
        granted.Write.Until);

    private static PartListing ListingOf(PartsPage page) => new([.. page.Parts.Select(EntryOf)], page.NextFirstByte);

    private static PartEntry EntryOf(ListedPart part) => new(
        part.Range.FirstByte, part.Range.LastByte, part.TreeHash.ToString(), part.Location?.ToString());

    /// <summary>Sends the command of a request to this upload and translates the answer.</summary>
    private ValueTask<UploadAnswer<T>> AskSelfAsync<TAnswer, T>(
        VaultAddress vault,
        Func<VaultIncarnation, ICommand<TAnswer>> read,
        Func<TAnswer, T> translate,
        CancellationToken cancellationToken)
        where TAnswer : class, IAnswer =>
        InVaultAsync(
            vault, async incarnation => AnswerOf(await AskSelfAsync(read(incarnation), cancellationToken), translate), cancellationToken);

    private async ValueTask<Outcome<TAnswer>> AskSelfAsync<TAnswer>(ICommand<TAnswer> command, CancellationToken cancellationToken)
        where TAnswer : class, IAnswer => Outcome.Of<TAnswer>(await AskAsync((ICommand)command).WaitAsync(cancellationToken));

    private static UploadAnswer<T> AnswerOf<TAnswer, T>(Outcome<TAnswer> outcome, Func<TAnswer, T> translate)
        where TAnswer : class, IAnswer =>
        outcome.TryGet(out var answer, out var refusal) ? new(translate(answer), null) : new(default, UploadRefusals.From(refusal));

    /// <summary>Finds the incarnation of a vault, and answers a call about it. The vault is asked at most every two seconds.</summary>
    private ValueTask<UploadAnswer<T>> InVaultAsync<T>(
        VaultAddress? address, Func<VaultIncarnation, ValueTask<UploadAnswer<T>>> answer, CancellationToken cancellationToken) =>
        AnswerAsync(async () =>
        {
            var vault = (address ?? throw IngestionRequests.NoRequest()).ToVault();
            var found = await Ports.ClientHost.AskAsync(vault.Entity, new FindPolicies(vault), cancellationToken);
            return found.TryGet(out var policies, out var refusal)
                ? await answer(policies.Incarnation)
                : new(default, UploadRefusals.From(refusal));
        });

    /// <summary>Answers a call with a refusal if its request is invalid, or if an entity is unavailable.</summary>
    private static async ValueTask<UploadAnswer<T>> AnswerAsync<T>(Func<ValueTask<UploadAnswer<T>>> answer)
    {
        try
        {
            return await answer();
        }
        catch (RefusedRequestException refused)
        {
            return new(default, refused.Refusal);
        }
        catch (EntityUnavailableException fault)
        {
            return new(default, UploadRefusals.Unavailable($"{fault.Entity}: {FaultText.DescribeReason(fault)}"));
        }
        catch (PartStoreUnavailableException away)
        {
            return new(default, UploadRefusals.Unavailable(away.Message));
        }
    }

    /// <summary>Sends commands to this upload without a call.</summary>
    private sealed class SelfHost(UploadGrain upload) : IEntityHost
    {
        public async ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
            new(await upload.AskAsync(command).WaitAsync(cancellationToken));
    }
}
