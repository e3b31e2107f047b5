namespace OrleansUploads.Simulation.Clocks;

/// <summary>The real engine on a <see cref="ClockMachine"/>. It can be restarted on the same journal and part
/// store.</summary>
internal sealed class ClockServer(ManualTime time, ClockMachine machine, int seed, ClockMistake mistake) : IAsyncDisposable
{
    /// <summary>Short, because each minute of it is a beat.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromHours(36);

    private readonly MemoryJournal _journal = new();
    private readonly SeededIds _ids = new(machine, seed);
    private ServiceClock? _clock;
    private EmbeddedHost? _host;

    private static VaultIncarnation Vault { get; } = Some.Incarnation with { Shards = VaultIncarnation.ManyShards };

    public MemoryPartStore Parts { get; } = new();

    private ArchiveIntake Intake => new(Host, Parts, _ids, machine);

    private EmbeddedHost Host => _host ?? throw new InvalidOperationException("The server is stopped.");

    private IServiceClock Time => mistake == ClockMistake.ExpiryByWallTime ? new ContinuousClock(machine) : _clock!;

    public async Task StartAsync()
    {
        var lastBeat = mistake == ClockMistake.OutageCounts && _host is null ? await LastBeatAsync() : null;
        _clock = new ServiceClock(machine.Clocks());
        _host = NewHost(Time);
        switch (mistake)
        {
            case ClockMistake.OutageCounts when lastBeat is { } last && last < machine.GetUtcNow():
                await AskAsync(ServiceState.Entity, new RecordBeat(last, machine.GetUtcNow()));
                break;
            case ClockMistake.FaultClearedByRestart:
                await AskAsync(ServiceState.Entity, new AcceptClock());
                break;
            case ClockMistake.LeaseClearedByRestart:
                await AskAsync(ServiceState.Entity, new EndBackup());
                break;
        }

        await BeatAsync();
    }

    public async Task StopAsync()
    {
        await Host.DisposeAsync();
        _clock!.Dispose();
        _host = null;
    }

    public Task BeatAsync() => _clock!.BeatAsync(Host, CancellationToken.None);

    public Task AcceptAsync() => _clock!.AcceptAsync(Host, CancellationToken.None);

    public Task BeginBackupAsync(TimeSpan lease) => _clock!.BeginBackupAsync(Host, lease, CancellationToken.None);

    public Task EndBackupAsync() => _clock!.EndBackupAsync(Host, CancellationToken.None);

    public async Task RunHousekeepingAsync()
    {
        await new WakeScan(Host, _journal).RunAsync(CancellationToken.None);
        await new AttemptCollector(Host, Parts, Time).CollectAsync(new MaintenanceOptions().AttemptGrace, CancellationToken.None);
    }

    /// <summary>Collects on another machine, whose clock is ahead without anyone noticing.</summary>
    public async Task CollectElsewhereAsync(TimeSpan ahead)
    {
        var now = machine.GetUtcNow() + ahead;
        if (mistake == ClockMistake.FenceWithoutBound)
        {
            await foreach (var upload in Parts.ListUploadsAsync(CancellationToken.None))
            {
                await Host.AskAsync(
                    upload.Entity, new FenceAttempts(now - new MaintenanceOptions().AttemptGrace), CancellationToken.None);
            }
        }

        await new AttemptCollector(Host, Parts, new ContinuousClock(new ManualTime(now)))
            .CollectAsync(new MaintenanceOptions().AttemptGrace, CancellationToken.None);
    }

    public async Task<UploadId> OpenAsync()
    {
        await AskAsync(Some.Account.Entity, new CreateVault(Some.Vault));
        return (await Intake.InitiateAsync(
            Vault, Some.Size(1), Description.None, ByteStorage.Gateway, totalBytes: null, createKey: null, CancellationToken.None)).Answer.Upload;
    }

    public async Task<Outcome<Done>> StoreAsync(UploadId upload, byte[] body) =>
        await Intake.StorePartAsync(
            upload,
            Vault,
            new PartRange(0, body.Length - 1),
            new StatedHashes(
                new LinearHash(new Sha256Digest(System.Security.Cryptography.SHA256.HashData(body))), TreeHasher.Compute(body)),
            new MemoryStream(body),
            sender: null,
            CancellationToken.None);

    public async Task<bool> IsOpenAsync(UploadId upload) =>
        (await Host.AskAsync(upload.Entity, new ListParts(Vault, 0, 1), CancellationToken.None)).Refusal is null;

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await StopAsync();
        }
    }

    private async Task<TAnswer> AskAsync<TAnswer>(EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class, IAnswer => (await Host.AskAsync(entity, command, CancellationToken.None)).Answer;

    private async Task<DateTimeOffset?> LastBeatAsync()
    {
        await using var host = NewHost(new ContinuousClock(machine));
        var status = (await host.AskAsync(ServiceState.Entity, new EndBackup(), CancellationToken.None)).Answer;
        return status.Served.Count > 0 ? status.Served[^1].To : null;
    }

    private EmbeddedHost NewHost(IServiceClock clock) => new(new Catalog(mistake), _journal, Parts, time, clock: clock);

    private sealed class Catalog(ClockMistake mistake)
        : EntityCatalog(new EngineOptions { Uploads = new UploadPolicy { StaleAfter = StaleAfter } })
    {
        private protected override EntityRunner Run<TState, TCommand, TEvent>(
            EntityId entity, Decider<TState, TCommand, TEvent> decider) =>
            mistake == ClockMistake.FenceWithoutBound && decider is Decider<UploadState, UploadCommand, UploadEvent> uploads
                ? new DeciderRunner<TState, TCommand, TEvent>(
                    entity, (Decider<TState, TCommand, TEvent>)(object)new FencesFromTheFuture(uploads))
                : base.Run(entity, decider);
    }

    private sealed class FencesFromTheFuture(Decider<UploadState, UploadCommand, UploadEvent> right)
        : OtherRules<UploadState, UploadCommand, UploadEvent>(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) =>
            Right.Decide(state, command, command is FenceAttempts fence && fence.Before > time.Now
                ? ServiceTime.Continuous(fence.Before)
                : time);
    }
}
