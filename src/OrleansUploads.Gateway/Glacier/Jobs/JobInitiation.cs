using System.Diagnostics;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Retrieval;
using OrleansUploads.Gateway.Glacier.Answers;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>InitiateJob.</summary>
internal sealed class JobInitiation(
    IEntityHost host, ArchiveReader archives, InventoryPrinter inventories, IdSource ids)
{
    /// <summary>Begins the retrieval of an archive, of a range of it, or of the vault's inventory.</summary>
    public async ValueTask<GlacierAnswer> InitiateAsync(GlacierCall call) =>
        !JobOrder.TryRead(call.Document, out var order, out var error) ? error : order switch
        {
            RetrievalOrder retrieval => await InitiateAsync(call, retrieval),
            InventoryOrder inventory => await InitiateAsync(call, inventory),
            _ => throw new UnreachableException($"Nothing begins a {order.GetType().Name}."),
        };

    private async ValueTask<GlacierAnswer> InitiateAsync(GlacierCall call, RetrievalOrder order)
    {
        var shard = call.Life.ArchiveShard(ArchiveShardDecider.ShardOf(order.Archive, call.Life));
        var found = await host.AskAsync(shard, new FindArchive(order.Archive), call.Aborted);
        if (!found.TryGet(out var archive, out var refusal))
        {
            return call.Refuse(refusal);
        }

        // What can never be started must not count against the account's policy.
        var range = RetrievalJob.RangeOf(archive, order.Range);
        if (RetrievalJob.RefusalOf(archive, range) is { } impossible)
        {
            return call.Refuse(impossible);
        }

        var treeHash = await RangeTreeHashAsync(archive, order.Range, call.Aborted);
        var id = ids.NewJob();
        if (order.Wish.Tier == RetrievalTier.Standard)
        {
            var admitted = await host.AskAsync(
                call.Account.Entity, new AdmitRetrieval(id, range.LengthBytes), call.Aborted);
            if (admitted.Refusal is { } denied)
            {
                return call.Refuse(denied);
            }
        }

        var command = new StartRetrieval(id, archive, order.Range, treeHash, order.Wish);
        var started = await host.AskAsync(call.Life.Jobs, command, call.Aborted);
        return started.TryGet(out var job, out refusal) ? Initiated(call, job) : call.Refuse(refusal);
    }

    /// <summary>The inventory is that of this moment. Its length is found out now, so that describing and reading the job need
    /// not read the whole index.</summary>
    private async ValueTask<GlacierAnswer> InitiateAsync(GlacierCall call, InventoryOrder order)
    {
        var taken = await host.AskAsync(call.Vault.Entity, new TakeInventory(call.Vault), call.Aborted);
        if (!taken.TryGet(out var inventory, out var refusal))
        {
            return call.Refuse(refusal);
        }

        var output = await inventories.MeasureAsync(inventory, order.Selection, order.Format, call.Arn, call.Aborted);
        var command = new StartInventory(ids.NewJob(), inventory, order.Selection, order.Format, output, order.Wish);
        var started = await host.AskAsync(inventory.Life.Jobs, command, call.Aborted);
        return started.TryGet(out var job, out refusal) ? Initiated(call, job) : call.Refuse(refusal);
    }

    /// <summary>The tree hash of what is wanted, where the range has one.</summary>
    private async ValueTask<TreeHash?> RangeTreeHashAsync(
        ArchiveEntry archive, PartRange? wanted, CancellationToken cancellationToken)
    {
        if (wanted is not { } range)
        {
            return archive.TreeHash;
        }

        if (archive.Custody == Custody.Elsewhere
            || !TreeHashRanges.IsTreeHashAligned(range.FirstByte, range.LastByte, archive.SizeBytes))
        {
            return null;
        }

        var manifest = await archives.ReadManifestAsync(archive.Upload, cancellationToken);
        return await archives.RangeTreeHashAsync(manifest, range, cancellationToken);
    }

    private static EmptyAnswer Initiated(GlacierCall call, VaultJob job) => EmptyAnswer.Accepted(
        (HeaderName.Location, call.Location($"/jobs/{job.Job}")), (HeaderName.JobId, job.Job.ToString()));
}
