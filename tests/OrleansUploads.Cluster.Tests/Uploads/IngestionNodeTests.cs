using System.Globalization;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Engine.Receiving;
using OrleansUploads.Hashing;

namespace OrleansUploads.Cluster.Tests.Uploads;

/// <summary>Tests of ingestion nodes, which store the bytes themselves and call the grain of the upload. Its calls end after five seconds, so they
/// do not run beside other tests.</summary>
[Trait(TestRun.Name, TestRun.Timing)]
public sealed class IngestionNodeTests(IngestionNodeTests.SharedCluster shared) : IClassFixture<IngestionNodeTests.SharedCluster>
{
    private static readonly VaultAddress Vault = new("111122223333", "photos");

    private readonly DurableWorld _world = shared.World;
    private readonly ClusterBench _cluster = shared.Cluster;

    private IUploadGrain NewUpload() => _cluster.Grains.GetGrain<IUploadGrain>(UploadKey.New());

    private static UploadRequest Request(UploadStorage storage = UploadStorage.External) =>
        new(Vault, Some.MiB, "holiday", storage);

    private static PartReport Part(int slot, string content, string? location = null) => new(
        slot * Some.MiB, ((slot + 1) * Some.MiB) - 1, Some.Hash(content).ToString(), location ?? $"tape://7/{slot}");

    private static CompletionRequest Claim(int parts) => new(
        Vault,
        parts * Some.MiB,
        TreeHasher.Combine([.. Enumerable.Range(0, parts).Select(slot => Some.Hash($"{slot}"))]).ToString());

    private static T ValueOf<T>(UploadAnswer<T> answer)
    {
        Assert.Null(answer.Refusal);
        return answer.Value!;
    }

    private async Task<VaultIncarnation> FindAsync(string name)
    {
        var vault = Some.VaultNamed(name);
        return (await _cluster.Client.AskWithRetriesAsync(vault.Entity, new DescribeVault(vault))).Answer.Incarnation;
    }

    [Fact]
    public async Task The_manifest_of_a_completed_located_upload_has_the_reported_locations()
    {
        var upload = NewUpload();
        var opened = ValueOf(await upload.InitiateAsync(Request()));
        Assert.Equal((Some.MiB, UploadStorage.External), (opened.PartSizeBytes, opened.ByteStorage));

        var answers = await upload.ReportPartsAsync(
            Vault, [.. Enumerable.Range(0, 1000).Select(slot => Part(slot, slot.ToString(CultureInfo.InvariantCulture)))]);
        Assert.All(answers, answer => Assert.True(ValueOf(answer).IsReported));
        Assert.Equal(
            (UploadStage.Open, 1000, 1000 * Some.MiB),
            ValueOf(await upload.SummarizeAsync(Vault)) is var summary ? (summary.Stage, summary.Parts, summary.ReportedBytes) : default);

        var archive = ValueOf(await upload.CompleteAsync(Claim(1000)));
        Assert.Equal(138, archive.ArchiveId.Length);
        Assert.Equal(archive, ValueOf(await upload.CompleteAsync(Claim(1000))));
        Assert.Equal(archive, ValueOf(await upload.SummarizeAsync(Vault)).Archive);

        List<PartEntry> manifest = [];
        for (long? next = 0; next is { } first;)
        {
            var page = ValueOf(await upload.ReadManifestAsync(new PartsQuery(Vault, first, 300)));
            manifest.AddRange(page.Parts);
            next = page.NextFirstByte;
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(slot => $"tape://7/{slot}"), manifest.Select(part => part.Location));
    }

    [Fact]
    public async Task The_second_node_to_report_the_same_bytes_learns_that_its_copy_is_not_needed()
    {
        var upload = NewUpload();
        await upload.InitiateAsync(Request());
        Assert.True(ValueOf(await upload.ReportPartAsync(Vault, Part(0, "0", "here"))).IsReported);
        Assert.Equal(new PartReportResult("here", false), ValueOf(await upload.ReportPartAsync(Vault, Part(0, "0", "there"))));
        Assert.Equal(new PartReportResult("here", true), ValueOf(await upload.ReportPartAsync(Vault, Part(0, "0", "here"))));
        Assert.Equal(new PartReportResult("there", true), ValueOf(await upload.ReportPartAsync(Vault, Part(0, "other", "there"))));
        Assert.Equal("there", Assert.Single(ValueOf(await upload.ListPartsAsync(new PartsQuery(Vault, 0, 10))).Parts).Location);
    }

