using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Hashing;

namespace OrleansUploads.Cluster.Tests.Harness;

/// <summary>An upload of many parts of 1 MiB. The parts are reported without storing bytes.</summary>
internal sealed class UploadOfManyParts(int parts, int number, EntityGroup? group = null)
{
    private readonly DateTimeOffset _createdAt =
        DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    private int _attempts;

    public UploadId Id { get; } = group is { } chosen ? Some.Upload(1000 + number).InGroup(chosen) : Some.Upload(1000 + number);

    public EntityId Entity => Id.Entity;

    public static Task CreateVaultAsync(IEntityHost host) =>
        host.AskWithRetriesAsync(Some.Account.Entity, new CreateVault(Some.Vault));

    public async Task OpenAsync(IEntityHost host) => Assert.Null((await host.AskWithRetriesAsync(
        Entity,
        new InitiateUpload(new ArchiveUploadSpec(
            Id, Some.Incarnation, Some.Size(1), Description.None, UploadOrigin.Multipart, _createdAt)))).Refusal);

    /// <summary>Creates a report of a part with the given content, as a new attempt.</summary>
    public StorePart Report(int slot, string content) => new(
        Some.Incarnation,
        new PartRange(slot * Some.MiB, ((slot + 1) * Some.MiB) - 1),
        Some.Hash(content),
        Some.Attempt(Interlocked.Increment(ref _attempts), TimeProvider.System.GetUtcNow()));

    /// <summary>The uploads that the vault lists.</summary>
    public static async Task<IReadOnlyList<UploadId>> ListOpenAsync(IEntityHost host)
    {
        var all = new ReadLeaf(KeyPosition.Start, Limit: 1000);
        var page = await new KeyIndex(host).ReadAsync(Some.Incarnation.Uploads, all, CancellationToken.None);
        return [.. page.Entries.Select(static entry => entry.Upload)];
    }

    public async Task<IReadOnlyList<ListedPart>> ListAsync(IEntityHost host)
    {
        List<ListedPart> listed = [];
        for (long? next = 0; next is { } first;)
        {
            var page = (await host.AskWithRetriesAsync(Entity, new ListParts(Some.Incarnation, first, 1000))).Answer;
            listed.AddRange(page.Parts);
            next = page.NextFirstByte;
        }

        return listed;
    }

    public CompleteUpload Complete(IReadOnlyList<ListedPart> listed) => new(
        Some.Incarnation, parts * Some.MiB, TreeHasher.Combine([.. listed.Select(part => part.TreeHash)]));

    /// <summary>Completes the upload concurrently from many clients, each through its own host. There must be one
    /// archive.</summary>
    /// <returns>The completed archive.</returns>
    public async Task<CompletedArchive> CompleteAtOnceAsync(
        int clients, Func<int, IEntityHost> hostOf, IReadOnlyList<ListedPart> listed)
    {
        var completes = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(() =>
            Retrying.AskWithRetriesAsync(() => hostOf(client), Entity, Complete(listed)))));
        Assert.Single(completes.Select(complete => complete.Answer.Archive).Distinct());
        return completes[0].Answer;
    }

    /// <summary>Plays uploads over two hosts that serve the same entities and do not know each other. Asserts that no report is lost, and
    /// that each upload becomes one archive on both hosts.</summary>
    public static async Task PlayOverSplitAsync(IEntityHost left, IEntityHost right, int uploads, int parts, int callers)
    {
        IEntityHost[] hosts = [left, right];
        await CreateVaultAsync(left);
        for (var number = 0; number < uploads; number++)
        {
            var upload = new UploadOfManyParts(parts, number);
            await upload.OpenAsync(hosts[number % 2]);
            await Task.WhenAll(Enumerable.Range(0, parts).Select(async slot => Assert.Null(
                (await hosts[slot % 2].AskWithRetriesAsync(upload.Entity, upload.Report(slot, $"{number}/{slot}"))).Refusal)));
            foreach (var host in hosts)
            {
                Assert.Equal(
                    Enumerable.Range(0, parts).Select(slot => Some.Hash($"{number}/{slot}")),
                    (await upload.ListAsync(host)).Select(static part => part.TreeHash));
            }

            await upload.CompleteAtOnceAsync(callers, caller => hosts[caller % 2], await upload.ListAsync(left));
        }

        foreach (var host in hosts)
        {
            var vault = (await host.AskWithRetriesAsync(Some.Vault.Entity, new DescribeVault(Some.Vault))).Answer;
            Assert.Equal((uploads, uploads * ((parts * Some.MiB) + Limits.ArchiveOverheadBytes)), (vault.Archives, vault.SizeBytes));
        }
    }
}
