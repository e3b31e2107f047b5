using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Hashing;

namespace OrleansUploads.Simulation.Workload;

/// <summary>Handles requests as a protocol front does, on the engine of one simulated process.</summary>
internal sealed class EngineServer(SimulatedWorld world, SimulatedProcess process) : IServer
{
    private const int ListPageSize = 2;

    private static readonly PartSize PartSize = PartSize.TryCreate(Limits.MinPartSizeBytes, out var size) ? size : default;
    private static readonly AccountId Account = AccountId.TryParse("111122223333", out var id) ? id : default;
    private static readonly VaultId[] Vaults = [VaultNamed("photos"), VaultNamed("tapes")];
    private static readonly JobOptions StandardJob = new(Description.None, null, RetrievalTier.Standard);

    private IEntityHost Host => process.Host;

    public async Task<Reply> HandleAsync(Request request, CancellationToken cancellationToken)
    {
        try
        {
            return await AnswerAsync(request, cancellationToken);
        }
        catch (EntityUnavailableException fault) when (fault.InnerException
            is null or JournalUnavailableException or TimeoutException or IOException or EntityUnavailableException
            or PartStoreFullException or AttemptDamagedException)
        {
            return new Reply(Verdict.Unknown) { Reason = fault.Message };
        }
        catch (Exception fault) when (fault is IOException or PartStoreFullException or AttemptDamagedException
            or OperationCanceledException)
        {
            return new Reply(Verdict.Unknown) { Reason = fault.Message };
        }
        catch (Exception fault)
        {
            world.Fail($"robustness: {request.GetType().Name} threw {fault.GetType().Name}: {fault.Message} {fault.InnerException?.Message}");
            return Reply.Unknown;
        }
    }

    private static VaultId VaultNamed(string name) =>
        VaultName.TryParse(name, out var parsed) ? new VaultId(Account, parsed) : default;

    private async Task<Reply> AnswerAsync(Request request, CancellationToken cancellationToken)
    {
        switch (request)
        {
            case Request.CreateVault r:
                return ToReply(await Host.AskAsync(Account.Entity, new CreateVault(Vaults[r.Vault]), cancellationToken));
            case Request.DeleteVault r:
                return ToReply(
                    await Host.AskAsync(Vaults[r.Vault].Entity, new DeleteVault(Vaults[r.Vault]), cancellationToken));
            case Request.DescribeVault r:
                return ToReply(
                    await Host.AskAsync(Vaults[r.Vault].Entity, new DescribeVault(Vaults[r.Vault]), cancellationToken),
                    vault => new Reply(Verdict.Done) { Archives = vault.Archives, SizeBytes = vault.SizeBytes });
            case Request.ListVaults:
                return ToReply(
                    await Host.AskAsync(Account.Entity, new ListVaults("", 1000), cancellationToken),
                    page => new Reply(Verdict.Done) { Vaults = [.. page.Vaults.Select(vault => Array.IndexOf(Vaults, vault))] });
            case Request.InitiateUpload r:
                return ToReply(
                    await Host.AskAsync(
                        Vaults[r.Vault].Entity,
                        new OpenUpload(Vaults[r.Vault], process.Ids.NewUpload(), PartSize, Description.None, UploadOrigin.Multipart),
                        cancellationToken),
                    spec => new Reply(Verdict.Done) { Upload = spec.Upload });
            case Request.PutPart r:
                return ToReply(await PutAsync(r, cancellationToken));
            case Request.CompleteUpload r:
                return ToReply(
                    await Host.AskAsync(
                        r.Upload.Entity,
                        new CompleteUpload(Vaults[r.Vault], r.Claim.SizeBytes, r.Claim.TreeHash),
                        cancellationToken),
                    done => new Reply(Verdict.Done) { Archive = done.Archive });
            case Request.AbortUpload r:
                return ToReply(await Host.AskAsync(r.Upload.Entity, new AbortUpload(Vaults[r.Vault]), cancellationToken));
            case Request.ListParts r:
                return ToReply(
                    await Host.AskAsync(r.Upload.Entity, new ListParts(Vaults[r.Vault], 0, 1000), cancellationToken),
                    page => new Reply(Verdict.Done)
                    {
                        Parts = [.. page.Parts.Select(part =>
                            ((int)(part.Range.FirstByte / PartSize.Bytes), part.Range.LengthBytes, part.TreeHash))],
                    });
            case Request.ListUploads r:
                return await ListAsync(Vaults[r.Vault], cancellationToken);
            case Request.PutArchive r:
                return ToReply(
                    await process.Paths.Intake.StoreArchiveAsync(
                        Vaults[r.Vault], Description.None, r.Content.LengthBytes, Stated(r.Content, r.Lie),
                        new SentBody(r.Content, r.Lie), cancellationToken),
                    done => new Reply(Verdict.Done) { Archive = done.Archive });
            case Request.DeleteArchive r:
                return await new GuardedDeletion(world, process, Vaults[r.Vault]).DeleteAsync(r.Archive, cancellationToken);
            case Request.DeleteForeseen r:
                return await new GuardedDeletion(world, process, Vaults[r.Vault]).DeleteAsync(r.Archive, cancellationToken);
            case Request.SetAccess { YoungerThanDays: { } days } r:
                return ToReply(await Host.AskAsync(
                    Vaults[r.Vault].Entity,
                    new SetAccessPolicy(Vaults[r.Vault], GuardedDeletion.PolicyOf(Vaults[r.Vault], days)),
                    cancellationToken));
            case Request.SetAccess r:
                return ToReply(await Host.AskAsync(
                    Vaults[r.Vault].Entity, new DeleteAccessPolicy(Vaults[r.Vault]), cancellationToken));
            case Request.InitiateLock r:
                return ToReply(
                    await Host.AskAsync(
                        Vaults[r.Vault].Entity,
                        new InitiateLock(
                            Vaults[r.Vault],
                            process.Ids.NewLock(),
                            GuardedDeletion.PolicyOf(Vaults[r.Vault], r.YoungerThanDays)),
                        cancellationToken),
                    held => new Reply(Verdict.Done) { Lock = held.Lock });
            case Request.CompleteLock r:
                return await InOneIncarnationAsync(
                    r.Vault, async () => ToReply(await Host.AskAsync(
                        Vaults[r.Vault].Entity, new CompleteLock(Vaults[r.Vault], r.Lock), cancellationToken)));
            case Request.AbortLock r:
                return await InOneIncarnationAsync(
                    r.Vault, async () => ToReply(await Host.AskAsync(
                        Vaults[r.Vault].Entity, new AbortLock(Vaults[r.Vault]), cancellationToken)));
            case Request.ReadArchive r:
                return await InVaultAsync(r.Vault, life => ReadAsync(life, r, cancellationToken));
            default:
                throw new ArgumentOutOfRangeException(nameof(request), request, "Unknown kind of request.");
        }
    }

