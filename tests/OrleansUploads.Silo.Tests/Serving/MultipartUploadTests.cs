using System.Xml.Linq;

namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>S3's multipart uploads through a silo on each kind of database.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class MultipartUploadTests(PostgresServer postgres, AzuriteServer azurite) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("PostgreSQL")]
    [InlineData("Azurite")]
    public async Task A_multipart_upload_of_S3_becomes_one_object(string database)
    {
        const string Key = "/photos/2026/holiday.tar";
        await using var silo = await StartAsync(database);
        using var s3 = new S3Calls(silo);
        var bytes = Archives.Bytes((2 * 5 * Archives.MiB) + 12_345, seed: 3);
        await s3.SendAsync(HttpMethod.Put, "/photos");

        var abandoned = await s3.CreateUploadAsync(Key);
        await s3.SendAsync(HttpMethod.Delete, $"{Key}?uploadId={abandoned}");

        var upload = await s3.CreateUploadAsync(Key);
        var parts = await Task.WhenAll(bytes.Chunk(5 * Archives.MiB).Select(async (part, i) =>
            (Number: i + 1, ETag: await s3.PutPartAsync($"{Key}?partNumber={i + 1}&uploadId={upload}", part))));
        Assert.Equal(parts.Select(static part => part.ETag), await s3.ListAsync($"{Key}?uploadId={upload}", "ETag"));
        Assert.Equal([upload], await s3.ListAsync("/photos?uploads", "UploadId"));

        // Everybody completes it, and everybody gets the same answer.
        var request = new XElement("CompleteMultipartUpload", parts.Select(static part => new XElement(
            "Part", new XElement("PartNumber", part.Number), new XElement("ETag", part.ETag))));
        var completed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            s3.CompleteAsync($"{Key}?uploadId={upload}", request)));
        Assert.Single(completed.Distinct());

        Assert.Equal(bytes, await s3.SendAsync(HttpMethod.Get, Key));
        Assert.Empty(await s3.ListAsync("/photos?uploads", "UploadId"));
        Assert.Equal(["2026/holiday.tar"], await s3.ListAsync("/photos?list-type=2", "Key"));
        await s3.SendAsync(HttpMethod.Delete, Key);
        await s3.SendAsync(HttpMethod.Delete, "/photos");
    }

    private async Task<RunningSilo> StartAsync(string database)
    {
        var created = await DatabaseServers.Named(database, postgres, azurite).CreateAsync();
        return await RunningSilo.StartAsync(created.NewSilo(_folder.Data));
    }
}
