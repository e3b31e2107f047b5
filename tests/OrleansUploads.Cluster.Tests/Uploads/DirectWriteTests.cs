using System.Collections.Immutable;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Reading;
using OrleansUploads.Hashing;
using OrleansUploads.TestKit.PartStores;

namespace OrleansUploads.Cluster.Tests.Uploads;

/// <summary>Tests of nodes that write parts straight into the cluster's store, under grants of the upload's grain. Its calls end after five
/// seconds, so they do not run beside other tests.</summary>
[Trait(TestRun.Name, TestRun.Timing)]
public sealed class DirectWriteTests(DirectWriteTests.SharedCluster shared) : IClassFixture<DirectWriteTests.SharedCluster>
{
    private const int Parts = 8;

    private static readonly VaultAddress Vault = new("111122223333", "photos");
    private static readonly byte[] Archive = Some.Bytes(Parts * (int)Some.MiB, 1);

    private readonly ClusterBench _cluster = shared.Cluster;
    private readonly IPartStore _parts = shared.World.Parts;

    private static WantedPart Wanted(int slot) => new(slot * Some.MiB, ((slot + 1) * Some.MiB) - 1);

    private static byte[] BytesOf(long firstByte) => Archive[(int)firstByte..(int)(firstByte + Some.MiB)];

    private async Task<(IUploadGrain Upload, UploadId Id)> OpenAsync(UploadStorage storage = UploadStorage.Gateway)
    {
        var key = UploadKey.New();
        var upload = _cluster.Grains.GetGrain<IUploadGrain>(key);
        Assert.Null((await upload.InitiateAsync(new UploadRequest(Vault, Some.MiB, "holiday", storage))).Refusal);
        return (upload, UploadId.TryParse(key, out var id) ? id : default);
    }

    private async Task<WrittenPart> WriteAsync(UploadId upload, WriteGrant grant)
    {
        var bytes = BytesOf(grant.FirstByte);
        await _parts.StoreAsync(upload, AttemptId.TryParse(grant.Attempt, out var attempt) ? attempt : default, bytes);
        return new WrittenPart(grant.FirstByte, grant.LastByte, TreeHasher.Compute(bytes).ToString(), grant.Attempt);
    }

