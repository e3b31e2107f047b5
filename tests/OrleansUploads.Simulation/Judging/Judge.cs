namespace OrleansUploads.Simulation.Judging;

/// <summary>Compares every reply with what the model allows. It knows requests, replies and the time, but no server, so it
/// also judges a server over HTTP.</summary>
internal sealed partial class Judge(Func<DateTimeOffset> now, Coverage coverage, Action<string> onViolation)
{
    private readonly Possibilities[] _vaults =
        [new(new VaultRules(), VaultRules.Absent), new(new VaultRules(), VaultRules.Absent)];

    private readonly List<UploadId> _order = [];
    private readonly Dictionary<UploadId, (UploadFacts Facts, Possibilities States)> _uploads = [];
    private readonly Dictionary<ArchiveId, ArchiveFacts> _archives = [];
    private readonly int[] _doubtfulArchives = new int[2];
    private readonly HashSet<int> _vaultsDeleted = [];
    private readonly DateTimeOffset _startedAt = now();
    private long _events;

    public DateTimeOffset Now => now();

    /// <summary>What nodes have written.</summary>
    public WrittenBodies Written { get; } = new();

    /// <summary>How long a grant lasts.</summary>
    public TimeSpan GrantLife { get; init; }

    /// <summary>By how much any two clocks may differ.</summary>
    public TimeSpan ClockError { get; init; }

    /// <summary>Whether replies may come from a stale host. Its writes are fenced, but an answer without a write may
    /// describe the past.</summary>
    public bool MayBeStale { get; set; }

    /// <summary>Whether advice may come from a host that has not noticed the end of an upload.</summary>
    public bool AdviceMayBeStale { get; set; }

    /// <summary>Whether unowned bytes were ever collected, so that a slow part may be refused.</summary>
    public bool AnyCollection { get; set; }

    /// <summary>Uploads that some reply has shown, in the order in which they became known.</summary>
    public IReadOnlyList<UploadId> Uploads => _order;

    public IEnumerable<ArchiveFacts> Archives => _archives.Values;

    /// <summary>Archives whose request was never answered. Each may exist or not.</summary>
    public int DoubtfulArchives => _doubtfulArchives.Sum();

    public ArchiveFacts? ArchiveOf(ArchiveId id) => _archives.GetValueOrDefault(id);

    public UploadFacts FactsOf(UploadId upload) => _uploads[upload].Facts;

    public Asked Ask(Request request)
    {
        var asked = new Asked(request, ++_events, Now);
        if (request is Request.OfUpload { Vault: var vault })
        {
            // The vault is asked first, so a request to a vault that does not exist is not found, also if the upload's record has outlived
            // the vault.
            asked.VaultReading = _vaults[vault].BeginReading();
        }

        switch (request)
        {
            case Request.DeleteVault r:
                BeginDeletion(r.Vault);
                break;
            case Request.PutArchive r:
                _doubtfulArchives[r.Vault]++;
                break;
            case Request.ListVaults:
                asked.VaultReadings = [.. _vaults.Select(vault => vault.BeginReading())];
                break;
            case Request.PutPart r:
                asked.IsNewContent = StatesOf(r).States.All(state => !UploadRules.Holds(state, r.Slot, r.Content));
                _uploads[r.Upload].Facts.ChangesOf(r.Slot).Add(null);
                break;
            case Request.ReportWritten r:
                _uploads[r.Upload].Facts.ChangesOf(r.Slot).Add(r.Attempt);
                _uploads[r.Upload].Facts.ReportedSince.TryAdd(r.Attempt, Now);
                break;
            case Request.CompleteUpload r:
                BeginComplete(_uploads[r.Upload].Facts, r.Claim);
                break;
            case Request.AbortUpload r:
                _uploads[r.Upload].Facts.EndWasAsked = true;
                _uploads[r.Upload].Facts.AbortsInFlight++;
                break;
            case Request.DeleteArchive r:
                asked.IsFirstDeletion = _archives[r.Archive].DeleteAskedAt is null;
                _archives[r.Archive].DeleteAskedAt ??= Now;
                break;
            case Request.DeleteForeseen r:
                Foresee(r);
                break;
            case Request.SetAccess r:
                _guarded[r.Vault] = true;
                break;
            case Request.InitiateLock r:
                _guarded[r.Vault] = true;
                break;
            case Request.AbortLock r:
                asked.LockedEpoch = LockedEpochOf(r.Vault);
                break;
        }

        asked.Place = IsChange(request) ? StatesOf(request).Begin(request) : -1;
        asked.Reading = IsReading(request) ? StatesOf(request).BeginReading() : null;
        return asked;
    }

