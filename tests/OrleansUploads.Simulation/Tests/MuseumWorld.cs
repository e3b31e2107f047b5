namespace OrleansUploads.Simulation.Tests;

/// <summary>An engine in memory, for short scenarios. The content of a part is a word.</summary>
internal sealed class MuseumWorld
{
    private readonly MemoryJournal _journal = new();
    private readonly FaultyPartStore _parts;
    private readonly SeededIds _ids;
    private bool _vaultExists;

    public MuseumWorld()
    {
        _parts = new FaultyPartStore(
            new MemoryPartStore(),
            step => IsFull && step.Call == PartStoreCall.Create ? PartStoreFault.Full : PartStoreFault.None);
        _ids = new SeededIds(Time, 1);
        Host = AnotherHost();
    }

    public ManualTime Time { get; } = new();

    public EmbeddedHost Host { get; private set; }

    public bool IsFull { get; set; }

    /// <summary>The incarnation of the only vault.</summary>
    public static VaultIncarnation Vault { get; } = Some.Incarnation with { Shards = VaultIncarnation.ManyShards };

    private ArchiveIntake Intake => new(Host, _parts, _ids, Time);

    public EmbeddedHost AnotherHost() =>
        new(new EntityCatalog(new EngineOptions()), _journal, _parts, Time);

    public async ValueTask RestartAsync()
    {
        await Host.DisposeAsync();
        Host = AnotherHost();
    }

    public async ValueTask<UploadId> InitiateAsync()
    {
        if (!_vaultExists)
        {
            await Host.AskAsync(Some.Account.Entity, new CreateVault(Some.Vault), CancellationToken.None);
            _vaultExists = true;
        }

        return (await Intake.InitiateAsync(
            Vault, Some.Size(1), Description.None, ByteStorage.Gateway, totalBytes: null, createKey: null, CancellationToken.None)).Answer.Upload;
    }

    public async ValueTask PutAsync(UploadId upload, int slot, string word)
    {
        var bytes = Encoding.ASCII.GetBytes(word);
        var stated = new StatedHashes(new LinearHash(Hash(word).Digest), Hash(word));
        var stored = await Intake.StorePartAsync(
            upload, Vault, Range(slot, word), stated, new MemoryStream(bytes), sender: null, CancellationToken.None);
        Assert.Null(stored.Refusal);
    }

    /// <summary>Writes bytes that have not been reported yet.</summary>
    public async ValueTask<AttemptId> WriteAsync(UploadId upload, string word)
    {
        var attempt = _ids.NewAttempt();
        await using var writer = await _parts.CreateAsync(upload, attempt, word.Length, CancellationToken.None);
        await writer.WriteAsync(Encoding.ASCII.GetBytes(word), CancellationToken.None);
        await writer.CommitAsync(new[] { Hash(word).Digest }, CancellationToken.None);
        return attempt;
    }

    public ValueTask<Outcome<Done>> ReportAsync(UploadId upload, int slot, string word, AttemptId attempt) =>
        Host.AskAsync(
            upload.Entity, new StorePart(Vault, Range(slot, word), Hash(word), attempt), CancellationToken.None);

    public ValueTask<Outcome<CompletedArchive>> CompleteAsync(UploadId upload, string bytes) =>
        Host.AskAsync(upload.Entity, new CompleteUpload(Vault, bytes.Length, Hash(bytes)), CancellationToken.None);

    public ValueTask<Outcome<Done>> AbortAsync(UploadId upload) =>
        Host.AskAsync(upload.Entity, new AbortUpload(Vault), CancellationToken.None);

    public async ValueTask<VaultDescription> DescribeAsync() =>
        (await Host.AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault), CancellationToken.None)).Answer;

    public async ValueTask<string> ReadAsync(UploadId upload)
    {
        var manifest = await new ArchiveManifests(Host, _parts).ReadAsync(Vault, upload, CancellationToken.None);
        var read = new MemoryStream();
        await new ArchiveReader(_parts).CopyAsync(manifest, new PartRange(0, manifest.SizeBytes - 1), read, CancellationToken.None);
        return Encoding.ASCII.GetString(read.ToArray());
    }

    /// <summary>Collects all bytes without an owner at once, regardless of their age.</summary>
    public async ValueTask CollectAsync()
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        await new AttemptCollector(Host, _parts, Host.Clock).CollectAsync(TimeSpan.Zero, CancellationToken.None);
    }

    public async ValueTask WakeAsync() => await new WakeScan(Host, _journal).RunAsync(CancellationToken.None);

    public async ValueTask<IEnumerable<UploadId>> ListUploadsAsync()
    {
        var listed = await new KeyLister(new KeyIndex(Host)).ListAsync(
            new KeyListing(Vault.Uploads, Prefix: "", Delimiter: "", After: null, Limit: 1000), CancellationToken.None);
        return listed.Entries.Select(entry => entry.Upload);
    }

    public async ValueTask<List<UploadId>> StoredUploadsAsync() =>
        await _parts.ListUploadsAsync(CancellationToken.None).ToListAsync();

    public ValueTask<IReadOnlyList<AttemptId>> StoredAttemptsAsync(UploadId upload) =>
        _parts.AllAttemptsAsync(upload, CancellationToken.None);

    private static TreeHash Hash(string word) => TreeHasher.Compute(Encoding.ASCII.GetBytes(word));

    private static PartRange Range(int slot, string word) =>
        new(slot * Some.MiB, (slot * Some.MiB) + word.Length - 1);
}
