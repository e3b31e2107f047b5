using OrleansUploads.Gateway.Glacier;

namespace OrleansUploads.Simulation.Inventories;

/// <summary>Starts, lists and reads inventory jobs as the front of the vault API does.</summary>
internal sealed class InventoryFront(SimulatedWorld world, SimulatedProcess process)
{
    private const string VaultArn = "arn:aws:glacier:us-east-1:111122223333:vaults/photos";

    /// <summary>So short that a shard with three archives has two pages.</summary>
    private const int PageArchives = 2;

    private const int PageJobs = 3;

    private readonly InventoryWriter _writer = new(new InventoryReader(process.Host, PageArchives));

    public static VaultId Vault => Some.Vault;

    /// <summary>The vault's only incarnation.</summary>
    public static VaultIncarnation IncarnationIn(SimulatedWorld world) => Some.Incarnation with { Shards = world.Options.ArchiveShards };

    private EntityId Jobs => IncarnationIn(world).Jobs;

    /// <summary>Starts a job.</summary>
    public async Task<Outcome<VaultJob>> InitiateAsync(ModelJob wanted, int maxArchivesMeasuredFirst, bool repeats)
    {
        var taken = await process.Host.AskAsync(Vault.Entity, new TakeInventorySnapshot(Vault), CancellationToken.None);
        if (!taken.TryGet(out var inventory, out var refusal))
        {
            return new Outcome<VaultJob>(refusal);
        }

        await process.PauseFrontAsync(CancellationToken.None);
        var id = process.Ids.NewJob();
        var options = new JobOptions(Some.Described(wanted.Description), null, RetrievalTier.Standard);
        var started = await StartAsync();
        return repeats ? await StartAsync() : started;

        async Task<Outcome<VaultJob>> StartAsync()
        {
            if (!JobsDecider.IsMeasuredFirst(inventory, wanted.Selection, maxArchivesMeasuredFirst))
            {
                var begin = new BeginInventory(id, inventory, wanted.Selection, wanted.Format, VaultArn, options);
                return await process.Host.AskAsync(inventory.Incarnation.Jobs, begin, CancellationToken.None);
            }

            var output = await _writer.MeasureAsync(
                inventory, wanted.Selection, wanted.Format, VaultArn, CancellationToken.None);
            var start = new StartInventory(id, inventory, wanted.Selection, wanted.Format, output, options);
            var begun = await process.Host.AskAsync(inventory.Incarnation.Jobs, start, CancellationToken.None);
            return begun.TryGet(out var job, out var refused) ? new Outcome<VaultJob>(job) : new Outcome<VaultJob>(refused);
        }
    }

    public async Task<Outcome<ReadInventory>> ReadAsync(JobId id)
    {
        var found = await process.Host.AskAsync(Jobs, new FindFinishedJob(id), CancellationToken.None);
        if (!found.TryGet(out var ready, out var refusal))
        {
            return new Outcome<ReadInventory>(refusal);
        }

        if (ready is not InventoryJob job)
        {
            world.Fail($"output: a job is finished that has no output: {ready.GetType().Name}");
            return new Outcome<ReadInventory>(new Refusal.JobNotFound(id));
        }

        await process.PauseFrontAsync(CancellationToken.None);
        using var text = new MemoryStream();
        try
        {
            await _writer.CopyAsync(job, new PartRange(0, job.Output.SizeBytes - 1), text, CancellationToken.None);
        }
        catch (InvalidOperationException wrong) when (wrong.Message.Contains("recorded length", StringComparison.Ordinal))
        {
            world.Fail($"output: {wrong.Message}");
        }

        return new Outcome<ReadInventory>(new ReadInventory(job, System.Text.Encoding.UTF8.GetString(text.ToArray())));
    }

    public async Task<Outcome<IReadOnlyList<VaultJob>>> ListAsync()
    {
        var jobs = new List<VaultJob>();
        JobsPage page;
        do
        {
            page = (await process.Host.AskAsync(
                Jobs, new ListJobs(jobs is [.., var last] ? last.Cursor : null, PageJobs, null), CancellationToken.None)).Answer;
            jobs.AddRange(page.Jobs);
        }
        while (page.HasMore);
        return new Outcome<IReadOnlyList<VaultJob>>(jobs);
    }
}

internal sealed record ReadInventory(InventoryJob Job, string Text);
