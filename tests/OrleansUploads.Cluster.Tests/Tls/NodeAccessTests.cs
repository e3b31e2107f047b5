using OrleansUploads.Cluster.Abstractions.Entities;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Hashing;

namespace OrleansUploads.Cluster.Tests.Tls;

/// <summary>Clients with a certificate of the cluster's authority are trusted like silos, over sockets.</summary>
public sealed class NodeAccessTests(SharedTlsBench shared) : IClassFixture<SharedTlsBench>
{
    private static readonly VaultAddress Photos = new(TlsBench.OwnAccount, "photos");

    private readonly TlsBench _bench = shared.Bench;

    [Fact]
    public async Task A_node_stores_bytes_itself_and_calls_the_grains_of_its_uploads()
    {
        var grains = await _bench.ConnectAsync(_bench.Authority.IssueNode("CN=node-7"));
        for (var i = 0; i < 8; i++)
        {
            var upload = TlsBench.NewUpload(grains);
            Assert.Null((await upload.InitiateAsync(new UploadRequest(Photos, Some.MiB, "holiday", UploadStorage.External))).Refusal);
            var part = new PartReport(0, Some.MiB - 1, Some.Hash("0").ToString(), "tape://7/0");
            Assert.Null(Assert.Single(await upload.ReportPartsAsync(Photos, [part])).Refusal);
            var archive = await upload.CompleteAsync(new CompletionRequest(Photos, Some.MiB, TreeHasher.Combine([Some.Hash("0")]).ToString()));
            Assert.NotNull(archive.Value?.ArchiveId);
            Assert.Single((await upload.ReadManifestAsync(new PartsQuery(Photos, 0, 10))).Value!.Parts);
            Assert.Equal(UploadStage.Completed, (await upload.SummarizeAsync(Photos)).Value!.Stage);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_with_any_certificate_of_the_authority_can_call_everything(bool ofSilo)
    {
        var grains = await _bench.ConnectAsync(ofSilo ? _bench.Authority.IssueSilo("CN=gateway") : _bench.Authority.IssueNode("CN=node-7"));
        Assert.Equal(2, (await grains.GetGrain<IManagementGrain>(0).GetHosts()).Count);
        var reply = await grains.GetGrain<IVaultGrain>($"{TlsBench.OwnAccount}/photos").AskAsync(Messages.Pack(new DescribeVault(Some.Vault)));
        Assert.Null(reply.Unavailable);
    }
}
