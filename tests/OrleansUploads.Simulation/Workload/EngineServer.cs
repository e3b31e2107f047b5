namespace OrleansUploads.Simulation.Workload;

/// <summary>Handles requests as a protocol front does, on the engine of one simulated process.</summary>
internal sealed class EngineServer(SimulatedWorld world, SimulatedProcess process) : IServer
{
    private const int ListPageSize = 2;

    private static readonly PartSize PartSize = Some.Size(1);
    private static readonly VaultId[] Vaults = [Some.Vault, Some.VaultNamed("tapes")];
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
            or PartStoreFullException or PartStoreUnavailableException or AttemptDamagedException)
        {
            return new Reply(Verdict.Unknown) { Reason = fault.Message };
        }
        catch (Exception fault) when (fault is IOException or PartStoreFullException or PartStoreUnavailableException
            or AttemptDamagedException or OperationCanceledException)
        {
            return new Reply(Verdict.Unknown) { Reason = fault.Message };
        }
        catch (Exception fault)
        {
            world.Fail($"robustness: {request.GetType().Name} threw {fault.GetType().Name}: {fault.Message} {fault.InnerException?.Message}");
            return Reply.Unknown;
        }
    }

    private async Task<Reply> AnswerAsync(Request request, CancellationToken cancellationToken)
    {
        var vault = request is Request.OfVault about ? Vaults[about.Vault] : default;
        switch (request)
        {
            case Request.CreateVault:
                return ToReply(await AskAsync(vault.Account.Entity, new CreateVault(vault)));
            case Request.DeleteVault:
                return ToReply(await AskAsync(vault.Entity, new DeleteVault(vault)));
            case Request.DescribeVault:
                return ToReply(
                    await AskAsync(vault.Entity, new DescribeVault(vault)),
                    described => new Reply(Verdict.Done) { Archives = described.Archives, SizeBytes = described.SizeBytes });
            case Request.ListVaults:
                return ToReply(
                    await AskAsync(Some.Account.Entity, new ListVaults("", 1000)),
                    page => new Reply(Verdict.Done) { Vaults = [.. page.Vaults.Select(NumberOf)] });
            case Request.InitiateUpload:
                return await InVaultAsync(vault, async life => new Reply(Verdict.Done)
                {
                    Upload = (await process.Paths.ArchiveIntake.InitiateAsync(
                        life, PartSize, Description.None, ByteStorage.Gateway, totalBytes: null, createKey: null, cancellationToken)).Answer.Upload,
                });
            case Request.PutPart r:
                return await InVaultAsync(vault, async life => ToReply(await PutAsync(life, r, cancellationToken)));
            case Request.GrantWrite r:
                return await InVaultAsync(vault, async life => ToReply(
                    await process.Bug.GrantAsync(
                        process, r.Upload, life, RangeOf(r.Slot, r.Content.LengthBytes), r.OnlyIfMissing ? 1 : null, cancellationToken),
                    granted => new Reply(Verdict.Done)
                    {
                        Grant = granted.Writes is [var write]
                            ? new Grant(r.Upload, r.Slot, r.Content, write.Attempt, write.Write.Until)
                            : null,
                    }));
            case Request.ReportWritten r:
                return await InVaultAsync(vault, async life => ToReply(await process.Bug.ReportAsync(
                    process,
                    r.Upload,
                    new StorePart(life, RangeOf(r.Slot, r.LengthBytes), r.Content.TreeHash, r.Attempt, r.Content.Sender),
                    cancellationToken)));
            case Request.CompleteUpload r:
                return await InVaultAsync(vault, async life => ToReply(
                    await AskAsync(r.Upload.Entity, new CompleteUpload(life, r.Claim.SizeBytes, r.Claim.TreeHash)),
                    done => new Reply(Verdict.Done) { Archive = done.Archive }));
            case Request.AbortUpload r:
                return await InVaultAsync(vault, async life => ToReply(await AskAsync(r.Upload.Entity, new AbortUpload(life))));
            case Request.ListParts r:
                return await InVaultAsync(vault, async life => ToReply(
                    await AskAsync(r.Upload.Entity, new ListParts(life, 0, 1000)),
                    page => new Reply(Verdict.Done)
                    {
                        Parts = [.. page.Parts.Select(part =>
                            ((int)(part.Range.FirstByte / PartSize.Bytes), part.Range.LengthBytes, part.TreeHash))],
                    }));
            case Request.ListUploads:
                return await InVaultAsync(vault, life => ListAsync(life, cancellationToken));
            case Request.PutArchive r:
                return await InVaultAsync(vault, async life => ToReply(
                    await process.Paths.ArchiveIntake.StoreArchiveAsync(
                        life, Description.None, r.Content.LengthBytes, Stated(r.Content, r.Lie),
                        new SentBody(r.Content, r.Lie), cancellationToken),
                    done => new Reply(Verdict.Done) { Archive = done.Archive }));
            case Request.DeleteArchive r:
                return await new GuardedDeletion(world, process, vault).DeleteAsync(r.Archive, cancellationToken);
            case Request.DeleteForeseen r:
                return await new GuardedDeletion(world, process, vault).DeleteAsync(r.Archive, cancellationToken);
            case Request.SetAccess { YoungerThanDays: { } days }:
                return ToReply(
                    await AskAsync(vault.Entity, new SetAccessPolicy(vault, GuardedDeletion.PolicyOf(vault, days))));
            case Request.SetAccess:
                return ToReply(await AskAsync(vault.Entity, new DeleteAccessPolicy(vault)));
            case Request.InitiateLock r:
                return ToReply(
                    await AskAsync(
                        vault.Entity,
                        new InitiateLock(vault, process.Ids.NewLock(), GuardedDeletion.PolicyOf(vault, r.YoungerThanDays))),
                    held => new Reply(Verdict.Done) { Lock = held.Lock });
            case Request.CompleteLock r:
                return await InOneIncarnationAsync(
                    vault, async () => ToReply(await AskAsync(vault.Entity, new CompleteLock(vault, r.Lock))));
            case Request.AbortLock:
                return await InOneIncarnationAsync(
                    vault, async () => ToReply(await AskAsync(vault.Entity, new AbortLock(vault))));
            case Request.ReadArchive r:
                return await InVaultAsync(vault, life => ReadAsync(life, r, cancellationToken));
            default:
                throw new ArgumentOutOfRangeException(nameof(request), request, "Unknown kind of request.");
        }

        ValueTask<Outcome<TAnswer>> AskAsync<TAnswer>(EntityId entity, ICommand<TAnswer> command)
            where TAnswer : class, IAnswer => Host.AskAsync(entity, command, cancellationToken);
    }

    /// <summary>Lists page by page, as clients do. The pages are so short that a few uploads need several.</summary>
    private async Task<Reply> ListAsync(VaultIncarnation life, CancellationToken cancellationToken)
    {
        var uploads = new List<UploadId>();
        KeyPosition? after = null;
        while (true)
        {
            var page = await process.Paths.KeyLister.ListAsync(
                new KeyListing(life.Uploads, Prefix: "", Delimiter: "", after, ListPageSize), cancellationToken);
            uploads.AddRange(page.Entries.Select(entry => entry.Upload));
            if (page.Next is null)
            {
                return new Reply(Verdict.Done) { Uploads = uploads };
            }

            after = page.Next;
            world.Coverage.Saw(Situations.ListingContinued);
        }
    }

    public static int NumberOf(VaultId vault) => Array.IndexOf(Vaults, vault);

    /// <summary>Adds the vault's incarnation to the reply, if it did not change meanwhile.</summary>
    private async Task<Reply> InOneIncarnationAsync(VaultId vault, Func<Task<Reply>> act)
    {
        var before = await EpochAsync(vault);
        var reply = await act();
        return reply with { Epoch = await EpochAsync(vault) == before ? before : 0 };
    }

    private async Task<long> EpochAsync(VaultId vault) =>
        (await Host.AskAsync(vault.Entity, new FindPoliciesForDeletion(vault), CancellationToken.None))
            .TryGet(out var found, out _) ? found.Incarnation.Epoch : 0;

    /// <summary>Finds the vault's incarnation first, as the gate of the vault API does. The front may be delayed after that.</summary>
    private async Task<Reply> InVaultAsync(VaultId vault, Func<VaultIncarnation, Task<Reply>> ask)
    {
        var gate = await Host.AskAsync(vault.Entity, new FindPolicies(vault), CancellationToken.None);
        if (!gate.TryGet(out var found, out var refusal))
        {
            return ToReply(refusal);
        }

        await process.PauseFrontAsync(CancellationToken.None);
        return await ask(found.Incarnation);
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
        var manifest = await process.Paths.Manifests.FindAsync(life, job.Archive.Upload, cancellationToken);
        if (manifest is null)
        {
            world.Fail("bytes: a job refers to an archive whose bytes are gone");
            return new Reply(Verdict.Damaged);
        }

        var hash = await process.Paths.Archives.RangeTreeHashAsync(manifest, job.Range, cancellationToken);
        var received = new ComparedBytes(request.Expected, job.Range);
        try
        {
            await process.Paths.Archives.CopyAsync(manifest, job.Range, received, cancellationToken);
        }
        catch (AttemptDamagedException) when (IsHollow(manifest))
        {
            return new Reply(Verdict.Damaged) { BytesDiffer = received.AreWrong };
        }

        var hashDiffers = request.OnlyRange && hash is { } told && told != request.Expected[^1].TreeHash;
        return new Reply(Verdict.Done) { BytesDiffer = received.Differ || hashDiffers, SizeBytes = entry.SizeBytes };
    }

    /// <summary>Whether an archive has a part whose node has lied.</summary>
    private bool IsHollow(Manifest manifest) => process.Disk.Find(manifest.Upload) is { } stored && manifest.Extents.Any(
        extent => stored.Attempts.GetValueOrDefault(extent.Place.Attempt!.Value)?.Body is { IsHollow: true });

    private static PartRange RangeOf(int slot, int lengthBytes) =>
        new(slot * PartSize.Bytes, (slot * PartSize.Bytes) + lengthBytes - 1);

    private ValueTask<Outcome<Done>> PutAsync(VaultIncarnation vault, Request.PutPart request, CancellationToken cancellationToken)
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
            ? new SharedBlockIntake(process).StorePartAsync(request.Upload, vault, range, content, cancellationToken)
            : process.Paths.ArchiveIntake.StorePartAsync(
                request.Upload, vault, range, Stated(content, request.Lie), new SentBody(content, request.Lie), content.Sender,
                cancellationToken);
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

    public static Reply ToReply(Refusal refusal) => refusal switch
    {
        Refusal.VaultNotFound or Refusal.UploadNotFound or Refusal.ArchiveNotFound or Refusal.JobNotFound => new(Verdict.NotFound),
        Refusal.VaultNotEmpty or Refusal.AttemptCollected => new(Verdict.Conflict),
        Refusal.VaultLocked or Refusal.LockInProgress => new(Verdict.Denied),
        Refusal.VerdictStale or Refusal.LookupStale => new(Verdict.Unknown) { Reason = refusal.GetType().Name },
        _ => new(Verdict.Invalid) { Reason = refusal.GetType().Name },
    };
}
