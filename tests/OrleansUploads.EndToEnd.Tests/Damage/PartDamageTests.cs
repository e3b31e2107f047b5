using OrleansUploads.Client.Models;

namespace OrleansUploads.EndToEnd.Tests.Damage;

public sealed class PartDamageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, Traits = [TestRun.Name, TestRun.Campaign])]
    [InlineData(Archives.MiB / 2)]
    [InlineData(Archives.MiB - 1, Traits = [TestRun.Name, TestRun.Campaign])]
    [InlineData(Archives.MiB + 3, Traits = [TestRun.Name, TestRun.Campaign])]
    [Promise("README.md", "A download returns exactly the bytes that were acknowledged, or an error, and never other bytes")]
    [Promise("operations.md", "a byte of an archive is damaged")]
    public async Task A_download_of_a_part_with_a_flipped_bit_fails_without_wrong_bytes(long offset)
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        var (archiveId, archive) = await UploadAsync(server);
        var damaged = new DataFolder(_folder.Data);
        DataFolder.Flip(damaged.PartFile, offset);

        var received = await DownloadUntilErrorAsync(server, archiveId);

        Assert.True(received.Length < archive.Length, "The download completed although the part is damaged.");
        Assert.True(archive.AsSpan(0, received.Length).SequenceEqual(received), "The server sent wrong bytes.");
        await Eventually.BecomesTrueAsync(
            () => server.Log.Contains(Path.GetFileNameWithoutExtension(damaged.PartFile), StringComparison.Ordinal),
            "the log names the damaged file");
    }

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task A_download_of_a_missing_part_fails()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        var (archiveId, archive) = await UploadAsync(server);
        File.Delete(new DataFolder(_folder.Data).PartFile);

        var received = await DownloadUntilErrorAsync(server, archiveId);

        Assert.True(archive.AsSpan(0, received.Length).SequenceEqual(received));
        Assert.True(received.Length < archive.Length, "The download completed although the part is damaged.");
    }

    private static async Task<(string Id, byte[] Archive)> UploadAsync(ServerProcess server)
    {
        var client = server.Connect();
        await client.CreateVaultAsync("records");
        var archive = Archives.Bytes((3 * Archives.MiB) + 11, seed: 1);
        return ((await client.UploadInPartsAsync("records", archive)).ArchiveId, archive);
    }

    private static async Task<byte[]> DownloadUntilErrorAsync(ServerProcess server, string archiveId)
    {
        var client = server.Connect();
        using var received = new MemoryStream();
        var failure = await Record.ExceptionAsync(async () =>
        {
            var job = await client.InitiateArchiveRetrievalAsync("records", archiveId);
            using var output = await client.GetJobOutputAsync("records", job);
            await output.Body.CopyToAsync(received);
        });
        Assert.True(
            failure is IOException or HttpRequestException or GlacierException { Code: GlacierErrorCodes.ServiceUnavailable },
            $"The download must fail with an I/O, HTTP or ServiceUnavailable error. It ended with: {failure?.ToString() ?? "success"}");
        return received.ToArray();
    }
}
