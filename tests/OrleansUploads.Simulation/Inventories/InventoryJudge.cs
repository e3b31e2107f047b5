namespace OrleansUploads.Simulation.Inventories;

/// <summary>Compares what the server says of inventory jobs with what it promises: a job is measured once, its output is available for a
/// day, is the same for each reader, and lists the archives that the vault had when the job began.</summary>
internal sealed class InventoryJudge
{
    /// <summary>Requests take at most this long, and the clocks of hosts differ by less.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(2);

    private readonly SimulatedWorld _world;
    private readonly InventoryModel _model;
    private readonly MeasurementWatch _watch;

    public InventoryJudge(SimulatedWorld world, Hosts hosts, InventoryModel model)
    {
        _world = world;
        _model = model;
        _watch = new MeasurementWatch(world, hosts, Saw);
        hosts.Journal.Appended += _watch.Saw;
    }

    public InventorySituations Seen { get; private set; }

    public void Began(ModelJob job, VaultJob told) => Learn(job, told);

    /// <summary>A list of all jobs.</summary>
    public void Listed(IReadOnlyList<VaultJob> listed, long asked)
    {
        foreach (var job in listed)
        {
            if (_model.Jobs.FirstOrDefault(known => known.Description == job.Wish.Description.ToString()) is { } known)
            {
                Learn(known, job);
            }
            else
            {
                _world.Fail($"jobs: an unknown job is listed: {job.Wish.Description}");
            }
        }

        foreach (var missing in _model.Jobs.Where(job => job.Answered < asked && listed.All(other => other.Job != job.Id)))
        {
            Gone(missing);
        }
    }

    /// <summary>A client was refused the output of a job.</summary>
    public void Refused(ModelJob job, ModelJob before, Refusal refusal, bool mustBeReady, DateTimeOffset askedAt)
    {
        switch (refusal)
        {
            case Refusal.JobNotFound:
                Gone(job);
                break;
            case Refusal.JobNotReady when mustBeReady:
                _world.Fail($"liveness: {job.Description} is not measured after all faults have stopped");
                break;
            case Refusal.JobNotReady early when before.Text is null || askedAt < early.ReadyAt:
                // The clock of one host is right. That of the other, which may have given the output already, may be ahead.
                break;
            default:
                _world.Fail($"output: {job.Description} cannot be read any more: {refusal}");
                break;
        }
    }

    /// <summary>A client has read the output of a job.</summary>
    public void Read(ModelJob job, ModelJob before, ReadInventory read, DateTimeOffset askedAt)
    {
        var (told, text) = read;
        var readyAt = _watch.ReadyAt(told.Job);
        if (before.IsGone || askedAt > (readyAt ?? told.ReadyAt) + Limits.JobOutputLife + Tolerance)
        {
            _world.Fail($"jobs: {job.Description} was read after its output had expired");
        }

        if (text.Length != told.Output.SizeBytes || (job.Text is not null && job.Text != text))
        {
            _world.Fail($"output: {job.Description} has another output than before, or of another length than announced");
        }

        job.Text ??= text;
        Saw(readyAt is null ? InventorySituations.MeasuredFirst : InventorySituations.MeasuredLate);
        Saw(askedAt > told.CreatedAt + Limits.JobOutputLife ? InventorySituations.ReadAfterADay : InventorySituations.None);
        Saw(told.Output.Last is null ? InventorySituations.None : InventorySituations.EndedAtLimit);
        CompareWithVault(job, told, ListedArchive.Parse(job.Format, text));
    }

    private void Saw(InventorySituations situation) => Seen |= situation;

    private void Learn(ModelJob job, VaultJob told)
    {
        if (told.Wish.Description.ToString() != job.Description || (job.Id is { } known && known != told.Job))
        {
            _world.Fail($"jobs: {job.Description} was taken for {told.Wish.Description}, or has two IDs");
        }

        if (job.IsGone)
        {
            _world.Fail($"jobs: {job.Description} is there again after it was gone");
        }

        job.Id ??= told.Job;
        job.Answered = Math.Min(job.Answered, _model.Tick());
    }

    /// <summary>A client was told that a job does not exist any more.</summary>
    private void Gone(ModelJob job)
    {
        job.IsGone = true;
        var readyAt = _watch.ReadyAt(job.Id!.Value) ?? job.AskedAt;
        if (_world.Now < readyAt + Limits.JobOutputLife - Tolerance)
        {
            _world.Fail($"jobs: {job.Description} was removed before its output was available for a day");
        }

        if (_watch.HasBegun(job.Id.Value) && _watch.ReadyAt(job.Id.Value) is null)
        {
            Saw(InventorySituations.NeverMeasured);
        }
    }

    private void CompareWithVault(ModelJob job, InventoryJob told, IReadOnlyList<ListedArchive> listed)
    {
        var vault = told.Inventory.Incarnation;
        string PlaceOf(ArchiveId archive) => string.Create(
            CultureInfo.InvariantCulture, $"{vault.ShardOf(archive):D5} {archive}");

        var from = job.Selection.After is { } after ? PlaceOf(after) : "";
        var place = from;
        foreach (var line in listed)
        {
            var archive = _model.Archives.FirstOrDefault(known => known.Description == line.Description);
            if (archive is null || !archive.MayBeIn(job) || !ArchiveId.TryParse(line.Id, out var id)
                || (archive.Id is { } known && known != id)
                || line.SizeBytes != archive.Content.LengthBytes || line.TreeHash != archive.Content.TreeHash.ToString())
            {
                _world.Fail($"inventory: {job.Description} lists {line}, which the vault did not have");
                return;
            }

            archive.Id ??= id;
            if (string.CompareOrdinal(PlaceOf(id), place) <= 0)
            {
                _world.Fail($"inventory: {job.Description} lists {line} in the wrong place");
            }

            place = PlaceOf(id);
        }

        var isWhole = told.Output.Last is null;
        if (!isWhole && (listed.Count != job.Selection.Limit || told.Output.Last!.Value.ToString() != listed[^1].Id))
        {
            _world.Fail($"inventory: {job.Description} lists {listed.Count} archives and ends at another one");
        }

        if (listed.Count > (job.Selection.Limit ?? long.MaxValue))
        {
            _world.Fail($"inventory: {job.Description} lists {listed.Count} archives, more than {job.Selection.Limit}");
        }

        foreach (var archive in _model.Archives.Where(archive => archive.IsCertainlyIn(job)))
        {
            var its = PlaceOf(archive.Id!.Value);
            if (string.CompareOrdinal(its, from) > 0 && (isWhole || string.CompareOrdinal(its, place) <= 0)
                && listed.All(line => line.Description != archive.Description))
            {
                _world.Fail($"inventory: {job.Description} lacks {archive.Description}, which the vault had");
            }
        }
    }
}
