namespace OrleansUploads.Simulation.Inventories;

/// <summary>Clients that store and delete archives, and start, list and read inventory jobs of one vault.</summary>
internal sealed class InventoryClients(
    SimulatedWorld world, ProcessCalls calls, InventoryModel model, InventoryJudge judge, SeededRandom random)
{
    public async Task BeginAsync(int archives)
    {
        while (await CreateVaultAsync() is null)
        {
            await world.Delay(TimeSpan.FromSeconds(1));
        }

        for (var archive = 0; archive < archives; archive++)
        {
            await PutAsync();
        }
    }

    public async Task RunAsync(int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            await world.Delay(TimeSpan.FromMilliseconds(random.Below(2000)));
            await (random.Below(20) switch
            {
                < 4 => PutAsync(),
                < 9 => DeleteAsync(),
                < 13 => InitiateAsync(),
                < 19 => ReadAsync(),
                _ => ListAsync(),
            });
        }
    }

    public async Task<bool> ReadAsync(ModelJob job, TimeSpan? patience, bool mustBeReady)
    {
        var askedAt = world.Now;
        var before = job with { };
        var answer = await calls.SendAsync(
            $"read {job.Description}", process => new InventoryFront(world, process).ReadAsync(job.Id!.Value), patience);
        if (answer is { } read)
        {
            if (read.TryGet(out var inventory, out var refusal))
            {
                judge.Read(job, before, inventory, askedAt);
            }
            else
            {
                judge.Refused(job, before, refusal, mustBeReady, askedAt);
            }
        }

        return answer is not null;
    }

    public async Task<bool> ListAsync(TimeSpan? patience = null)
    {
        var asked = model.Tick();
        var answer = await calls.SendAsync("list jobs", process => new InventoryFront(world, process).ListAsync(), patience);
        if (answer is { } listed)
        {
            judge.Listed(listed.Answer, asked);
        }

        return answer is not null;
    }

    private Task<Outcome<Done>?> CreateVaultAsync() => calls.SendAsync(
        "create vault",
        async process => await process.Host.AskAsync(
            Some.Account.Entity, new CreateVault(InventoryFront.Vault), CancellationToken.None));

    private async Task PutAsync()
    {
        var content = new Content(random.Below(Content.Blocks), random.Between(1, 100));
        var archive = model.AddArchive(content);
        var answer = await calls.SendAsync(
            $"put {archive.Description}",
            async process => await process.Paths.ArchiveIntake.StoreArchiveAsync(
                InventoryFront.IncarnationIn(world),
                Some.Described(archive.Description),
                content.LengthBytes,
                new StatedHashes(new LinearHash(content.Digest), content.TreeHash),
                new SentBody(content, Lie.None),
                CancellationToken.None));
        if (answer is { } stored)
        {
            archive.Id = stored.Answer.Archive;
            archive.PutAnswered = model.Tick();
        }
    }

    private async Task DeleteAsync()
    {
        var known = model.Archives.Where(archive => archive.Id is not null).ToList();
        if (known.Count == 0)
        {
            return;
        }

        var archive = known[random.Below(known.Count)];
        archive.DeleteAsked = Math.Min(archive.DeleteAsked, model.Tick());
        var answer = await calls.SendAsync(
            $"delete {archive.Description}",
            async process => new Outcome<Reply>(
                await new GuardedDeletion(world, process, InventoryFront.Vault).DeleteAsync(archive.Id!.Value, CancellationToken.None)));
        if (answer is { Answer.Verdict: Verdict.Done or Verdict.NotFound })
        {
            archive.DeleteAnswered = Math.Min(archive.DeleteAnswered, model.Tick());
        }
    }

    private async Task InitiateAsync()
    {
        var selection = new InventorySelection(default, random.Chance(500) ? random.Between(1, 4) : null, SomeArchive());
        var job = model.AddJob(selection, random.Pick(InventoryFormat.Json, InventoryFormat.Csv), world.Now);
        var maxArchivesMeasuredFirst = random.Pick(0, 0, 3, 1000);
        var repeats = random.Chance(200);
        var answer = await calls.SendAsync(
            $"start {job.Description}",
            process => new InventoryFront(world, process).InitiateAsync(job, maxArchivesMeasuredFirst, repeats));
        if (answer is { Refusal: null } begun)
        {
            judge.Began(job, begun.Answer);
        }
    }

    /// <summary>Where to continue an inventory: after any archive, whether it still exists or not.</summary>
    private Core.Values.ArchiveId? SomeArchive()
    {
        var known = model.Archives.Where(archive => archive.Id is not null).ToList();
        return known.Count > 0 && random.Chance(300) ? known[random.Below(known.Count)].Id : null;
    }

    private Task ReadAsync()
    {
        var known = model.Jobs.Where(job => job.Id is not null && !job.IsGone).ToList();
        return known.Count == 0 ? Task.CompletedTask : ReadAsync(known[random.Below(known.Count)], patience: null, mustBeReady: false);
    }
}