    [Fact]
    public async Task Nodes_that_report_and_complete_concurrently_get_one_archive()
    {
        var upload = NewUpload();
        await upload.InitiateAsync(Request());
        await Task.WhenAll(Enumerable.Range(0, 32).Select(async node =>
            await upload.ReportPartsAsync(Vault, [.. Enumerable.Range(0, 64).Select(slot => Part(slot, $"{slot}", $"{node}"))])));
        var archives = await Task.WhenAll(Enumerable.Range(0, 32).Select(async _ => ValueOf(await upload.CompleteAsync(Claim(64)))));
        Assert.Single(archives.Distinct());
    }

    [Fact]
    public async Task Nodes_that_initiate_an_upload_concurrently_open_one_which_the_vault_lists()
    {
        await _cluster.Client.AskWithRetriesAsync(Some.Account.Entity, new CreateVault(Some.VaultNamed("listed")));
        var request = Request() with { Vault = Vault with { Vault = "listed" } };
        var uploads = (await FindAsync("listed")).Uploads;
        for (var round = 0; round < 10; round++)
        {
            var key = UploadKey.New();
            var upload = _cluster.Grains.GetGrain<IUploadGrain>(key);
            var opened = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ => ValueOf(await upload.InitiateAsync(request))));
            Assert.Single(opened.Distinct());
            Assert.Equal(key, Assert.Single(await ListAsync()).Upload.ToString());
            ValueOf(await upload.AbortAsync(request.Vault));
            Assert.Empty(await ListAsync());
        }

        async Task<IReadOnlyList<KeyEntry>> ListAsync() => (await new KeyIndex(_cluster.Client).ReadAsync(
            uploads, new ReadLeaf(KeyPosition.Start, Limit: 10), TestContext.Current.CancellationToken)).Entries;
    }

    [Fact]
    public async Task The_uploads_of_a_deleted_vault_are_not_found_in_a_new_vault_of_the_same_name()
    {
        var again = Some.VaultNamed("again");
        await _cluster.Client.AskWithRetriesAsync(Some.Account.Entity, new CreateVault(again));
        var vault = Vault with { Vault = "again" };
        var upload = NewUpload();
        ValueOf(await upload.InitiateAsync(Request() with { Vault = vault }));
        ValueOf(await upload.ReportPartAsync(vault, Part(0, "0")));

        // Its answer waits until the silos have forgotten the vault.
        Assert.Null((await _cluster.Through(_cluster.Silos[0]).AskWithRetriesAsync(again.Entity, new DeleteVault(again))).Refusal);
        Assert.All(await CallAsync(), refusal => Assert.Equal(UploadRefusalKind.VaultNotFound, refusal?.Kind));
        await _cluster.Client.AskWithRetriesAsync(Some.Account.Entity, new CreateVault(again));

        Assert.All(await CallAsync(), refusal => Assert.Equal(UploadRefusalKind.UploadNotFound, refusal?.Kind));
        Assert.Equal(
            UploadRefusalKind.InitiatedOtherwise, (await upload.InitiateAsync(Request() with { Vault = vault })).Refusal?.Kind);

        async Task<UploadRefusal?[]> CallAsync() =>
        [
            (await upload.ReportPartAsync(vault, Part(1, "1"))).Refusal,
            Assert.Single(await upload.ReportPartsAsync(vault, [Part(1, "1")])).Refusal,
            (await upload.ListPartsAsync(new PartsQuery(vault, 0, 10))).Refusal,
            (await upload.SummarizeAsync(vault)).Refusal,
            (await upload.CompleteAsync(Claim(1) with { Vault = vault })).Refusal,
            (await upload.ReadManifestAsync(new PartsQuery(vault, 0, 10))).Refusal,
            (await upload.AbortAsync(vault)).Refusal,
        ];
    }

    [Fact]
    public async Task Refusals_name_the_problem_and_change_nothing()
    {
        var upload = NewUpload();
        Assert.Equal(UploadRefusalKind.UploadNotFound, (await upload.SummarizeAsync(Vault)).Refusal?.Kind);
        Assert.Equal(
            UploadRefusalKind.VaultNotFound,
            (await upload.InitiateAsync(Request() with { Vault = Vault with { Vault = "none" } })).Refusal?.Kind);
        Assert.Equal(UploadRefusalKind.Invalid, (await upload.InitiateAsync(Request() with { PartSizeBytes = 3 })).Refusal?.Kind);
        Assert.Equal(
            UploadRefusalKind.Invalid,
            (await _cluster.Grains.GetGrain<IUploadGrain>("short").InitiateAsync(Request())).Refusal?.Kind);
        await upload.InitiateAsync(Request());
        await upload.ReportPartAsync(Vault, Part(0, "0"));

        (UploadRefusalKind Kind, UploadRefusal? Refusal)[] refused =
        [
            (UploadRefusalKind.Invalid, (await upload.ReportPartAsync(Vault, Part(0, "0") with { TreeHash = "abc" })).Refusal),
            (UploadRefusalKind.Invalid, (await upload.ReportPartAsync(Vault, Part(0, "0") with { Location = "" })).Refusal),
            (UploadRefusalKind.Invalid, (await upload.ReportPartAsync(Vault, Part(0, "0") with { LastByte = -1 })).Refusal),
            (UploadRefusalKind.InvalidPartRange, (await upload.ReportPartAsync(Vault, Part(1, "0") with { FirstByte = 5 })).Refusal),
            (UploadRefusalKind.VaultNotFound, (await upload.ReportPartAsync(Vault with { Vault = "none" }, Part(1, "0"))).Refusal),
            (UploadRefusalKind.ArchiveMismatch, (await upload.CompleteAsync(Claim(1) with { SizeBytes = 7 })).Refusal),
            (UploadRefusalKind.ArchiveMismatch, (await upload.CompleteAsync(Claim(1) with { TreeHash = Some.Hash("x").ToString() })).Refusal),
            (UploadRefusalKind.Invalid, (await upload.ReadManifestAsync(new PartsQuery(Vault, 0, 10))).Refusal),
            (UploadRefusalKind.Invalid, (await upload.ListPartsAsync(new PartsQuery(Vault, 0, 0))).Refusal),
        ];
        Assert.All(refused, each => Assert.Equal(each.Kind, each.Refusal?.Kind));
        Assert.All(refused, each => Assert.EndsWith(".", each.Refusal?.Message, StringComparison.Ordinal));
        Assert.Single(ValueOf(await upload.ListPartsAsync(new PartsQuery(Vault, 0, 10))).Parts);

        ValueOf(await upload.CompleteAsync(Claim(1)));
        Assert.Equal(UploadRefusalKind.CompletionMismatch, (await upload.CompleteAsync(Claim(2))).Refusal?.Kind);
        Assert.Equal(UploadRefusalKind.UploadNotFound, (await upload.AbortAsync(Vault)).Refusal?.Kind);
    }

    [Fact]
    public async Task A_repeated_initiation_gets_the_same_answer_and_one_with_other_properties_is_refused()
    {
        var upload = NewUpload();
        var opened = ValueOf(await upload.InitiateAsync(Request()));
        Assert.Equal(opened, ValueOf(await upload.InitiateAsync(Request())));
        foreach (var other in (UploadRequest[])
        [
            Request() with { PartSizeBytes = 2 * Some.MiB },
            Request() with { Description = "other" },
            Request(UploadStorage.Gateway),
        ])
        {
            Assert.Equal(UploadRefusalKind.InitiatedOtherwise, (await upload.InitiateAsync(other)).Refusal?.Kind);
        }

        ValueOf(await upload.AbortAsync(Vault));
        Assert.Equal(opened, ValueOf(await upload.InitiateAsync(Request())));
        Assert.Equal(UploadRefusalKind.Invalid, (await upload.InitiateAsync(null!)).Refusal?.Kind);
    }

    [Fact]
    public async Task A_vault_in_which_the_ID_of_another_vaults_upload_was_initiated_stays_empty()
    {
        await _cluster.Client.AskWithRetriesAsync(Some.Account.Entity, new CreateVault(Some.VaultNamed("other")));
        var upload = NewUpload();
        ValueOf(await upload.InitiateAsync(Request()));
        var elsewhere = await upload.InitiateAsync(Request() with { Vault = Vault with { Vault = "other" } });
        Assert.Equal(UploadRefusalKind.InitiatedOtherwise, elsewhere.Refusal?.Kind);

        Assert.Null((await _cluster.Client.AskWithRetriesAsync(
            Some.VaultNamed("other").Entity, new DeleteVault(Some.VaultNamed("other")))).Refusal);
        Assert.Equal(UploadStage.Open, ValueOf(await upload.SummarizeAsync(Vault)).Stage);
    }

    [Fact]
    public async Task The_manifest_of_a_deleted_archive_is_refused_for_good()
    {
        var upload = NewUpload();
        await upload.InitiateAsync(Request());
        await upload.ReportPartAsync(Vault, Part(0, "0"));
        var finished = ValueOf(await upload.CompleteAsync(Claim(1)));
        var archive = ArchiveId.TryParse(finished.ArchiveId, out var id) ? id : default;
        var vault = await FindAsync(Vault.Vault);
        await _cluster.Client.AskWithRetriesAsync(
            vault.ArchiveShard(archive), Some.Deletion(archive, DateTimeOffset.UtcNow));

        Assert.Equal(
            UploadRefusalKind.ArchiveDeleted, (await upload.ReadManifestAsync(new PartsQuery(Vault, 0, 10))).Refusal?.Kind);
    }

    [Fact]
    public async Task An_upload_stored_through_the_gateway_refuses_locations()
    {
        var upload = NewUpload();
        await upload.InitiateAsync(Request(UploadStorage.Gateway));
        Assert.Equal(UploadRefusalKind.StoredByGateway, (await upload.ReportPartAsync(Vault, Part(0, "0"))).Refusal?.Kind);
        Assert.Equal(UploadStage.Open, ValueOf(await upload.SummarizeAsync(Vault)).Stage);
        ValueOf(await upload.AbortAsync(Vault));
        ValueOf(await upload.AbortAsync(Vault));
        Assert.Equal(UploadStage.Aborted, ValueOf(await upload.SummarizeAsync(Vault)).Stage);
    }

    [Fact]
    public async Task An_upload_stored_through_the_gateway_is_not_completed_while_the_bytes_of_a_part_are_missing()
    {
        var key = UploadKey.New();
        var upload = _cluster.Grains.GetGrain<IUploadGrain>(key);
        await upload.InitiateAsync(Request(UploadStorage.Gateway));
        Assert.True(UploadId.TryParse(key, out var id));
        var intake = new ArchiveIntake(_cluster.Client, _world.Parts, new IdSource(TimeProvider.System), TimeProvider.System);
        var bytes = Some.Bytes(1000, 1);
        using var body = new MemoryStream(bytes);
        var stored = await intake.StorePartAsync(
            id,
            await FindAsync(Vault.Vault),
            new PartRange(0, bytes.Length - 1),
            new StatedHashes(null, TreeHasher.Compute(bytes)),
            body,
            sender: null,
            TestContext.Current.CancellationToken);
        Assert.Null(stored.Refusal);
        var attempt = Assert.Single(await _world.Parts.AllAttemptsAsync(id, TestContext.Current.CancellationToken));
        await _world.Parts.DeleteAttemptAsync(id, attempt, TestContext.Current.CancellationToken);
        var claim = new CompletionRequest(Vault, bytes.Length, TreeHasher.Compute(bytes).ToString());

        Assert.Equal(UploadRefusalKind.Incomplete, (await upload.CompleteAsync(claim)).Refusal?.Kind);
        Assert.Equal(UploadStage.Open, ValueOf(await upload.SummarizeAsync(Vault)).Stage);
    }

    [Fact]
    public async Task A_call_with_too_many_reports_throws_an_argument_exception()
    {
        var upload = NewUpload();
        await Assert.ThrowsAsync<ArgumentException>(async () => await upload.ReportPartsAsync(
            Vault, [.. Enumerable.Repeat(Part(0, "0"), IUploadGrain.MaxReports + 1)]));
    }

    /// <summary>Two silos for all tests. Each test has its own uploads.</summary>
    public sealed class SharedCluster : IAsyncLifetime
    {
        internal DurableWorld World { get; } = new();

        internal ClusterBench Cluster { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Cluster = await ClusterBench.StartAsync(World, silos: 2);
            await UploadOfManyParts.CreateVaultAsync(Cluster.Client);
        }

        public ValueTask DisposeAsync() => Cluster.DisposeAsync();
    }
}
