using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Collecting;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Reading;
using OrleansUploads.Engine.Receiving;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests;

/// <summary>An engine in memory with a manual clock. <see cref="Crash"/> keeps only durable state.</summary>
internal class EngineBench
{
    private readonly MemoryJournal _journal = new();
    private readonly Func<IJournal, IJournal> _wrap;
    private readonly EngineLog? _log;
    private readonly IUploadEvents? _events;

    public EngineBench(
        Func<IJournal, IJournal>? wrapJournal = null,
        Func<IPartStore, IPartStore>? wrapParts = null,
        RecordedLog? log = null,
        IUploadEvents? events = null)
    {
        _events = events;
        _log = log is null ? null : new EngineLog(log, TimeProvider.System);
        _wrap = wrapJournal ?? (journal => journal);
        Parts = (wrapParts ?? (parts => parts))(new MemoryPartStore());
        Ids = new SeededIds(Time, 1);
        Host = Start();
    }

    /// <summary>An engine whose part store fails according to a plan.</summary>
    public EngineBench(Func<PartStoreStep, PartStoreFault> faults, RecordedLog? log = null)
        : this(wrapParts: inner => new FaultyPartStore(inner, faults), log: log)
    {
    }

    /// <summary>An engine whose journal fails according to a plan.</summary>
    public EngineBench(JournalFaultPlan faults, RecordedLog? log = null)
        : this(inner => new FaultyJournal(inner, faults), log: log)
    {
    }

    public ManualTime Time { get; } = new();

    public SeededIds Ids { get; }

    public IPartStore Parts { get; }

    public EmbeddedHost Host { get; private set; }

    public ArchiveIntake Intake => IntakeWith(maintenance: null);

    /// <summary>Intake whose bodies are announced as the settings demand.</summary>
    public ArchiveIntake IntakeWith(MaintenanceOptions? maintenance) => new(Host, Parts, Ids, Time, maintenance);

    public ArchiveReader Reader => new(Parts);

    /// <summary>The clock of the next host, or null for one that trusts the time of the test.</summary>
    protected IServiceClock? HostClock { get; set; }

    /// <summary>Starts another host on the durable state. The old host keeps running, like a process that does not know that
    /// it was replaced.</summary>
    public void Crash() => Host = Start();

    public static (EngineBench Bench, Func<HeldAppends> Hold) Holding()
    {
        FaultyJournal? journal = null;
        var bench = new EngineBench(inner => journal = new FaultyJournal(inner, JournalFaultPlans.None));
        return (bench, () => journal!.HoldAppends());
    }

