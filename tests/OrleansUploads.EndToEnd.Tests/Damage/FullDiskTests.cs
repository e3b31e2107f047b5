using System.Net;

namespace OrleansUploads.EndToEnd.Tests.Damage;

/// <summary>A full disk: what is refused, what goes on, and how space is freed through the API while the server runs.</summary>
[Campaign]
public sealed class FullDiskTests : TestWithFolder
{
    private const string Vault = "records";
    private const int DiskMebibytes = 64;

    [Fact]
    [Promise("operations.md", "the disk is full, or has less free space than --min-free")]
    public async Task A_part_that_does_not_fit_is_refused_and_succeeds_when_there_is_space()
    {
        await using var disk = await SmallDisk.MountAsync(Folder.Data, DiskMebibytes);
        await using var server = await ServerProcess.StartAsync(Folder.Data);
        var client = await server.ConnectAsync(Vault);
        var upload = await client.InitiateMultipartUploadAsync(Vault, Archives.MiB);
        var archive = Archives.Bytes(2 * Archives.MiB, seed: 1);
        var first = HashedBody.Of(archive.AsMemory(0, Archives.MiB));
        var second = HashedBody.Of(archive.AsMemory(Archives.MiB));
        await client.UploadPartAsync(Vault, upload, 0, first);
        disk.FillUp(leaveBytes: Archives.MiB / 2);

        await ExpectUnavailableAsync(() => client.UploadPartAsync(Vault, upload, Archives.MiB, second));
        await ExpectUnavailableAsync(() => client.UploadArchiveAsync(Vault, second));
        Assert.Equal(first.TreeHash, Assert.Single(await client.ListPartsAsync(Vault, upload).ToListAsync()).TreeHash);
        Assert.Single(await client.ListMultipartUploadsAsync(Vault).ToListAsync());

        disk.MakeRoom();
        await client.UploadPartAsync(Vault, upload, Archives.MiB, second);
        var receipt = await client.CompleteMultipartUploadAsync(
            Vault, upload, archive.Length, HashedBody.Of(archive).TreeHash);
        Assert.Equal(archive, await client.RetrieveAsync(Vault, receipt.ArchiveId));
        await server.StopAsync();
    }

    [Fact]
    [Promise("operations.md", "the disk is full, or has less free space than --min-free")]
    public async Task Aborting_an_upload_frees_a_disk_filled_by_uploads()
    {
        await using var disk = await SmallDisk.MountAsync(Folder.Data, DiskMebibytes);
        await using var server = await ServerProcess.StartAsync(Folder.Data, "--quiet", "--min-free", "4MiB");
        var client = await server.ConnectAsync(Vault);
        var upload = await client.InitiateMultipartUploadAsync(Vault, Archives.MiB);
        var part = HashedBody.Of(Archives.Bytes(Archives.MiB, seed: 1));
        var parts = await UploadUntilRefusedAsync(client, upload, part);

        Assert.InRange(parts, 10, DiskMebibytes);
        Assert.InRange(Free(), 4 * Archives.MiB, 7 * Archives.MiB);
        await ExpectUnavailableAsync(() => client.UploadPartAsync(Vault, upload, parts * (long)Archives.MiB, part));

        await client.AbortMultipartUploadAsync(Vault, upload);

        await Eventually.BecomesTrueAsync(
            () => Free() > (parts - 1) * (long)Archives.MiB, "the bytes of the aborted upload are freed");
        await client.UploadArchiveAsync(Vault, part);
        await server.StopAsync();
    }