    /// <summary>Lists page by page, as clients do. The pages are so short that a few uploads need several.</summary>
    private async Task<Reply> ListAsync(VaultId vault, CancellationToken cancellationToken)
    {
        var reader = new UploadsReader(Host);
        var uploads = new List<UploadId>();
        while (true)
        {
            var read = await reader.ReadAsync(
                vault, uploads is [.., var last] ? last.ToString() : "", ListPageSize, cancellationToken);
            if (!read.TryGet(out var page, out var refusal))
            {
                return ToReply(refusal);
            }

            uploads.AddRange(page.Uploads.Select(spec => spec.Upload));
            if (!page.HasMore)
            {
                return new Reply(Verdict.Done) { Uploads = uploads };
            }

            world.Coverage.Saw(Situations.ListingContinued);
        }
    }

    /// <summary>The number of a vault in schedules.</summary>
    public static int NumberOf(VaultId vault) => Array.IndexOf(Vaults, vault);

    public static VaultId VaultNumbered(int number) => Vaults[number];

    /// <summary>Adds the vault's incarnation to the reply, if it did not change meanwhile.</summary>
    private async Task<Reply> InOneIncarnationAsync(int vault, Func<Task<Reply>> act)
    {
        var before = await EpochAsync(vault);
        var reply = await act();
        return reply with { Epoch = await EpochAsync(vault) == before ? before : 0 };
    }

    private async Task<long> EpochAsync(int vault) =>
        (await Host.AskAsync(Vaults[vault].Entity, new FindPoliciesForDeletion(Vaults[vault]), CancellationToken.None))
            .TryGet(out var found, out _) ? found.Incarnation.Epoch : 0;

    private async Task<Reply> InVaultAsync(int vault, Func<VaultIncarnation, Task<Reply>> ask)
    {
        var described = await Host.AskAsync(Vaults[vault].Entity, new DescribeVault(Vaults[vault]), CancellationToken.None);
        return described.TryGet(out var found, out var refusal) ? await ask(found.Incarnation) : ToReply(refusal);
    }