    public Task<TAnswer> AskAsync<TAnswer>(EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class, IAnswer => Host.AnswerAsync(entity, command);

    public async Task<Refusal> RefusalAsync<TAnswer>(EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class, IAnswer => Assert.IsType<Refusal>(
            (await Host.AskAsync(entity, command, CancellationToken.None)).Refusal, exactMatch: false);

    /// <summary>Makes an engine for each of the first journal writes, which fails before or after its effect.</summary>
    public static IEnumerable<EngineBench> FailingAtEachWrite(JournalFault fault)
    {
        const int Writes = 24;
        return Enumerable.Range(1, Writes).Select(failing =>
        {
            var writes = 0;
            return new EngineBench(call => call.Operation == JournalOperation.Append && ++writes == failing ? fault : JournalFault.None);
        });
    }

    /// <summary>Repeats a call until it is answered. Before each repetition the process is replaced.</summary>
    public async Task<T> UntilAnsweredAsync<T>(Func<Task<T>> ask)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await ask();
            }
            catch (EntityUnavailableException) when (tries < 10)
            {
                Crash();
            }
        }
    }

    public Task<Done> CreateVaultAsync() => Host.CreateVaultAsync();

    public async Task<UploadId> OpenUploadAsync(int partMebibytes = 1, ByteStorage storage = ByteStorage.Gateway)
    {
        var upload = await Intake.OpenUploadAsync(partMebibytes, storage);

        // A read waits for earlier writes, so the upload has recorded that it is listed.
        await ListPartsAsync(upload);
        return upload;
    }

    public async Task<UploadId> OpenFirstUploadAsync(int partMebibytes = 1, ByteStorage storage = ByteStorage.Gateway)
    {
        await CreateVaultAsync();
        return await OpenUploadAsync(partMebibytes, storage);
    }

    /// <summary>The uploads in progress, in the order of their initiation.</summary>
    public async Task<IReadOnlyList<KeyEntry>> ListUploadsAsync(int limit = 1000) => (await new KeyLister(new KeyIndex(Host)).ListAsync(
        new KeyListing(ClientCalls.Incarnation.Uploads, "", "", After: null, limit), CancellationToken.None)).Entries;

    public async Task<IReadOnlyList<ListedPart>> ListPartsAsync(UploadId upload) =>
        (await AskAsync(upload.Entity, new ListParts(ClientCalls.Incarnation, 0, 10))).Parts;

    public Task<Outcome<Done>> StoreAsync(UploadId upload, long firstByte, byte[] body) => Intake.StoreAsync(upload, firstByte, body);

    public async Task<IReadOnlyList<AttemptId>> StoredAsync(UploadId upload) =>
        await Parts.AllAttemptsAsync(upload, CancellationToken.None);

    public Task<CompletedArchive> CompleteAsync(UploadId upload, byte[] archive) => Host.CompleteAsync(upload, archive);

    /// <summary>Collects unowned bytes, by default without grace.</summary>
    public async Task<CollectionReport> CollectAsync(TimeSpan grace = default) =>
        await new AttemptCollector(Host, Parts, Host.Clock, log: _log).CollectAsync(grace, CancellationToken.None);

    public async Task<int> WakeAsync() => await new WakeScan(Host, _journal).RunAsync(CancellationToken.None);

    public async Task<ArchiveEntry?> FindAsync(ArchiveId archive) =>
        (await Host.AskAsync(await ShardOfAsync(archive), new FindArchive(archive), CancellationToken.None)).TryGet(out var entry, out _) ? entry : null;

    public Task<VaultDescription> DescribeVaultAsync() => AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault));

    public async Task DeleteAsync(ArchiveId archive) =>
        await AskAsync(await ShardOfAsync(archive), Some.Deletion(archive, Time.GetUtcNow()));

    /// <summary>Starts the retrieval of an archive that was looked up before.</summary>
    public async Task<Outcome<RetrievalJob>> RetrieveAsync(ArchiveEntry archive, long? retirements = null)
    {
        var options = new JobOptions(Description.None, null, RetrievalTier.Standard);
        return await Host.AskAsync(
            (await DescribeVaultAsync()).Incarnation.Jobs,
            new StartRetrieval(Ids.NewJob(), archive, null, null, options, retirements),
            CancellationToken.None);
    }

    public async Task<byte[]> ReadAsync(UploadId upload, long firstByte, long lastByte)
    {
        var manifest = await ReadManifestAsync(upload);
        using var output = new MemoryStream();
        await Reader.CopyAsync(manifest, new PartRange(firstByte, lastByte), output, CancellationToken.None);
        return output.ToArray();
    }

    public ValueTask<Manifest> ReadManifestAsync(UploadId upload) =>
        new ArchiveManifests(Host, Parts).ReadAsync(ClientCalls.Incarnation, upload, CancellationToken.None);

    public Task AwaitReclaimedAsync(UploadId upload) => Eventually.BecomesTrueAsync(
        async () => (await StoredAsync(upload)).Count == 0 && await Parts.ReadManifestAsync(upload, CancellationToken.None) is null,
        "the bytes are deleted");

    private async Task<EntityId> ShardOfAsync(ArchiveId archive) => (await DescribeVaultAsync()).Incarnation.ArchiveShard(archive);

    private EmbeddedHost Start() => new(
        new EntityCatalog(new EngineOptions().Telling(_events is not null)), _wrap(_journal), Parts, Time, clock: HostClock, log: _log, events: _events);
}
