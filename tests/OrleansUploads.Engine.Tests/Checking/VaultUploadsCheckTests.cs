using OrleansUploads.Core.Keys;
using OrleansUploads.Engine.Checking;
using OrleansUploads.Engine.Receiving;

namespace OrleansUploads.Engine.Tests.Checking;

/// <summary>A check finds each kind of contradiction between a vault, the leaves that list its uploads in progress, its index of archives, and
/// the uploads.</summary>
/// <param name="written">The vault, which each test copies.</param>
public sealed class VaultUploadsCheckTests(VaultUploadsCheckTests.WrittenVault written)
    : IClassFixture<VaultUploadsCheckTests.WrittenVault>, IDisposable
{
    private readonly CheckedBucket _folder = CheckedBucket.CopyOf(written.Folder);
    private readonly UploadId _open = written.Open;
    private readonly UploadId _completed = written.Completed;
    private readonly ArchiveId _archive = written.Archive;
    private readonly UploadId _ofBucket = written.OfBucket;

    public static TheoryData<string> Contradictions => [.. Cases.Keys];

    private static Dictionary<string, Case> Cases { get; } = new()
    {
        ["an upload in progress that no leaf has"] = new(
            test => test.PlantAsync(test.LeafOf(test._open), new ListedUploadRemoved(test.PositionOf(test._open))),
            "the upload is missing from the vault's list of uploads: no leaf has it",
            test => test._open),
        ["a listed upload that has become an archive"] = new(
            test => test.PlantAsync(test.Leaves[^1], new ListedUploadAdded(test.LastEntry with { Upload = test._completed })),
            "the vault lists the upload, but the upload has recorded that it no longer does",
            test => test._completed),
        ["a listed upload that is lost"] = new(
            test => test._folder.LoseAsync(test._open.Entity),
            "the vault lists the upload, but the journal has no history of it",
            test => test._open),
        ["a listed upload to a bucket"] = new(
            test => test.PlantAsync(test.Leaves[^1], new ListedUploadAdded(test.LastEntry with { Upload = test._ofBucket })),
            "the vault lists an upload that is not its own",
            test => test._ofBucket),
        ["a leaf of an incarnation that the vault has not begun"] = new(
            test => test._folder.PlantAsync<KeyLeafEvent>(
                new LeafId((ClientCalls.Incarnation with { Epoch = 2 }).Uploads, LeafName.First).Entity,
                new LeafOpened(new LeafId((ClientCalls.Incarnation with { Epoch = 2 }).Uploads, LeafName.First))),
            "the journal has none of this incarnation of the vault"),
        ["an archive whose upload is lost"] = new(
            test => test._folder.LoseAsync(test._completed.Entity),
            "the index has the archive, but the journal has no history of its upload",
            test => test._completed),
        ["an archive that only the vault's totals still count"] = new(
            async test =>
            {
                await test._folder.LoseAsync(ClientCalls.Incarnation.ArchiveShard(test._archive));
                await test._folder.LoseAsync(test._completed.Entity);
            },
            "but the journal has only 0: archives are lost"),
    };

    private IReadOnlyList<KeyLeafState> Leaves =>
        [.. _folder.Leaves(KeyTree.Uploads).Where(leaf => leaf.Leaf.Index == ClientCalls.Incarnation.Uploads)];

    private KeyEntry LastEntry => Leaves[^1].Entries[^1];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_vault_with_many_uploads_in_several_leaves_is_sound()
    {
        Assert.InRange(Leaves.Count, 4, 100);
        Assert.Empty(await _folder.CheckAsync());
    }

    [Theory]
    [MemberData(nameof(Contradictions))]
    public async Task A_contradiction_is_the_only_damage_and_is_named(string contradiction)
    {
        var (plant, what, upload) = Cases[contradiction];
        await plant(this);

        var found = Assert.Single(await _folder.CheckAsync());

        Assert.Contains(what, found.What, StringComparison.Ordinal);
        Assert.Equal(
            (DamageKind.Index, Some.Vault, null, null, upload?.Invoke(this)),
            (found.Kind, found.Vault, found.Bucket, found.Key, found.Upload));
    }

    [Fact]
    public async Task A_lost_leaf_is_damage_of_its_neighbours_of_the_routes_and_of_its_uploads()
    {
        var lost = Leaves[2];
        await _folder.LoseAsync(lost.Leaf.Entity);

        var damage = await _folder.CheckAsync();

        Assert.All(damage, found => Assert.Equal((DamageKind.Index, Some.Vault, null), (found.Kind, found.Vault, found.Bucket)));
        Assert.Single(damage, found => found.What.Contains($"leads to leaf {lost.Leaf}, but", StringComparison.Ordinal));
        Assert.Single(damage, found => found.What.Contains($"the routes name leaf {lost.Leaf}, but", StringComparison.Ordinal));
        Assert.Single(damage, found => found.What.Contains("no other leaf leads to", StringComparison.Ordinal));
        Assert.Equal(
            lost.Entries.Select(entry => entry.Upload).ToHashSet(),
            damage.Select(found => found.Upload).OfType<UploadId>().ToHashSet());
        Assert.Equal(lost.Entries.Length + 3, damage.Count);
    }

    [Fact]
    public async Task A_lost_vault_is_damage_of_its_account_and_of_the_leaves_of_its_uploads()
    {
        await _folder.LoseAsync(Some.Vault.Entity);

        var damage = await _folder.CheckAsync();

        Assert.Equal(
            Leaves.Count, damage.Count(found => found.What.Contains("none of this incarnation of the vault", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_lost_vault_without_uploads_is_damage_of_its_account()
    {
        using var folder = new CheckedBucket();
        await folder.UseAsync(static bench => bench.Host.CreateVaultAsync());
        await folder.LoseAsync(Some.Vault.Entity);

        var found = Assert.Single(await folder.CheckAsync());

        Assert.Equal(
            (DamageKind.Index, Some.Vault, "the account has the vault, but the journal has no history of it"),
            (found.Kind, found.Vault, found.What));
    }

    private KeyPosition PositionOf(UploadId upload) =>
        Leaves.SelectMany(leaf => leaf.Entries).Single(entry => entry.Upload == upload).PositionIn(KeyTree.Uploads);

    private KeyLeafState LeafOf(UploadId upload) => Leaves.Single(leaf => leaf.Entries.Any(entry => entry.Upload == upload));

    private Task PlantAsync(KeyLeafState leaf, KeyLeafEvent planted) => _folder.PlantAsync(leaf.Leaf.Entity, planted);

    /// <summary>The damage to plant, and what the check reports about which upload.</summary>
    private sealed record Case(
        Func<VaultUploadsCheckTests, Task> Plant, string What, Func<VaultUploadsCheckTests, UploadId?>? Upload = null);

    /// <summary>A vault with uploads in progress in several leaves and a completed one, and an upload to a bucket.</summary>
    public sealed class WrittenVault : IAsyncLifetime
    {
        private const int Uploads = 60;

        internal CheckedBucket Folder { get; } = new();

        internal UploadId Open { get; private set; }

        internal UploadId Completed { get; private set; }

        internal ArchiveId Archive { get; private set; }

        internal UploadId OfBucket { get; private set; }

        public async ValueTask InitializeAsync() => await Folder.UseAsync(async bench =>
        {
            await bench.Host.CreateVaultAsync();
            var intake = new ArchiveIntake(bench.Host, bench.Parts, bench.Ids, bench.Time);
            for (var i = 0; i < Uploads; i++)
            {
                var upload = await intake.OpenUploadAsync();
                bench.Time.Advance(TimeSpan.FromSeconds(1));
                if (i == Uploads / 2)
                {
                    Open = upload;
                }
            }

            Completed = await intake.OpenUploadAsync();
            var body = Some.Bytes(1000, 1);
            await intake.StoreAsync(Completed, 0, body);
            Archive = (await bench.Host.CompleteAsync(Completed, body)).Archive;
            await bench.CreateBucketAsync();
            OfBucket = await bench.InitiateAsync("key");
        });

        public ValueTask DisposeAsync()
        {
            Folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
