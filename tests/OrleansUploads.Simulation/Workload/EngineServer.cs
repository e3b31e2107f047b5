using OrleansUploads.Core;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Intake;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Simulation.World;

namespace OrleansUploads.Simulation.Workload;

/// <summary>What a front does with requests, over the engine of one simulated process.</summary>
internal sealed class EngineServer(SimulatedWorld world, SimulatedProcess process) : IServer
{
    private static readonly PartSize PartSize = PartSize.TryCreate(Limits.MinPartSizeBytes, out var size) ? size : default;
    private static readonly AccountId Account = AccountId.TryParse("111122223333", out var id) ? id : default;
    private static readonly VaultId[] Vaults = [VaultNamed("photos"), VaultNamed("tapes")];
    private static readonly JobWish Wish = new(Description.None, null, RetrievalTier.Standard);

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
                return Said(await Host.AskAsync(Account.Entity, new CreateVault(Vaults[r.Vault]), cancellationToken));
            case Request.DeleteVault r:
                return Said(await Host.AskAsync(Vaults[r.Vault].Entity, new DeleteVault(Vaults[r.Vault]), cancellationToken));
            case Request.DescribeVault r:
                return Said(
                    await Host.AskAsync(Vaults[r.Vault].Entity, new DescribeVault(Vaults[r.Vault]), cancellationToken),
                    vault => new Reply(Verdict.Done) { Archives = vault.Archives, SizeBytes = vault.SizeBytes });
            case Request.ListVaults:
                return Said(
                    await Host.AskAsync(Account.Entity, new ListVaults("", 1000), cancellationToken),
                    page => new Reply(Verdict.Done) { Vaults = [.. page.Vaults.Select(vault => Array.IndexOf(Vaults, vault))] });
            case Request.InitiateUpload r:
                return Said(
                    await Host.AskAsync(
                        Vaults[r.Vault].Entity,
                        new OpenUpload(Vaults[r.Vault], process.Ids.NewUpload(), PartSize, Description.None, UploadOrigin.Multipart),
                        cancellationToken),
                    opening => new Reply(Verdict.Done) { Upload = opening.Upload });
            case Request.PutPart r:
                return Said(await PutAsync(r, cancellationToken));
            case Request.CompleteUpload r:
                return Said(
                    await Host.AskAsync(
                        r.Upload.Entity,
                        new CompleteUpload(Vaults[r.Vault], r.Claim.SizeBytes, r.Claim.TreeHash),
                        cancellationToken),
                    done => new Reply(Verdict.Done) { Archive = done.Archive });
            case Request.AbortUpload r:
                return Said(await Host.AskAsync(r.Upload.Entity, new AbortUpload(Vaults[r.Vault]), cancellationToken));
            case Request.ListParts r:
                return Said(
                    await Host.AskAsync(r.Upload.Entity, new ListParts(Vaults[r.Vault], 0, 1000), cancellationToken),
                    page => new Reply(Verdict.Done)
                    {
                        Parts = [.. page.Parts.Select(part =>
                            ((int)(part.Range.FirstByte / PartSize.Bytes), part.Range.LengthBytes, part.TreeHash))],
                    });
            case Request.ListUploads r:
                return Said(
                    await Host.AskAsync(Vaults[r.Vault].Entity, new ListUploads(Vaults[r.Vault], "", 1000), cancellationToken),
                    page => new Reply(Verdict.Done) { Uploads = [.. page.Uploads.Select(opening => opening.Upload)] });
            case Request.PutArchive r:
                return Said(
                    await process.Intake.StoreArchiveAsync(
                        Vaults[r.Vault], Description.None, r.Content.LengthBytes, Stated(r.Content, r.Lie),
                        new SentBody(r.Content, r.Lie), cancellationToken),
                    done => new Reply(Verdict.Done) { Archive = done.Archive });
            case Request.DeleteArchive r:
                return await InVaultAsync(r.Vault, async life => Said(await Host.AskAsync(
                    life.ArchiveShard(ArchiveShardDecider.ShardOf(r.Archive, life)), new DeleteArchive(r.Archive), cancellationToken)));
            case Request.ReadArchive r:
                return await InVaultAsync(r.Vault, life => ReadAsync(life, r, cancellationToken));
            default:
                throw new ArgumentOutOfRangeException(nameof(request), request, "No such request.");
        }
    }

    private async Task<Reply> InVaultAsync(int vault, Func<VaultLife, Task<Reply>> inLife)
    {
        var described = await Host.AskAsync(Vaults[vault].Entity, new DescribeVault(Vaults[vault]), CancellationToken.None);
        return described.TryGet(out var found, out var refusal) ? await inLife(found.Life) : Said(refusal);
    }

    private async Task<Reply> ReadAsync(VaultLife life, Request.ReadArchive request, CancellationToken cancellationToken)
    {
        var shard = life.ArchiveShard(ArchiveShardDecider.ShardOf(request.Archive, life));
        var looked = await Host.AskAsync(shard, new FindArchive(request.Archive), cancellationToken);
        if (!looked.TryGet(out var entry, out var refusal))
        {
            return Said(refusal);
        }

        PartRange? range = request.OnlyRange
            ? new PartRange((entry.SizeBytes - 1) / Limits.LeafBytes * Limits.LeafBytes, entry.SizeBytes - 1)
            : null;
        var started = await Host.AskAsync(
            life.Jobs, new StartRetrieval(process.Ids.NewJob(), entry, range, null, Wish), cancellationToken);
        if (!started.TryGet(out var job, out refusal))
        {
            return Said(refusal);
        }

        var finished = await Host.AskAsync(life.Jobs, new FindFinishedJob(job.Job), cancellationToken);
        if (!finished.TryGet(out var ready, out refusal))
        {
            return Said(refusal);
        }

        job = (RetrievalJob)ready;
        var manifest = await process.Archives.ReadManifestAsync(job.Archive.Upload, cancellationToken);
        var hash = await process.Archives.RangeTreeHashAsync(manifest, job.Range, cancellationToken);
        var received = new ComparedBytes(request.Expected, job.Range);
        await process.Archives.CopyAsync(manifest, job.Range, received, cancellationToken);
        var hashDiffers = request.OnlyRange && hash is { } told && told != request.Expected[^1].TreeHash;
        return new Reply(Verdict.Done) { BytesDiffer = received.Differ || hashDiffers, SizeBytes = entry.SizeBytes };
    }

    private ValueTask<Outcome<PartStanding>> PutAsync(Request.PutPart request, CancellationToken cancellationToken)
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
            : process.Intake.StorePartAsync(
                request.Upload, Vaults[request.Vault], range, Stated(content, request.Lie), new SentBody(content, request.Lie), cancellationToken);
    }

    private static StatedHashes Stated(Content content, Lie lie)
    {
        var wrong = new Content(content.Block, 2).Digest;
        return new StatedHashes(
            new LinearHash(lie == Lie.WrongLinearHash ? wrong : content.Digest),
            new TreeHash(lie == Lie.WrongTreeHash ? wrong : content.Digest));
    }

    private static Reply Said<TAnswer>(Outcome<TAnswer> outcome, Func<TAnswer, Reply>? reply = null)
        where TAnswer : class =>
        outcome.TryGet(out var answer, out var refusal) ? reply?.Invoke(answer) ?? new Reply(Verdict.Done) : Said(refusal);

    private static Reply Said(Refusal refusal) => refusal switch
    {
        Refusal.VaultNotFound or Refusal.UploadNotFound or Refusal.ArchiveNotFound or Refusal.JobNotFound => new(Verdict.NotFound),
        Refusal.VaultNotEmpty or Refusal.AttemptCollected => new(Verdict.Conflict),
        _ => new(Verdict.Invalid) { Reason = refusal.GetType().Name },
    };

}
