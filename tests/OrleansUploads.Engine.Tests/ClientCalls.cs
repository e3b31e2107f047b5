using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Receiving;

namespace OrleansUploads.Engine.Tests;

/// <summary>The calls of clients of one vault, on any host.</summary>
internal static class ClientCalls
{
    /// <summary>The vault as an engine in one process creates it first.</summary>
    public static VaultIncarnation Incarnation { get; } = Some.Incarnation with { Shards = VaultIncarnation.ManyShards };

    public static async Task<TAnswer> AnswerAsync<TAnswer>(this IEntityHost host, EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class, IAnswer => (await host.AskAsync(entity, command, CancellationToken.None)).Answer;

    public static Task<Done> CreateVaultAsync(this IEntityHost host) => host.AnswerAsync(Some.Account.Entity, new CreateVault(Some.Vault));

    public static async Task<UploadId> OpenUploadAsync(
        this ArchiveIntake intake, int partMebibytes = 1, ByteStorage storage = ByteStorage.Gateway) =>
        (await intake.InitiateAsync(
            Incarnation, Some.Size(partMebibytes), Description.None, storage, totalBytes: null, createKey: null, CancellationToken.None)).Answer.Upload;

    public static async Task<Outcome<Done>> StoreAsync(this ArchiveIntake intake, UploadId upload, long firstByte, byte[] body, Stream? from = null) =>
        await intake.StorePartAsync(
            upload,
            Incarnation,
            new PartRange(firstByte, firstByte + body.Length - 1),
            Hashes(body),
            from ?? new MemoryStream(body),
            sender: null,
            CancellationToken.None);

    public static Task<CompletedArchive> CompleteAsync(this IEntityHost host, UploadId upload, byte[] archive) =>
        host.AnswerAsync(upload.Entity, new CompleteUpload(Incarnation, archive.Length, TreeHasher.Compute(archive)));

    /// <summary>Reports a part of 1 MiB without its bytes.</summary>
    public static StorePart Report(int slot, string content = "a", int attempt = 1) =>
        new(Incarnation, SlotRange(slot), Some.Hash(content), Some.Attempt(attempt));

    public static PartRange SlotRange(int slot) => new(slot * Some.MiB, ((slot + 1) * Some.MiB) - 1);

    public static StatedHashes Hashes(byte[] body) => new(
        new LinearHash(new Sha256Digest(System.Security.Cryptography.SHA256.HashData(body))), TreeHasher.Compute(body));
}