    public void SentTwice(Asked asked)
    {
        switch (asked.Request)
        {
            case Request.DeleteVault r:
                BeginDeletion(r.Vault);
                break;
            case Request.PutArchive r:
                _doubtfulArchives[r.Vault]++;
                break;
            case Request.DeleteArchive:
                asked.IsFirstDeletion = false;
                break;
        }

        if (IsChange(asked.Request))
        {
            StatesOf(asked.Request).Loosen(asked.Request);
        }
    }

    public void Abandon(Asked asked)
    {
        switch (asked.Request)
        {
            case Request.CompleteUpload r:
                _uploads[r.Upload].Facts.CompletesInFlight--;
                _uploads[r.Upload].Facts.CompletesAbandoned++;
                break;
            case Request.AbortUpload r:
                _uploads[r.Upload].Facts.AbortsInFlight--;
                break;
        }

        if (IsChange(asked.Request))
        {
            StatesOf(asked.Request).Abandon(asked.Place);
        }

        asked.VaultReading?.Drop();
        asked.Reading?.Drop();
        foreach (var reading in asked.VaultReadings)
        {
            reading.Drop();
        }
    }

    /// <summary>No request is in flight any more. What has not happened by now never will.</summary>
    public void Settle()
    {
        foreach (var vault in _vaults)
        {
            vault.Settle();
        }

        foreach (var upload in _order)
        {
            _uploads[upload].States.Settle();
        }

        SettleDeletions();
    }

    public IReadOnlyList<ulong> StatesOf(UploadId upload)
    {
        _uploads[upload].States.Close();
        return [.. _uploads[upload].States.States];
    }

    public bool IsLost(UploadId upload) => _uploads[upload].States.IsLost;

    private static bool IsChange(Request request) => request
        is Request.CreateVault or Request.DeleteVault or Request.PutPart or Request.ReportWritten or Request.CompleteUpload
            or Request.AbortUpload;

    private static bool IsReading(Request request) => request
        is Request.DescribeVault or Request.ListUploads or Request.InitiateUpload or Request.PutArchive or Request.ListParts
            or Request.GrantWrite;

    private Possibilities StatesOf(Request request) => request is Request.OfUpload { Upload: var upload }
        ? _uploads[upload].States
        : _vaults[((Request.OfVault)request).Vault];

    private void BeginComplete(UploadFacts facts, Claim claim)
    {
        facts.EndWasAsked = true;
        facts.CompleteAskedAt ??= Now;
        facts.Claims.Remove(claim);
        facts.Claims.Add(claim);
        if (facts.CompletesInFlight++ > 0)
        {
            coverage.Saw(Situations.CompleteRacedComplete);
        }
    }

    private void Learn(UploadId upload, int vault, Phase phase, DateTimeOffset since, long askedAt)
    {
        if (_uploads.TryGetValue(upload, out var known))
        {
            if (phase == Phase.Open)
            {
                known.States.SettleOn(state => UploadRules.PhaseOf(state) != Phase.NotStarted);
            }

            return;
        }

        var facts = new UploadFacts(this, vault, since)
        {
            Written = Written.Of(upload),
            KnownSince = _events,
            BegunInDeletion = WasDeletionAskedSince(vault, MayBeStale ? 0 : askedAt),
        };
        _uploads.Add(upload, (facts, new Possibilities(new UploadRules(facts), UploadRules.StateOf(phase))));
        _order.Add(upload);
    }
}

internal sealed class Asked(Request request, long order, DateTimeOffset at)
{
    public Request Request { get; } = request;

    public long Order { get; } = order;

    public DateTimeOffset At { get; } = at;

    public int Place { get; set; } = -1;

    public Possibilities.Reading? Reading { get; set; }

    /// <summary>The readings of a list of vaults, by vault.</summary>
    public IReadOnlyList<Possibilities.Reading> VaultReadings { get; set; } = [];

    /// <summary>The question to the vault that goes before the request, or null for none.</summary>
    public Possibilities.Reading? VaultReading { get; set; }

    /// <summary>Whether the answer may be the vault's, which the upload did not see.</summary>
    public bool MayNotHaveArrived { get; set; }

    public bool IsNewContent { get; set; }

    public bool IsFirstDeletion { get; set; }

    /// <summary>The newest incarnation of the vault whose lock was complete when the request was sent, or 0 if there is
    /// none.</summary>
    public long LockedEpoch { get; set; }
}
