namespace OrleansUploads.EndToEnd.Tests.Damage;

public sealed class PartDamageTests : TestWithFolder
{
    [Fact, Campaign]
    [Promise("README.md", "A download returns exactly the bytes that were acknowledged, or an error, and never other bytes")]
    [Promise("operations.md", "a byte of an archive is damaged")]
    public async Task A_download_of_a_part_with_a_flipped_bit_fails_without_wrong_bytes()
    {
        await using var server = await ServerProcess.StartAsync(Folder.Data);
        var (archiveId, archive) = await UploadAsync(server);
        var part = new DataFolder(Folder.Data).PartFile;
        foreach (var offset in (long[])[0, Archives.MiB / 2, Archives.MiB - 1, Archives.MiB + 3])
        {
            DataFolder.Flip(part, offset);
            await ExpectErrorAsync(server, archiveId, archive);
            DataFolder.Flip(part, offset);
        }

        await Eventually.BecomesTrueAsync(
            () => server.Log.Contains(Path.GetFileNameWithoutExtension(part), StringComparison.Ordinal), "the log names the damaged file");
        Assert.Equal(archive, await server.Connect().RetrieveAsync("records", archiveId));
        File.Delete(part);
        await ExpectErrorAsync(server, archiveId, archive);
    }

    private static async Task<(string Id, byte[] Archive)> UploadAsync(ServerProcess server)
    {
        var client = await server.ConnectAsync("records");
        var archive = Archives.Bytes((3 * Archives.MiB) + 11, seed: 1);
        return ((await client.UploadInPartsAsync("records", archive)).ArchiveId, archive);
    }

    /// <summary>Downloads an archive until an error, and asserts that the bytes before it are right.</summary>
    private static async Task ExpectErrorAsync(ServerProcess server, string archiveId, byte[] archive)
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
        Assert.True(received.Length < archive.Length, "The download completed although the part is damaged.");
        Assert.True(archive.AsSpan(0, (int)received.Length).SequenceEqual(received.ToArray()), "The server sent wrong bytes.");
    }
}
