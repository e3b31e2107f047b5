using Amazon.Glacier;
using Amazon.Glacier.Model;
using Amazon.Glacier.Transfer;
using OrleansUploads.AwsSdk.Tests.Harness;

namespace OrleansUploads.AwsSdk.Tests.Faults;

/// <summary>The SDK repeats requests whose connections were cut, and nothing is stored twice.</summary>
public sealed class CutConnectionTests(VaultServer server) : IClassFixture<VaultServer>, IAsyncLifetime
{
    private readonly CuttingProxy _proxy = new(server.Address);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    [Fact]
    public async Task A_part_whose_request_or_answer_is_cut_is_sent_again()
    {
        var vault = await server.CreateVaultAsync("cut-part");
        var archive = VaultContents.Bytes(VaultContents.MiB);
        using var glacier = Connect(retries: 2);
        var upload = await glacier.InitiateAsync(vault);

        _proxy.Plan(ConnectionFault.CutRequest(afterBytes: VaultContents.MiB / 2), ConnectionFault.CutResponse(afterBytes: 0));
        await glacier.UploadPartAsync(vault, upload, archive, offset: 0);

        Assert.Equal(4, _proxy.Connections);
        var parts = await glacier.ListPartsAsync(new ListPartsRequest { VaultName = vault, UploadId = upload });
        Assert.Equal(VaultContents.TreeHash(archive), Assert.Single(parts.Parts).SHA256TreeHash);
    }

    [Fact]
    [Promise("cluster.md", "the load balancer fails")]
    public async Task A_completion_whose_answer_is_lost_is_repeated_and_makes_one_archive()
    {
        var vault = await server.CreateVaultAsync("cut-completion");
        var archive = VaultContents.Bytes(VaultContents.MiB + 1);
        using var glacier = Connect(retries: 3);
        var upload = await glacier.InitiateAsync(vault);
        await glacier.UploadPartAsync(vault, upload, archive, offset: 0);
        await glacier.UploadPartAsync(vault, upload, archive, VaultContents.MiB);

        _proxy.Plan(ConnectionFault.CutResponse(0), ConnectionFault.CutResponse(20), ConnectionFault.CutRequest(100));
        var completed = await glacier.CompleteAsync(vault, upload, archive);

        Assert.Equal(7, _proxy.Connections);
        Assert.Equal(1L, await ArchivesAsync(glacier, vault));
        Assert.Equal(archive, await glacier.DownloadAsync(vault, completed.ArchiveId));
    }

    [Fact]
    [Promise("cluster.md", "the load balancer fails")]
    public async Task A_file_is_uploaded_although_every_request_is_cut_twice()
    {
        const int Requests = 5; // The initiation, three parts of 4 MiB, and the completion.
        var vault = await server.CreateVaultAsync("cut-file");
        var archive = VaultContents.Bytes((11 * VaultContents.MiB) + 1);
        await File.WriteAllBytesAsync(server.File("cut"), archive);
        using var glacier = Connect(retries: 2);
        using var transfers = new ArchiveTransferManager(glacier);

        ConnectionFault[] ofEachRequest = [ConnectionFault.CutRequest(200), ConnectionFault.CutResponse(0), default];
        _proxy.Plan([.. Enumerable.Repeat(ofEachRequest, Requests).SelectMany(faults => faults)]);
        var uploaded = await transfers.UploadAsync(vault, "cut", server.File("cut"));

        Assert.Equal(Requests * ofEachRequest.Length, _proxy.Connections);
        Assert.Equal(1L, await ArchivesAsync(glacier, vault));
        Assert.Equal(archive, await glacier.DownloadAsync(vault, uploaded.ArchiveId));
    }

    [Fact]
    public async Task A_download_that_is_cut_goes_on_where_it_ended()
    {
        var vault = await server.CreateVaultAsync("cut-download");
        var archive = VaultContents.Bytes(3 * VaultContents.MiB);
        using var glacier = Connect(retries: 0);
        var job = await glacier.RetrieveAsync(vault, await glacier.UploadAsync(vault, archive));
        var received = new MemoryStream();

        _proxy.Plan(ConnectionFault.CutResponse(VaultContents.MiB + 300), ConnectionFault.CutResponse(VaultContents.MiB));
        var attempts = 0;
        while (received.Length < archive.Length)
        {
            Assert.True(++attempts <= 3, "The download was cut more often than planned.");
            var request = new GetJobOutputRequest { VaultName = vault, JobId = job };
            request.SetRange(received.Length, end: null);
            using var output = await glacier.GetJobOutputAsync(request);
            try
            {
                await output.Body.CopyToAsync(received);
            }
            catch (IOException)
            {
                // Cut; the next attempt asks for the rest.
            }
        }

        Assert.Equal(3, attempts);
        Assert.Equal(archive, received.ToArray());
    }

    /// <summary>The server waits 20 seconds for the rest of a body.</summary>
    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task A_body_that_stalls_gets_a_time_out_and_is_sent_again()
    {
        var vault = await server.CreateVaultAsync("stalled");
        var archive = VaultContents.Bytes(VaultContents.MiB);
        using var patient = Connect(retries: 1);
        using var impatient = Connect(retries: 0);
        var upload = await patient.InitiateAsync(vault);

        _proxy.Plan(ConnectionFault.StallRequest(VaultContents.MiB / 2));
        var refused = await Assert.ThrowsAsync<RequestTimeoutException>(
            () => impatient.UploadPartAsync(vault, upload, archive, offset: 0));
        _proxy.Plan(ConnectionFault.StallRequest(VaultContents.MiB / 2));
        await patient.UploadPartAsync(vault, upload, archive, offset: 0);

        Assert.Equal(System.Net.HttpStatusCode.RequestTimeout, refused.StatusCode);
        Assert.Equal(4, _proxy.Connections);
    }

    private AmazonGlacierClient Connect(int retries) => server.Connect(retries, _proxy.Address, _proxy.ConnectionsOfOneRequest);

    private static async Task<long?> ArchivesAsync(AmazonGlacierClient glacier, string vault) =>
        (await glacier.DescribeVaultAsync(new DescribeVaultRequest { VaultName = vault })).NumberOfArchives;
}