    private async Task<Reply> ReadAsync(VaultIncarnation life, Request.ReadArchive request, CancellationToken cancellationToken)
    {
        var retirements = (await Host.AskAsync(life.Jobs, new CountRetirements(), cancellationToken)).Answer.Count;
        var shard = life.ArchiveShard(request.Archive);
        var lookup = await Host.AskAsync(shard, new FindCurrentArchive(request.Archive), cancellationToken);
        if (!lookup.TryGet(out var entry, out var refusal))
        {
            return ToReply(refusal);
        }

        await process.PauseFrontAsync(cancellationToken);

        PartRange? range = request.OnlyRange
            ? new PartRange((entry.SizeBytes - 1) / TreeHash.LeafBytes * TreeHash.LeafBytes, entry.SizeBytes - 1)
            : null;
        var started = await Host.AskAsync(
            life.Jobs,
            new StartRetrieval(process.Ids.NewJob(), entry, range, null, StandardJob, retirements),
            cancellationToken);
        if (!started.TryGet(out var job, out refusal))
        {
            if (refusal is Refusal.LookupStale or Refusal.ArchiveNotFound)
            {
                world.Coverage.Saw(refusal is Refusal.LookupStale ? Situations.LookupWasStale : Situations.RetirementBeatLookup);
            }

            return ToReply(refusal);
        }

        await process.PauseFrontAsync(cancellationToken);

        var finished = await Host.AskAsync(life.Jobs, new FindFinishedJob(job.Job), cancellationToken);
        if (!finished.TryGet(out var ready, out refusal))
        {
            return ToReply(refusal);
        }

        job = (RetrievalJob)ready;
        if (process.Disk.Find(job.Archive.Upload) is not { Manifest: not null })
        {
            world.Fail("bytes: a job refers to an archive whose bytes are gone");
        }

        var manifest = await process.Paths.Archives.ReadManifestAsync(job.Archive.Upload, cancellationToken);
        var hash = await process.Paths.Archives.RangeTreeHashAsync(manifest, job.Range, cancellationToken);
        var received = new ComparedBytes(request.Expected, job.Range);
        await process.Paths.Archives.CopyAsync(manifest, job.Range, received, cancellationToken);
        var hashDiffers = request.OnlyRange && hash is { } told && told != request.Expected[^1].TreeHash;
        return new Reply(Verdict.Done) { BytesDiffer = received.Differ || hashDiffers, SizeBytes = entry.SizeBytes };
    }

    private ValueTask<Outcome<Done>> PutAsync(Request.PutPart request, CancellationToken cancellationToken)
    {
        var content = request.Content;
        var first = request.Slot * PartSize.Bytes;
        var last = first + content.LengthBytes - 1;
        var range = request.Lie switch
        {
            Lie.NotAligned => new PartRange(first + 1, last + 1),
            Lie.TooLarge => new PartRange(first, first + PartSize.Bytes),
            Lie.TooManyParts => new PartRange(first + (Limits.MaxParts * PartSize.Bytes), last + (Limits.MaxParts * PartSize.Bytes)),
            _ => new PartRange(first, last),
        };
        return content.IsFull && request.Lie == Lie.None && !world.Options.RealIntakeOfFullParts
            ? new SharedBlockIntake(process).StorePartAsync(request.Upload, Vaults[request.Vault], range, content, cancellationToken)
            : process.Paths.Intake.StorePartAsync(
                request.Upload, Vaults[request.Vault], range, Stated(content, request.Lie), new SentBody(content, request.Lie),
                content.Sender, cancellationToken);
    }

    private static StatedHashes Stated(Content content, Lie lie)
    {
        var wrong = new Content(content.Block, 2).Digest;
        return new StatedHashes(
            new LinearHash(lie == Lie.WrongLinearHash ? wrong : content.Digest),
            new TreeHash(lie == Lie.WrongTreeHash ? wrong : content.Digest));
    }

    private static Reply ToReply<TAnswer>(Outcome<TAnswer> outcome, Func<TAnswer, Reply>? reply = null)
        where TAnswer : class =>
        outcome.TryGet(out var answer, out var refusal)
            ? reply?.Invoke(answer) ?? new Reply(Verdict.Done)
            : ToReply(refusal);

    /// <summary>The reply for a refusal.</summary>
    public static Reply ToReply(Refusal refusal) => refusal switch
    {
        Refusal.VaultNotFound or Refusal.UploadNotFound or Refusal.ArchiveNotFound or Refusal.JobNotFound => new(Verdict.NotFound),
        Refusal.VaultNotEmpty or Refusal.AttemptCollected => new(Verdict.Conflict),
        Refusal.TooManyUploads => new(Verdict.Full),
        Refusal.VaultLocked or Refusal.LockInProgress => new(Verdict.Denied),
        Refusal.VerdictStale or Refusal.LookupStale => new(Verdict.Unknown) { Reason = refusal.GetType().Name },
        _ => new(Verdict.Invalid) { Reason = refusal.GetType().Name },
    };
}
