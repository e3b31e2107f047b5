using OrleansUploads.Core;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Intake;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Engine.Reclaim;
using OrleansUploads.Engine.Retrieval;
using OrleansUploads.TestKit;

namespace OrleansUploads.Engine.Tests;

/// <summary>The engine in memory, with time in hand. <see cref="Crash"/> leaves only what is durable.</summary>
internal sealed class EngineBench
{
    private readonly MemoryJournal _journal = new();
    private readonly Func<IJournal, IJournal> _wrap;

    public EngineBench(Func<IJournal, IJournal>? wrapJournal = null, Func<IPartStore, IPartStore>? wrapParts = null)
    {
        _wrap = wrapJournal ?? (journal => journal);
        Parts = (wrapParts ?? (parts => parts))(new MemoryPartStore());
        Ids = new SeededIds(Time, 1);
        Host = Start();
    }

    public ManualTime Time { get; } = new();

    public SeededIds Ids { get; }

    public IPartStore Parts { get; }

    public EmbeddedHost Host { get; private set; }

    public PartIntake Intake => new(Host, Parts, Ids);

    public ArchiveReader Reader => new(Parts);

    public AttemptCollector Collector => new(Host, Parts, Time);

    public WakeScan Wakes => new(Host, _journal, Time);

    /// <summary>The process is gone; another one starts on what is durable. The old one is left to itself, as a process that
    /// does not know that it was replaced.</summary>
    public void Crash() => Host = Start();

    public async Task<TAnswer> AskAsync<TAnswer>(EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class => (await Host.AskAsync(entity, command, CancellationToken.None)).Answer;

    public async Task<Refusal> RefusalAsync<TAnswer>(EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class => Assert.IsType<Refusal>(
            (await Host.AskAsync(entity, command, CancellationToken.None)).Refusal, exactMatch: false);

    public Task CreateVaultAsync() => AskAsync(Some.Account.Entity, new CreateVault(Some.Vault));

    public async Task<UploadId> OpenUploadAsync(int partMebibytes = 1, Custody custody = Custody.Gateway)
    {
        var upload = Ids.NewUpload();
        await AskAsync(
            Some.Vault.Entity,
            new OpenUpload(
                Some.Vault, upload, Some.Size(partMebibytes), Description.None, UploadOrigin.Multipart, custody));
        return upload;
    }

    public async Task<Outcome<PartStanding>> StoreAsync(UploadId upload, long firstByte, byte[] body) =>
        await Intake.StorePartAsync(
            upload,
            Some.Vault,
            new PartRange(firstByte, firstByte + body.Length - 1),
            Hashes(body),
            new MemoryStream(body),
            CancellationToken.None);

    public Task<CompletedArchive> CompleteAsync(UploadId upload, byte[] archive) =>
        AskAsync(upload.Entity, new CompleteUpload(Some.Vault, archive.Length, TreeHasher.Compute(archive)));

    public async Task<ArchiveEntry?> FindAsync(ArchiveId archive)
    {
        var vault = await AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault));
        var shard = vault.Life.ArchiveShard(ArchiveShardDecider.ShardOf(archive, vault.Life));
        return (await Host.AskAsync(shard, new FindArchive(archive), CancellationToken.None))
            .TryGet(out var entry, out _) ? entry : null;
    }

    public async Task DeleteAsync(ArchiveId archive)
    {
        var vault = await AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault));
        var shard = vault.Life.ArchiveShard(ArchiveShardDecider.ShardOf(archive, vault.Life));
        await AskAsync(shard, new DeleteArchive(archive));
    }

    public async Task<byte[]> ReadAsync(UploadId upload, long firstByte, long lastByte)
    {
        var manifest = await Reader.ReadManifestAsync(upload, CancellationToken.None);
        using var output = new MemoryStream();
        await Reader.CopyAsync(manifest, new PartRange(firstByte, lastByte), output, CancellationToken.None);
        return output.ToArray();
    }

    public static StatedHashes Hashes(byte[] body) => new(
        new LinearHash(new Sha256Digest(System.Security.Cryptography.SHA256.HashData(body))), TreeHasher.Compute(body));

    private EmbeddedHost Start() => new(
        new EntityCatalog(new UploadPolicy(), new RetrievalPolicy()), _wrap(_journal), Parts, Time);
}
