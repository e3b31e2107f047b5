using OrleansUploads.Client.Sources;

namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>A silo whose folder for the bytes is full.</summary>
[Campaign]
public sealed class FullFolderTests(PostgresServer postgres) : TestWithFolder
{
    private const int DiskMebibytes = 64;

    [Fact]
    [Promise("cluster.md", "the folder is full")]
    public async Task A_full_folder_refuses_parts_and_serves_reads_until_archives_are_deleted()
    {
        await using var disk = await SmallDisk.MountAsync(Folder.Data, DiskMebibytes);
        await using var silo = await RunningSilo.StartAsync(RunningSilo.OnPostgres(await postgres.CreateDatabaseAsync(), Folder.Data));
        using var client = await silo.ConnectAsync("photos");
        var kept = await client.UploadInPartsAsync("photos", Archives.Bytes(Archives.MiB, seed: 1));
        var deleted = await client.UploadInPartsAsync("photos", Archives.Bytes(8 * Archives.MiB, seed: 2));
        var upload = await client.InitiateMultipartUploadAsync("photos", Archives.MiB);
        var part = HashedBody.Of(Archives.Bytes(Archives.MiB, seed: 3));
        disk.FillUp(leaveBytes: 0);

        var refused = await Assert.ThrowsAsync<GlacierException>(() => client.UploadPartAsync("photos", upload, 0, part));
        Assert.Equal((HttpStatusCode.InternalServerError, GlacierErrorCodes.ServiceUnavailable), (refused.StatusCode, refused.Code));
        Assert.Equal(Archives.Bytes(Archives.MiB, seed: 1), await client.RetrieveAsync("photos", kept.ArchiveId));

        await client.DeleteArchiveAsync("photos", deleted.ArchiveId);
        await Eventually.BecomesTrueAsync(
            async () => await Record.ExceptionAsync(() => client.UploadPartAsync("photos", upload, 0, part)) is null, "parts are accepted again");
        await silo.StopAsync();
    }
}
