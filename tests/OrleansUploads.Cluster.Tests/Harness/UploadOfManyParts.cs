using OrleansUploads.Core.Messages.Accounts;
using OrleansUploads.Core.Messages.Uploads;
using OrleansUploads.Core.Messages.Vaults;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Hashing;
using OrleansUploads.TestKit;

namespace OrleansUploads.Cluster.Tests.Harness;

/// <summary>One upload of many parts of 1 MiB. No bytes are stored; only the reports matter.</summary>
internal sealed class UploadOfManyParts(int parts, int number)
{
    private int _attempts;

    public UploadId Id { get; } = Some.Upload(1000 + number);

    public EntityId Entity => Id.Entity;

    public int Parts => parts;

    public static Task CreateVaultAsync(IEntityHost host) =>
        host.InsistAsync(Some.Account.Entity, new CreateVault(Some.Vault));

    public async Task OpenAsync(IEntityHost host) => Assert.Null((await host.InsistAsync(
        Some.Vault.Entity,
        new OpenUpload(Some.Vault, Id, Some.Size(1), Description.None, UploadOrigin.Multipart))).Refusal);

    /// <summary>A report of a part with some content; each is another attempt.</summary>
    public StorePart Report(int slot, string content) => new(
        Some.Vault,
        new PartRange(slot * Some.MiB, ((slot + 1) * Some.MiB) - 1),
        Some.Hash(content),
        Some.Attempt(Interlocked.Increment(ref _attempts), TimeProvider.System.GetUtcNow()));

    /// <summary>The parts as they stand.</summary>
    public async Task<IReadOnlyList<ListedPart>> ListAsync(IEntityHost host)
    {
        List<ListedPart> listed = [];
        for (long? next = 0; next is { } first;)
        {
            var page = (await host.InsistAsync(Entity, new ListParts(Some.Vault, first, 1000))).Answer;
            listed.AddRange(page.Parts);
            next = page.NextFirstByte;
        }

        return listed;
    }

    /// <summary>The complete of an upload with these parts.</summary>
    public CompleteUpload Complete(IReadOnlyList<ListedPart> listed) => new(
        Some.Vault, parts * Some.MiB, TreeHasher.Combine([.. listed.Select(part => part.TreeHash)]));

    /// <summary>Many complete it at the same moment, each through a host of its own choice; there is one archive.</summary>
    /// <returns>What they all were told.</returns>
    public async Task<CompletedArchive> CompleteAtOnceAsync(
        int clients, Func<int, IEntityHost> hostOf, IReadOnlyList<ListedPart> listed)
    {
        var completes = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(() =>
            Retrying.InsistAsync(() => hostOf(client), Entity, Complete(listed)))));
        Assert.Single(completes.Select(complete => complete.Answer.Archive).Distinct());
        return completes[0].Answer;
    }
}