    [Fact]
    [Promise("operations.md", "the disk is full, or has less free space than --min-free")]
    public async Task Uploads_can_be_aborted_on_a_disk_filled_by_another_program()
    {
        await using var disk = await SmallDisk.MountAsync(Folder.Data, DiskMebibytes);
        await using var server = await ServerProcess.StartAsync(Folder.Data, "--quiet", "--min-free", "1MiB");
        var client = server.Connect();
        var uploads = await StartUploadsAsync(client);

        disk.FillUp(leaveBytes: 0);
        await ExpectUnavailableAsync(() => client.InitiateMultipartUploadAsync(Vault, Archives.MiB));
        using (var http = new HttpClient())
        {
            var health = await http.GetStringAsync(new Uri(server.Address, "/healthz"));
            Assert.Contains("\"space\":\"Degraded\"", health, StringComparison.Ordinal);
            Assert.Contains("\"problems\":{\"space\":\"disk full\"}", health, StringComparison.Ordinal);
        }

        foreach (var upload in uploads)
        {
            await client.AbortMultipartUploadAsync(Vault, upload);
        }

        await Eventually.BecomesTrueAsync(() => Free() > 6 * Archives.MiB, "the bytes of the aborted uploads are freed");
        await client.UploadArchiveAsync(Vault, HashedBody.Of(Archives.Bytes(Archives.MiB, seed: 9)));
        await server.StopAsync();

        // Without the reserve, not even the journal can be opened.
        File.Delete(Path.Combine(Folder.Data, "journal.reserve"));
        disk.FillUp(leaveBytes: 0);
        (await ServerProcess.RefuseAsync(new ServerSetup(Folder.Data))).ExpectOneLine(Folder.Data, "is full", "start the server again");
    }

    [Fact]
    public async Task A_body_that_is_announced_but_not_sent_reserves_only_a_few_MiB()
    {
        await using var disk = await SmallDisk.MountAsync(Folder.Data, DiskMebibytes);
        await using var server = await ServerProcess.StartAsync(Folder.Data, "--quiet");
        var client = await server.ConnectAsync(Vault);
        var before = Free();
        var body = new StallingSource(32 * Archives.MiB, sentBytes: Archives.MiB);
        using var cancellation = new CancellationTokenSource();
        var hashed = await HashedBody.ReadAsync(body, new ByteRange(0, body.LengthBytes));
        body.IsStalling = true;
        var sending = client.UploadArchiveAsync(Vault, hashed, cancellationToken: cancellation.Token);
        await Eventually.BecomesTrueAsync(
            () => Directory.EnumerateFiles(Folder.Data, "*.part", SearchOption.AllDirectories).Any(), "the server writes the body");

        Assert.InRange(before - Free(), 0, 12 * Archives.MiB);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => sending);
        await server.StopAsync();
    }

    private long Free() => new DriveInfo(Folder.Data).AvailableFreeSpace;

    private static async Task<int> UploadUntilRefusedAsync(GlacierClient client, string upload, HashedBody part)
    {
        for (var parts = 0; parts < 2 * DiskMebibytes; parts++)
        {
            try
            {
                await client.UploadPartAsync(Vault, upload, parts * (long)Archives.MiB, part);
            }
            catch (GlacierException refused) when (refused.Code == GlacierErrorCodes.ServiceUnavailable)
            {
                return parts;
            }
        }

        throw new InvalidOperationException($"The disk is not full after {2 * DiskMebibytes} parts of 1 MiB.");
    }

    private static async Task ExpectUnavailableAsync(Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<GlacierException>(call);
        Assert.Equal(GlacierErrorCodes.ServiceUnavailable, refused.Code);
        Assert.Equal(HttpStatusCode.InternalServerError, refused.StatusCode);
        Assert.True(refused.IsTransient);
    }

    /// <summary>Creates the vault and starts uploads with a part of 1 MiB each.</summary>
    private static async Task<List<string>> StartUploadsAsync(GlacierClient client)
    {
        await client.CreateVaultAsync(Vault);
        var uploads = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            uploads.Add(await client.InitiateMultipartUploadAsync(Vault, Archives.MiB));
            await client.UploadPartAsync(Vault, uploads[i], 0, HashedBody.Of(Archives.Bytes(Archives.MiB, seed: i)));
        }

        return uploads;
    }

    private sealed class StallingSource(long lengthBytes, long sentBytes) : ByteSource
    {
        public override long LengthBytes => lengthBytes;

        public bool IsStalling { get; set; }

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, long offsetBytes, CancellationToken cancellationToken)
        {
            if (IsStalling && offsetBytes >= sentBytes)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            var count = (int)Math.Clamp(lengthBytes - offsetBytes, 0, buffer.Length);
            buffer.Span[..count].Clear();
            return count;
        }
    }
}