    [Fact]
    public async Task Nodes_that_share_an_upload_write_each_part_once_and_get_one_archive_which_can_be_read()
    {
        var (upload, id) = await OpenAsync();
        ImmutableArray<WantedPart> all = [.. Enumerable.Range(0, Parts).Select(Wanted)];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            while ((await upload.GrantWritesAsync(Vault, all, atMost: 2)).Value is { Length: > 0 } grants)
            {
                var written = await Task.WhenAll(grants.Select(grant => WriteAsync(id, grant)));
                var answers = await upload.ReportWrittenAsync(Vault, [.. written]);
                Assert.Equal(written.Select(static part => part.FirstByte), answers.Select(static answer => answer.Value.FirstByte));
                Assert.All(await upload.ReportWrittenAsync(Vault, [.. written]), static answer => Assert.Null(answer.Refusal));
            }
        }));

        var claim = new CompletionRequest(Vault, Archive.Length, TreeHasher.Compute(Archive).ToString());
        var archives = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => (await upload.CompleteAsync(claim)).Value));
        Assert.NotNull(Assert.Single(archives.Distinct()));
        Assert.Equal(Parts, (await _parts.AllAttemptsAsync(id, TestContext.Current.CancellationToken)).Count);
        Manifest? manifest = null;
        await Eventually.BecomesTrueAsync(
            async () => (manifest = await _parts.ReadManifestAsync(id, CancellationToken.None)) is not null, "the manifest is stored");
        using var copy = new MemoryStream();
        await new ArchiveReader(_parts).CopyAsync(
            manifest!, new PartRange(0, Archive.Length - 1), copy, TestContext.Current.CancellationToken);
        Assert.Equal(Archive, copy.ToArray());
    }

    [Fact]
    public async Task Commands_that_are_sent_together_are_answered_in_their_order()
    {
        var (upload, id) = await OpenAsync();
        var written = await Task.WhenAll((await upload.GrantWritesAsync(Vault, [Wanted(0), Wanted(1)])).Value.Select(grant => WriteAsync(id, grant)));
        await upload.ReportWrittenAsync(Vault, [.. written]);
        var incarnation = (await new ClusterHost(_cluster.Grains).AskAsync(
            Some.Vault.Entity, new FindPolicies(Some.Vault), TestContext.Current.CancellationToken)).Answer.Incarnation;

        var outcomes = await new ClusterHost(_cluster.Grains).AskAllAsync(
            id.Entity,
            [.. Enumerable.Range(1, 3).Select(number => new FindPart(incarnation, number))],
            TestContext.Current.CancellationToken);

        Assert.Equal([0, Some.MiB, null], outcomes.Select(static outcome => outcome.Answer.Range?.FirstByte));
    }

    [Fact]
    public async Task Nodes_that_ask_different_silos_or_the_grain_get_different_parts()
    {
        var (upload, id) = await OpenAsync();
        int[] numbers = [.. Enumerable.Range(1, Parts)];
        var claimed = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => new SharedUploads(_cluster.Grains, TimeProvider.System)
            .ClaimAsync(id, numbers, atMost: 3, TestContext.Current.CancellationToken).AsTask()));
        var granted = (await upload.GrantWritesAsync(Vault, [.. Enumerable.Range(0, Parts).Select(Wanted)], atMost: Parts)).Value;

        Assert.All(claimed, static some => Assert.Equal(3, some.Count));
        Assert.Equal(
            numbers,
            claimed.SelectMany(static some => some).Concat(granted.Select(static grant => (int)(grant.FirstByte / Some.MiB) + 1)).Order());
    }

    [Fact]
    public async Task Nodes_are_told_by_any_silo_when_an_upload_ends()
    {
        var (upload, id) = await OpenAsync();
        await upload.SummarizeAsync(Vault);
        Task[] waiting = [.. Enumerable.Range(0, 3).Select(_ => AwaitEndAsync(TimeSpan.FromMinutes(1)))];
        await AwaitEndAsync(TimeSpan.FromMilliseconds(1));
        Assert.DoesNotContain(waiting, static one => one.IsCompleted);

        await upload.AbortAsync(Vault);

        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Task AwaitEndAsync(TimeSpan atMost) => _cluster.UploadEnds.AwaitEndAsync(id, atMost, TestContext.Current.CancellationToken).AsTask();
    }

    [Fact]
    public async Task Parts_are_claimed_although_the_cluster_does_not_answer()
    {
        var gone = await ClusterBench.StartAsync(new DurableWorld(), silos: 1);
        var grains = gone.Grains;
        await gone.DisposeAsync();

        Assert.Equal([1, 2], await new SharedUploads(grains, TimeProvider.System).ClaimAsync(
            Some.Upload(1), [1, 2, 3], atMost: 2, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Refusals_name_the_problem_and_change_nothing()
    {
        var (upload, id) = await OpenAsync();
        var written = await WriteAsync(id, Assert.Single((await upload.GrantWritesAsync(Vault, [Wanted(0)])).Value));
        var unwritten = Assert.Single((await upload.GrantWritesAsync(Vault, [Wanted(0)])).Value);
        var external = (await OpenAsync(UploadStorage.External)).Upload;
        foreach (var (kind, refusal) in new (UploadRefusalKind, UploadRefusal?)[]
        {
            (UploadRefusalKind.NotWritten, await ReportAsync(written with { Attempt = unwritten.Attempt })),
            (UploadRefusalKind.NotWritten, await ReportAsync(written with { TreeHash = Some.Hash("x").ToString() })),
            (UploadRefusalKind.NotWritten, await ReportAsync(written with { FirstByte = Some.MiB, LastByte = (2 * Some.MiB) - 1 })),
            (UploadRefusalKind.Invalid, await ReportAsync(written with { TreeHash = "x" })),
            (UploadRefusalKind.Invalid, await ReportAsync(written with { Attempt = "x" })),
            (UploadRefusalKind.Invalid, await ReportAsync(written with { LastByte = -1 })),
            (UploadRefusalKind.InvalidPartRange, (await upload.GrantWritesAsync(Vault, [new WantedPart(1, 2)])).Refusal),
            (UploadRefusalKind.VaultNotFound, (await upload.GrantWritesAsync(Vault with { Vault = "none" }, [Wanted(0)])).Refusal),
            (UploadRefusalKind.StoredExternally, (await external.GrantWritesAsync(Vault, [Wanted(0)])).Refusal),
        })
        {
            Assert.Equal(kind, refusal?.Kind);
            Assert.EndsWith(".", refusal?.Message, StringComparison.Ordinal);
        }

        Assert.Empty((await upload.ListPartsAsync(new PartsQuery(Vault, 0, 10))).Value!.Parts);
        await Assert.ThrowsAsync<ArgumentException>(
            () => upload.GrantWritesAsync(Vault, [.. Enumerable.Range(0, 101).Select(Wanted)]).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(
            () => upload.GrantWritesAsync(Vault, [.. Enumerable.Range(0, 1001).Select(Wanted)], atMost: 1).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => upload.GrantWritesAsync(Vault, [Wanted(0)], atMost: 101).AsTask());
        Assert.Null(await ReportAsync(written));

        async Task<UploadRefusal?> ReportAsync(WrittenPart part) => Assert.Single(await upload.ReportWrittenAsync(Vault, [part])).Refusal;
    }

    /// <summary>A cluster whose store grants writes, with one vault. Each test uses its own uploads.</summary>
    public sealed class SharedCluster : IAsyncLifetime
    {
        internal DurableWorld World { get; } = new(parts: static parts => new GrantingPartStore(parts));

        internal ClusterBench Cluster { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Cluster = await ClusterBench.StartAsync(World, silos: 2);
            await UploadOfManyParts.CreateVaultAsync(Cluster.Client);
        }

        public ValueTask DisposeAsync() => Cluster.DisposeAsync();
    }
}
