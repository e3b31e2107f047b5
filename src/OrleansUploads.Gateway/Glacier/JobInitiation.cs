using System.Diagnostics;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Hashing;

namespace OrleansUploads.Gateway.Glacier;

internal static class JobInitiation
{
    /// <summary>How often an archive is looked up for one request before its client has to try again.</summary>
    private const int MaxLookups = 4;

    public static async ValueTask<FrontAnswer> InitiateAsync(GlacierCall call) =>
        JobRequest.Read(call.Document) switch
        {
            RetrievalRequest retrieval => Initiated(call, await RetrieveAsync(call, retrieval)),
            InventoryRequest inventory => await InitiateAsync(call, inventory),
            var job => throw new UnreachableException($"No code starts a {job.GetType().Name}."),
        };

    /// <summary>Starts the retrieval of an archive. The vault's jobs do not start the retrieval of an archive that was deleted after it was looked up. If they cannot
    /// tell, the archive is looked up again.</summary>
    public static async ValueTask<RetrievalJob> RetrieveAsync(GlacierCall call, RetrievalRequest request)
    {
        var id = call.Services.Ids.NewJob();
        for (var lookups = 1; ; lookups++)
        {
            var started = await StartAsync(call, request, id);
            if (started.Refusal is not Refusal.LookupStale || lookups == MaxLookups)
            {
                return call.OrRefuse(started);
            }
        }
    }

    private static async ValueTask<Outcome<RetrievalJob>> StartAsync(GlacierCall call, RetrievalRequest request, JobId id)
    {
        var retirements = await call.AskAsync(call.Incarnation.Jobs, new CountRetirements());
        var archive = await call.AskAsync(
            call.Incarnation.ArchiveShard(request.Archive), new FindCurrentArchive(request.Archive));

        // A retrieval that cannot start must not count against the account's data retrieval policy.
        var range = RetrievalJob.RangeOf(archive, request.Range);
        if ((RetrievalJob.RefusalOf(archive, range) ?? retirements.Full?.ToRefusal()) is { } impossible)
        {
            throw call.ErrorOf(impossible);
        }

        var treeHash = await RangeTreeHashAsync(call, archive, request.Range);
        if (request.Options.Tier == RetrievalTier.Standard)
        {
            await call.AskAsync(call.Account.Entity, new AdmitRetrieval(id, range.LengthBytes));
        }

        var retired = retirements.Count;
        return await call.TryAskAsync(call.Incarnation.Jobs, new StartRetrieval(
            id, archive, request.Range, treeHash, request.Options, retired > 0 ? retired : null));
    }

    /// <summary>Takes the inventory and starts its job. The output of a small inventory is measured first, so that its job finishes at
    /// once. The output of a large one is measured after the client has the job's ID.</summary>
    private static async ValueTask<FrontAnswer> InitiateAsync(GlacierCall call, InventoryRequest request)
    {
        var inventory = await call.AskAsync(call.Vault.Entity, new TakeInventorySnapshot(call.Vault));
        var (selection, format, options) = request;
        if (!JobsDecider.IsMeasuredFirst(inventory, selection, JobsDecider.MaxArchivesMeasuredFirst))
        {
            var begin = new BeginInventory(call.Services.Ids.NewJob(), inventory, selection, format, call.Arn, options);
            return Initiated(call, await call.AskAsync(inventory.Incarnation.Jobs, begin));
        }

        var output = await call.Inventories.MeasureAsync(inventory, selection, format, call.Arn, call.Aborted);
        var start = new StartInventory(call.Services.Ids.NewJob(), inventory, selection, format, output, options);
        return Initiated(call, await call.AskAsync(inventory.Incarnation.Jobs, start));
    }

    /// <returns>Null if the range is not tree-hash aligned.</returns>
    private static async ValueTask<TreeHash?> RangeTreeHashAsync(GlacierCall call, ArchiveEntry archive, PartRange? requested)
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

        var manifest = await call.Paths.Manifests.ReadAsync(call.Incarnation, archive.Upload, call.Aborted);
        return await call.Paths.Archives.RangeTreeHashAsync(manifest, range, call.Aborted);
    }

    private static FrontAnswer Initiated(GlacierCall call, VaultJob job) => FrontAnswer.Accepted(
        (GlacierHeaders.Location, call.Location($"/jobs/{job.Job}")), (GlacierHeaders.JobId, job.Job.ToString()));
}
