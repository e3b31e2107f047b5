using System.Diagnostics;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Hashing;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>InitiateJob.</summary>
internal sealed class JobInitiation(
    IEntityHost host, ArchiveReader archives, InventoryWriter inventories, IdSource ids)
{
    /// <summary>How often an archive is looked up for one request before its client has to try again.</summary>
    private const int MaxLookups = 4;

    /// <summary>Starts the retrieval of an archive, of a range of it, or of the vault's inventory.</summary>
    public async ValueTask<FrontAnswer> InitiateAsync(GlacierCall call) =>
        JobRequest.Read(call.Document) switch
        {
            RetrievalRequest retrieval => await InitiateAsync(call, retrieval),
            InventoryRequest inventory => await InitiateAsync(call, inventory),
            var job => throw new UnreachableException($"No code starts a {job.GetType().Name}."),
        };

    /// <summary>The vault's jobs do not start the retrieval of an archive that was deleted after it was looked up. If they cannot
    /// tell, the archive is looked up again.</summary>
    private async ValueTask<FrontAnswer> InitiateAsync(GlacierCall call, RetrievalRequest request)
    {
        var id = ids.NewJob();
        for (var lookups = 1; ; lookups++)
        {
            var (answer, refusal) = await InitiateAsync(call, request, id);
            if (refusal is not Refusal.LookupStale || lookups == MaxLookups)
            {
                return answer ?? throw call.Describe(refusal!).AsException();
            }
        }
    }

    private async ValueTask<(FrontAnswer? Answer, Refusal? Refusal)> InitiateAsync(
        GlacierCall call, RetrievalRequest request, JobId id)
    {
        var retirements = await host.AskAsync(call.Incarnation.Jobs, new CountRetirements(), call.Aborted);
        var shard = call.Incarnation.ArchiveShard(request.Archive);
        var found = await host.AskAsync(shard, new FindCurrentArchive(request.Archive), call.Aborted);
        if (!found.TryGet(out var archive, out var refusal))
        {
            return (null, refusal);
        }

        // A retrieval that cannot start must not count against the account's data retrieval policy.
        var range = RetrievalJob.RangeOf(archive, request.Range);
        if (RetrievalJob.RefusalOf(archive, range) is { } impossible)
        {
            return (null, impossible);
        }

        if (retirements.Answer.Full is { } full)
        {
            return (null, full.ToRefusal());
        }

        var treeHash = await RangeTreeHashAsync(archive, request.Range, call.Aborted);
        if (request.Options.Tier == RetrievalTier.Standard)
        {
            var admitted = await host.AskAsync(
                call.Account.Entity, new AdmitRetrieval(id, range.LengthBytes), call.Aborted);
            if (admitted.Refusal is { } denied)
            {
                return (null, denied);
            }
        }

        var retired = retirements.Answer.Count;
        var command = new StartRetrieval(
            id, archive, request.Range, treeHash, request.Options, retired > 0 ? retired : null);
        var started = await host.AskAsync(call.Incarnation.Jobs, command, call.Aborted);
        return started.TryGet(out var job, out refusal) ? (Initiated(call, job), null) : (null, refusal);
    }

    /// <summary>Takes the inventory and starts its job. The output of a small inventory is measured first, so that its job finishes at
    /// once. The output of a large one is measured after the client has the job's ID.</summary>
    private async ValueTask<FrontAnswer> InitiateAsync(GlacierCall call, InventoryRequest request)
    {
        var inventory = await call.AskAsync(host, call.Vault.Entity, new TakeInventorySnapshot(call.Vault));
        var (selection, format, options) = request;
        if (!JobsDecider.IsMeasuredFirst(inventory, selection, JobsDecider.MaxArchivesMeasuredFirst))
        {
            var begin = new BeginInventory(ids.NewJob(), inventory, selection, format, call.Arn, options);
            return Initiated(call, await call.AskAsync(host, inventory.Incarnation.Jobs, begin));
        }

        var output = await inventories.MeasureAsync(inventory, selection, format, call.Arn, call.Aborted);
        var start = new StartInventory(ids.NewJob(), inventory, selection, format, output, options);
        return Initiated(call, await call.AskAsync(host, inventory.Incarnation.Jobs, start));
    }

    /// <summary>The tree hash of the requested bytes, or null if their range is not tree-hash aligned.</summary>
    private async ValueTask<TreeHash?> RangeTreeHashAsync(
        ArchiveEntry archive, PartRange? requested, CancellationToken cancellationToken)
    {
        if (requested is not { } range)
        {
            return archive.TreeHash;
        }

        if (archive.ByteStorage == ByteStorage.External
            || !TreeHashRanges.IsTreeHashAligned(range.FirstByte, range.LastByte, archive.SizeBytes))
        {
            return null;
        }

        var manifest = await archives.ReadManifestAsync(archive.Upload, cancellationToken);
        return await archives.RangeTreeHashAsync(manifest, range, cancellationToken);
    }

    private static EmptyAnswer Initiated(GlacierCall call, VaultJob job) => EmptyAnswer.Accepted(
        (GlacierHeaders.Location, call.Location($"/jobs/{job.Job}")), (GlacierHeaders.JobId, job.Job.ToString()));
}
