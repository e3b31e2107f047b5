using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Memory;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests;

/// <summary>An engine in memory with a manual clock. <see cref="Crash"/> keeps only durable state.</summary>
internal sealed class EngineBench
{
    private readonly MemoryJournal _journal = new();
    private readonly Func<IJournal, IJournal> _wrap;
    private readonly EngineLog? _log;

    public EngineBench(
        Func<IJournal, IJournal>? wrapJournal = null,
        Func<IPartStore, IPartStore>? wrapParts = null,
        EngineLog? log = null)
    {
        _log = log;
        _wrap = wrapJournal ?? (journal => journal);
        Parts = (wrapParts ?? (parts => parts))(new MemoryPartStore());
        Ids = new SeededIds(Time, 1);
        Host = Start();
    }

    public IJournal Journal => _journal;

    public ManualTime Time { get; } = new();

    public SeededIds Ids { get; }

    public IPartStore Parts { get; }

    public EmbeddedHost Host { get; private set; }

    public PartIntake Intake => new(Host, Parts, Ids);

    public ArchiveReader Reader => new(Parts);

    public AttemptCollector Collector => new(Host, Parts, Host.Clock, log: _log);

    public WakeScan Wakes => new(Host, _journal);

    /// <summary>Starts another host on the durable state. The old host keeps running, like a process that does not know that
    /// it was replaced.</summary>
    public void Crash() => Host = Start();

    public async Task<TAnswer> AskAsync<TAnswer>(EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class, IAnswer => (await Host.AskAsync(entity, command, CancellationToken.None)).Answer;

    public async Task<Refusal> RefusalAsync<TAnswer>(EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class, IAnswer => Assert.IsType<Refusal>(
            (await Host.AskAsync(entity, command, CancellationToken.None)).Refusal, exactMatch: false);

    /// <summary>An engine of which one journal write fails, before or after its effect.</summary>
    /// <param name="failing">The number of the write, from 1.</param>
    /// <param name="fault">What happens to it.</param>
    public static EngineBench FailingAt(int failing, JournalFault fault)
    {
        var writes = 0;
        return new EngineBench(inner => new FaultyJournal(
            inner, call => call.Operation == JournalOperation.Append && ++writes == failing ? fault : JournalFault.None));
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

    public Task<Done> CreateVaultAsync() => AskAsync(Some.Account.Entity, new CreateVault(Some.Vault));

    public async Task<UploadId> OpenUploadAsync(int partMebibytes = 1, ByteStorage storage = ByteStorage.Gateway)
    {
        var upload = Ids.NewUpload();
        await AskAsync(
            Some.Vault.Entity,
            new OpenUpload(
                Some.Vault, upload, Some.Size(partMebibytes), Description.None, UploadOrigin.Multipart, storage));
        return upload;
    }

    public async Task<IReadOnlyList<UploadSpec>> ListUploadsAsync(int limit = 1000) =>
        (await new UploadsReader(Host).ReadAsync(Some.Vault, "", limit, CancellationToken.None)).Answer.Uploads;

    public async Task<Outcome<Done>> StoreAsync(UploadId upload, long firstByte, byte[] body) =>
        await Intake.StorePartAsync(
            upload,
            Some.Vault,
            new PartRange(firstByte, firstByte + body.Length - 1),
            Hashes(body),
            new MemoryStream(body),
            sender: null,
            CancellationToken.None);

    public Task<CompletedArchive> CompleteAsync(UploadId upload, byte[] archive) =>
        AskAsync(upload.Entity, new CompleteUpload(Some.Vault, archive.Length, TreeHasher.Compute(archive)));

    public async Task<ArchiveEntry?> FindAsync(ArchiveId archive)
    {
        var vault = await AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault));
        var shard = vault.Incarnation.ArchiveShard(archive);
        return (await Host.AskAsync(shard, new FindArchive(archive), CancellationToken.None))
            .TryGet(out var entry, out _) ? entry : null;
    }

    public async Task DeleteAsync(ArchiveId archive)
    {
        var vault = await AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault));
        var shard = vault.Incarnation.ArchiveShard(archive);
        await AskAsync(shard, Some.Deletion(archive, Time.GetUtcNow()));
    }

    /// <summary>Starts the retrieval of an archive that was looked up before.</summary>
    public async Task<Outcome<RetrievalJob>> RetrieveAsync(ArchiveEntry archive, long? retirements = null)
    {
        var vault = await AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault));
        var options = new JobOptions(Description.None, null, RetrievalTier.Standard);
        return await Host.AskAsync(
            vault.Incarnation.Jobs,
            new StartRetrieval(Ids.NewJob(), archive, null, null, options, retirements),
            CancellationToken.None);
    }

    public async Task<byte[]> ReadAsync(UploadId upload, long firstByte, long lastByte)
    {
        var manifest = await Reader.ReadManifestAsync(upload, CancellationToken.None);
        using var output = new MemoryStream();
        await Reader.CopyAsync(manifest, new PartRange(firstByte, lastByte), output, CancellationToken.None);
        return output.ToArray();
    }

    /// <summary>Waits until the part store has no bytes of the upload.</summary>
    public Task AwaitReclaimedAsync(UploadId upload) => Eventually.BecomesTrueAsync(
        async () => (await Parts.AllAttemptsAsync(upload, CancellationToken.None)).Count == 0
            && await Parts.ReadManifestAsync(upload, CancellationToken.None) is null,
        "the bytes are deleted");

    public static StatedHashes Hashes(byte[] body) => new(
        new LinearHash(new Sha256Digest(System.Security.Cryptography.SHA256.HashData(body))), TreeHasher.Compute(body));

    private EmbeddedHost Start() => new(
        new EntityCatalog(new EngineOptions()), _wrap(_journal), Parts, Time, log: _log);
}
