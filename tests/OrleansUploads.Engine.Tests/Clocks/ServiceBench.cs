using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Memory;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Clocks;

/// <summary>A server that records its service time, on a machine with manual clocks. Journal and bytes survive a restart.
/// </summary>
internal sealed class ServiceBench : IDisposable
{
    private readonly MemoryJournal _journal = new();
    private EmbeddedHost _host;

    public ServiceBench()
    {
        Machine = new ManualHostClock(Time);
        Ids = new SeededIds(Time, 1);
        Clock = new ServiceClock(Machine);
        _host = CreateHost();
    }

    public ManualTime Time { get; } = new();

    public ManualHostClock Machine { get; }

    public SeededIds Ids { get; }

    public MemoryPartStore Parts { get; } = new();

    public ServiceClock Clock { get; private set; }

    public EmbeddedHost Host => _host;

    /// <summary>Restarts the server from its durable state after an outage. As in production, it sends a heartbeat
    /// first.</summary>
    public async Task RestartAsync(TimeSpan stopped = default)
    {
        await _host.DisposeAsync();
        Clock.Dispose();
        Time.Advance(stopped);
        Clock = new ServiceClock(Machine);
        _host = CreateHost();
        await BeatAsync();
    }

    public Task BeatAsync() => Clock.BeatAsync(_host, CancellationToken.None);

    /// <summary>Runs the server for some time, with a heartbeat at each interval.</summary>
    public async Task ServeAsync(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= ServiceClock.BeatInterval)
        {
            Time.Advance(left < ServiceClock.BeatInterval ? left : ServiceClock.BeatInterval);
            await BeatAsync();
        }
    }

    /// <summary>Runs housekeeping: wakes due entities and collects bytes without an owner.</summary>
    public async Task<CollectionReport> RunHousekeepingAsync()
    {
        await new WakeScan(_host, _journal).RunAsync(CancellationToken.None);
        return await new AttemptCollector(_host, Parts, Clock).CollectAsync(new MaintenanceOptions().AttemptGrace, CancellationToken.None);
    }

    public async Task<UploadId> OpenUploadAsync()
    {
        await AskAsync(Some.Account.Entity, new CreateVault(Some.Vault));
        var upload = Ids.NewUpload();
        await AskAsync(
            Some.Vault.Entity,
            new OpenUpload(Some.Vault, upload, Some.Size(1), Description.None, UploadOrigin.Multipart, ByteStorage.Gateway));
        return upload;
    }

    public async Task<Outcome<Done>> StoreAsync(UploadId upload, byte[] body) =>
        await new PartIntake(_host, Parts, Ids).StorePartAsync(
            upload,
            Some.Vault,
            new PartRange(0, body.Length - 1),
            EngineBench.Hashes(body),
            new MemoryStream(body),
            sender: null,
            CancellationToken.None);

    public async Task<int> PartsOfAsync(UploadId upload)
    {
        var listed = await _host.AskAsync(upload.Entity, new ListParts(Some.Vault, 0, 10), CancellationToken.None);
        return listed.TryGet(out var page, out _) ? page.Parts.Count : -1;
    }

    public async Task<int> StoredAttemptsAsync(UploadId upload) =>
        (await Parts.AllAttemptsAsync(upload, CancellationToken.None)).Count;

    public async Task<TAnswer> AskAsync<TAnswer>(EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class, IAnswer => (await _host.AskAsync(entity, command, CancellationToken.None)).Answer;

    public void Dispose() => Clock.Dispose();

    private EmbeddedHost CreateHost() => new(
        new EntityCatalog(new EngineOptions()), _journal, Parts, Time, clock: Clock);
}
