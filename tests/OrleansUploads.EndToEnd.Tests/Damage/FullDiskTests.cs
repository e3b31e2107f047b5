using System.Net;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.EndToEnd.Tests.Damage;

public sealed class FullDiskTests : IDisposable
{
    private const string Vault = "records";
    private const int DiskMebibytes = 24;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_part_that_does_not_fit_is_refused_and_succeeds_when_there_is_space()
    {
        await using var disk = await SmallDisk.MountAsync(_folder.Data, DiskMebibytes);
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        var client = server.Connect();
        await client.CreateVaultAsync(Vault);
        var upload = await client.InitiateMultipartUploadAsync(Vault, Archives.MiB);
        var archive = Archives.Bytes(2 * Archives.MiB, seed: 1);
        var first = HashedBody.Of(archive.AsMemory(0, Archives.MiB));
        var second = HashedBody.Of(archive.AsMemory(Archives.MiB));
        await client.UploadPartAsync(Vault, upload, 0, first);
        disk.FillUp(leaveBytes: Archives.MiB / 2);

        await ExpectUnavailableAsync(() => client.UploadPartAsync(Vault, upload, Archives.MiB, second));
        await ExpectUnavailableAsync(() => client.UploadArchiveAsync(Vault, second));
        Assert.Equal(first.TreeHash, Assert.Single((await client.ListPartsPageAsync(Vault, upload)).Parts).TreeHash);
        Assert.Single((await client.ListMultipartUploadsPageAsync(Vault)).Items);

        disk.MakeRoom();
        await client.UploadPartAsync(Vault, upload, Archives.MiB, second);
        var receipt = await client.CompleteMultipartUploadAsync(
            Vault, upload, archive.Length, HashedBody.Of(archive).TreeHash);
        Assert.Equal(archive, await client.RetrieveAsync(Vault, receipt.ArchiveId));
        await server.StopAsync();
    }

    [Fact]
    public async Task A_journal_that_cannot_grow_refuses_requests_and_resumes_when_there_is_space()
    {
        await using var disk = await SmallDisk.MountAsync(_folder.Data, DiskMebibytes);
        await using var server = await ServerProcess.StartAsync(_folder.Data, "--quiet");
        var client = server.Connect();
        await client.CreateVaultAsync(Vault);
        var acknowledged = new HashSet<string> { await client.InitiateMultipartUploadAsync(Vault, Archives.MiB) };
        disk.FillUp(leaveBytes: 0);

        await ExpectUnavailableAsync(async () =>
        {
            // Space that the journal has already allocated may suffice for a few more.
            for (var upload = 0; upload < 1_000; upload++)
            {
                acknowledged.Add(await client.InitiateMultipartUploadAsync(Vault, Archives.MiB));
            }
        });
        disk.MakeRoom();
        acknowledged.Add(await client.InitiateMultipartUploadAsync(Vault, Archives.MiB));
        Assert.Superset(acknowledged, await ListUploadsAsync(client));

        await using var next = await server.CrashAsync();
        Assert.Superset(acknowledged, await ListUploadsAsync(next.Connect()));
        await next.StopAsync();
    }

    private static async Task ExpectUnavailableAsync(Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<GlacierException>(call);
        Assert.Equal(GlacierErrorCodes.ServiceUnavailable, refused.Code);
        Assert.Equal(HttpStatusCode.InternalServerError, refused.StatusCode);
        Assert.True(refused.IsTransient);
    }

    private static async Task<HashSet<string>> ListUploadsAsync(GlacierClient client) =>
        await client.ListMultipartUploadsAsync(Vault).Select(upload => upload.UploadId).ToHashSetAsync();
}
