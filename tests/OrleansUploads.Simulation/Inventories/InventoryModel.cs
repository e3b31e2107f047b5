namespace OrleansUploads.Simulation.Inventories;

/// <summary>What clients have asked for and were answered. Instants only order requests and answers.</summary>
internal sealed class InventoryModel
{
    /// <summary>The instant of an answer that did not come.</summary>
    public const long Never = long.MaxValue;

    private readonly List<ModelArchive> _archives = [];
    private readonly List<ModelJob> _jobs = [];
    private long _instant;

    public IReadOnlyList<ModelArchive> Archives => _archives;

    public IReadOnlyList<ModelJob> Jobs => _jobs;

    public long Tick() => ++_instant;

    public ModelArchive AddArchive(Content content)
    {
        var archive = new ModelArchive($"archive {_archives.Count}", content, Tick());
        _archives.Add(archive);
        return archive;
    }

    public ModelJob AddJob(InventorySelection selection, InventoryFormat format, DateTimeOffset at)
    {
        var job = new ModelJob($"job {_jobs.Count}", selection, format, Tick(), at);
        _jobs.Add(job);
        return job;
    }
}

/// <summary>An archive that a client has sent. Its description tells it from all others.</summary>
internal sealed record ModelArchive(string Description, Content Content, long PutAsked)
{
    public long PutAnswered { get; set; } = InventoryModel.Never;

    public long DeleteAsked { get; set; } = InventoryModel.Never;

    public long DeleteAnswered { get; set; } = InventoryModel.Never;

    public ArchiveId? Id { get; set; }

    /// <summary>Whether the vault certainly had the archive when it took a job's inventory.</summary>
    public bool IsCertainlyIn(ModelJob job) => PutAnswered < job.Asked && DeleteAsked > job.Answered;

    /// <summary>Whether the vault may have had the archive when it took a job's inventory.</summary>
    public bool MayBeIn(ModelJob job) => PutAsked < job.Answered && DeleteAnswered > job.Asked;
}

/// <summary>An inventory job that a client has asked for. Its description tells it from all others.</summary>
internal sealed record ModelJob(
    string Description, InventorySelection Selection, InventoryFormat Format, long Asked, DateTimeOffset AskedAt)
{
    public long Answered { get; set; } = InventoryModel.Never;

    public JobId? Id { get; set; }

    public string? Text { get; set; }

    public bool IsGone { get; set; }
}
