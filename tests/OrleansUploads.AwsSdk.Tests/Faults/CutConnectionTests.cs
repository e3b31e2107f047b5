using Amazon.Glacier.Model;
using Amazon.Glacier.Transfer;
using OrleansUploads.AwsSdk.Tests.Harness;

namespace OrleansUploads.AwsSdk.Tests.Faults;

/// <summary>The SDK repeats requests whose connections were cut, and nothing is stored twice.</summary>
public sealed class CutConnectionTests(VaultServer server) : IClassFixture<VaultServer>
{
    [Fact]
    [Promise("cluster.md", "the load balancer fails")]
    public async Task A_file_is_uploaded_although_every_request_is_cut_twice()
    {
        const int Requests = 5; // The initiation, three parts of 4 MiB, and the completion.
        var vault = await server.CreateVaultAsync("cut-file");
        var archive = VaultContents.Bytes((11 * VaultContents.MiB) + 1);
        await File.WriteAllBytesAsync(server.File("cut"), archive);
        await using var proxy = new CuttingProxy(server.Address);
        using var glacier = server.Connect(retries: 2, proxy.Address, proxy.ConnectionsOfOneRequest);
        using var transfers = new ArchiveTransferManager(glacier);

        ConnectionFault[] ofEachRequest = [new(CutRequestAfter: 200), new(CutResponseAfter: 0), new()];
        proxy.Plan([.. Enumerable.Repeat(ofEachRequest, Requests).SelectMany(faults => faults)]);
        var uploaded = await transfers.UploadAsync(vault, "cut", server.File("cut"));

        Assert.Equal(Requests * ofEachRequest.Length, proxy.Connections);
        var described = await glacier.DescribeVaultAsync(new DescribeVaultRequest { VaultName = vault });
        Assert.Equal(1L, described.NumberOfArchives);
        Assert.Equal(archive, await glacier.DownloadAsync(vault, uploaded.ArchiveId));
    }
}
