using OrleansUploads.Core;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Intake;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Engine.Reclaim;
using OrleansUploads.Engine.Retrieval;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Embedded;

/// <summary>The whole engine in one process, with all its data in one folder: <c>journal.db</c> beside <c>parts/</c>.</summary>
public sealed class EmbeddedEngine : IAsyncDisposable
{
    private const string PartsFolder = "parts";
    private const string JournalFile = "journal.db";

    private readonly FolderLock _lock;
    private readonly SqliteJournal _journal;
    private readonly DiskPartStore _parts;
    private readonly Maintenance _maintenance;
    private readonly EmbeddedHost _host;

    private EmbeddedEngine(
        FolderLock folderLock,
        SqliteJournal journal,
        DiskPartStore parts,
        EmbeddedEngineOptions options,
        TimeProvider time,
        Action<string, Exception> onFault,
        INotifier? notifier)
    {
        _lock = folderLock;
        _journal = journal;
        _parts = parts;
        var catalog = new EntityCatalog(
            options.Uploads, options.Retrievals, options.Accounts, options.Inventories);
        _host = new EmbeddedHost(catalog, journal, parts, time, options.Host, notifier);
        Ids = new IdSource(time);
        Intake = new PartIntake(_host, parts, Ids);
        Archives = new ArchiveReader(parts);
        var names = new NameCheck(journal, time);
        Collector = new AttemptCollector(_host, parts, time, names.RunAsync);
        _maintenance = new Maintenance(
            new WakeScan(_host, journal, time), Collector, names, options.Maintenance, time, onFault);
    }

    /// <summary>The entities.</summary>
    public IEntityHost Host => _host;

    /// <summary>The bytes.</summary>
    public IPartStore Parts => _parts;

    /// <summary>Entities that are not served, because a recent record of theirs is damaged; an operator should hear of
    /// them. Empty in good times.</summary>
    public IReadOnlyList<EntityId> DamagedEntities => _journal.DamagedAtOpen;

    /// <summary>Fresh IDs.</summary>
    public IdSource Ids { get; }

    /// <summary>The way in for bytes.</summary>
    public PartIntake Intake { get; }

    /// <summary>The way out for bytes.</summary>
    public ArchiveReader Archives { get; }

    /// <summary>Deletes bytes that nobody owns; runs by itself, and can be asked to.</summary>
    public AttemptCollector Collector { get; }

    /// <summary>Opens a data folder, which is made if it is not there.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="options">Figures.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onFault">Is told of each round of housekeeping that failed.</param>
    /// <param name="notifier">Where messages of the end of jobs go; null for nowhere.</param>
    /// <exception cref="FolderTakenException">Another server is using the folder.</exception>
    /// <exception cref="JournalDamagedException">The journal is not what was written; the message says what to do.</exception>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    public static EmbeddedEngine Open(
        string folder,
        EmbeddedEngineOptions options,
        TimeProvider time,
        Action<string, Exception> onFault,
        INotifier? notifier = null)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(
                folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var folderLock = FolderLock.Take(folder);
        try
        {
            RequireJournalOfParts(folder);
            var journal = SqliteJournal.Open(folder);
            var parts = DiskPartStore.Open(Path.Combine(folder, PartsFolder));
            return new EmbeddedEngine(folderLock, journal, parts, options, time, onFault, notifier);
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Stops housekeeping, then the entities, then the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        await _maintenance.DisposeAsync();
        await _host.DisposeAsync();
        await _journal.DisposeAsync();
        _parts.Dispose();
        _lock.Dispose();
    }

    /// <summary>Bytes without the journal that says whose they are would all be collected as nobody's.</summary>
    private static void RequireJournalOfParts(string folder)
    {
        var parts = Path.Combine(folder, PartsFolder);
        if (!File.Exists(Path.Combine(folder, JournalFile))
            && Directory.Exists(parts)
            && Directory.EnumerateFiles(parts, "*", SearchOption.AllDirectories).Any())
        {
            throw new JournalDamagedException(
                $"{folder} holds archives in {PartsFolder}/, but the journal {JournalFile} is missing, so nothing "
                + "is known about them. Restore the journal from the same backup, or use an empty folder.");
        }
    }
}

/// <summary>Figures of the <see cref="EmbeddedEngine"/>.</summary>
public sealed record EmbeddedEngineOptions
{
    /// <summary>How long uploads and their records live.</summary>
    public UploadPolicy Uploads { get; init; } = new();

    /// <summary>How long retrievals take.</summary>
    public RetrievalPolicy Retrievals { get; init; } = new();

    /// <summary>What accounts may have.</summary>
    public AccountPolicy Accounts { get; init; } = new();

    /// <summary>When inventories are taken.</summary>
    public InventorySchedule Inventories { get; init; } = InventorySchedule.Current;

    /// <summary>How often housekeeping runs.</summary>
    public MaintenanceOptions Maintenance { get; init; } = new();

    /// <summary>Figures of the host.</summary>
    public EmbeddedHostOptions Host { get; init; } = new();
}
