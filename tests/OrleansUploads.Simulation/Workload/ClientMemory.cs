namespace OrleansUploads.Simulation.Workload;

/// <summary>What the clients know: the IDs behind a schedule's numbers, and the acknowledged parts.</summary>
internal sealed class ClientMemory(Judge judge, Schedule schedule)
{
    private readonly Dictionary<int, (int Vault, UploadId Id)> _uploads = [];
    private readonly Dictionary<int, SortedDictionary<int, Content>> _acknowledged = [];
    private readonly Dictionary<int, Grant> _grants = [];
    private readonly List<ArchiveId> _archives = [];
    private readonly Dictionary<int, (LockId Lock, int Days)> _locks = [];

    /// <summary>Whether a deletion of an archive that does not exist yet deletes another one. A short series has few archives.</summary>
    public bool TakesAnyArchive { get; init; }

    public Request? Resolve(Operation operation) => operation switch
    {
        Operation.CreateVault o => new Request.CreateVault(o.Vault),
        Operation.DeleteVault o => new Request.DeleteVault(o.Vault),
        Operation.DescribeVault o => new Request.DescribeVault(o.Vault),
        Operation.ListVaults => new Request.ListVaults(),
        Operation.InitiateUpload o => new Request.InitiateUpload(o.Vault),
        Operation.ListUploads o => new Request.ListUploads(o.Vault),
        Operation.PutArchive o => new Request.PutArchive(o.Vault, o.Content, o.Lie),
        Operation.PutPart o when _uploads.TryGetValue(o.Upload, out var upload) =>
            new Request.PutPart(upload.Vault, upload.Id, o.Slot, o.Content, o.Lie),
        Operation.GrantWrite o when _uploads.TryGetValue(o.Upload, out var upload) =>
            new Request.GrantWrite(upload.Vault, upload.Id, o.Slot, o.Content, o.OnlyIfMissing),
        Operation.ReportWritten o when FindGrant(o.Grant) is { } grant && _uploads.TryGetValue(o.Upload, out var upload) =>
            new Request.ReportWritten(upload.Vault, upload.Id, o.Slot, o.Content, o.LengthBytes, grant.Attempt),
        Operation.CompleteUpload o when _uploads.TryGetValue(o.Upload, out var upload) =>
            new Request.CompleteUpload(upload.Vault, upload.Id, Claim(o, upload.Id)),
        Operation.AbortUpload o when _uploads.TryGetValue(o.Upload, out var upload) =>
            new Request.AbortUpload(upload.Vault, upload.Id),
        Operation.ListParts o when _uploads.TryGetValue(o.Upload, out var upload) =>
            new Request.ListParts(upload.Vault, upload.Id),
        Operation.DeleteArchive o when Find(o.Archive) is { } archive =>
            new Request.DeleteArchive(judge.ArchiveOf(archive)!.Vault, archive),
        Operation.DeleteArchive { Archive: Operation.Newest } when _archives is [.., var newest] =>
            new Request.DeleteArchive(judge.ArchiveOf(newest)!.Vault, newest),
        Operation.DeleteForeseen o when _uploads.TryGetValue(o.Upload, out var upload) =>
            Foreseen(upload.Vault, upload.Id, schedule.Plans[o.Upload]),
        Operation.SetAccess o => new Request.SetAccess(o.Vault, o.YoungerThanDays),
        Operation.InitiateLock o => new Request.InitiateLock(o.Vault, o.YoungerThanDays),
        Operation.CompleteLock o when _locks.TryGetValue(o.Vault, out var held) =>
            new Request.CompleteLock(o.Vault, held.Lock, held.Days),
        Operation.AbortLock o => new Request.AbortLock(o.Vault),
        Operation.ReadArchive o when o.Archive < _archives.Count =>
            Request.ReadArchive.Of(judge.ArchiveOf(_archives[o.Archive])!, o.OnlyRange),
        _ => null,
    };

    public Grant? FindGrant(int grant) => _grants.GetValueOrDefault(grant);

    private ArchiveId? Find(int archive) =>
        archive < _archives.Count ? _archives[archive]
        : TakesAnyArchive && _archives.Count > 0 && archive != Operation.Newest ? _archives[archive % _archives.Count]
        : null;

    private static Request.DeleteForeseen Foreseen(int vault, UploadId upload, IReadOnlyList<Content> plan)
    {
        var claim = Workload.Claim.Of(plan);
        return new Request.DeleteForeseen(vault, upload, ArchiveId.Derive(upload, claim.SizeBytes, claim.TreeHash), plan);
    }

    private Claim Claim(Operation.CompleteUpload operation, UploadId id)
    {
        var planned = schedule.Plans[operation.Upload];
        var acknowledged = _acknowledged[operation.Upload];
        var believed = acknowledged.Count == 0 ? planned : [.. acknowledged.Values];
        var claim = Workload.Claim.Of(operation.Claim == ClaimKind.AsPlanned ? planned : believed);
        return operation.Claim switch
        {
            ClaimKind.WrongSize => claim with { SizeBytes = claim.SizeBytes + 1, Contents = null },
            ClaimKind.WrongHash => claim with { TreeHash = new Content(0, 3).TreeHash, Contents = null },
            ClaimKind.AsBefore => judge.FactsOf(id).Claims.LastOrDefault() ?? claim,
            _ => claim,
        };
    }

    public void Learn(Operation operation, Reply reply)
    {
        if (operation is Operation.InitiateUpload initiate && reply.Upload is { } id)
        {
            _uploads[initiate.Upload] = (initiate.Vault, id);
            _acknowledged[initiate.Upload] = [];
        }
        else if (operation is Operation.InitiateLock locking && reply.Lock is { } held)
        {
            _locks[locking.Vault] = (held, locking.YoungerThanDays);
        }
        else if (operation is Operation.PutPart put && reply.Verdict == Verdict.Done)
        {
            _acknowledged[put.Upload][put.Slot] = put.Content;
        }
        else if (operation is Operation.GrantWrite asked && reply.Grant is { } grant)
        {
            _grants[asked.Grant] = grant;
        }
        else if (operation is Operation.ReportWritten report && reply.Verdict == Verdict.Done)
        {
            _acknowledged[report.Upload][report.Slot] = report.Content;
        }
    }

    public bool LearnArchive(ArchiveId archive)
    {
        if (_archives.Contains(archive))
        {
            return false;
        }

        _archives.Add(archive);
        return true;
    }
}
