using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;
using OrleansUploads.Client;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Silo.Tests.OldRows;

/// <summary>Clusters that earlier versions wrote stay usable. Each folder under Fixtures has the rows in PostgreSQL
/// (<c>rows.sql</c>), the shared folder (<c>parts.tar.gz</c>) and what was answered (<c>known.json</c>).</summary>
[Campaign]
public sealed class StoredClusterTests(PostgresServer postgres) : TestWithFolder
{
    private const string FixtureVariable = "ORLEANSUPLOADS_WRITE_FIXTURE";
    private const string Vault = "photos";

    private static readonly byte[] Whole = Content(Archives.MiB + 1000, 1);
    private static readonly byte[] Small = Content(1000, 2);

    public static TheoryData<string> Fixtures =>
        [.. Directory.EnumerateDirectories(FixturesFolder).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    private static string FixturesFolder => Repository.File("tests/OrleansUploads.Silo.Tests/OldRows/Fixtures");

    [Theory]
    [MemberData(nameof(Fixtures))]
    public async Task A_cluster_from_the_rows_and_the_bytes_of_an_earlier_version_gives_the_same_answers_and_stays_usable(string fixture)
    {
        var source = Path.Combine(FixturesFolder, fixture);
        var database = await postgres.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, await File.ReadAllTextAsync(Path.Combine(source, "rows.sql")));
        Directory.CreateDirectory(Folder.Data);
        await using (var file = File.OpenRead(Path.Combine(source, "parts.tar.gz")))
        await using (var unpacked = new GZipStream(file, CompressionMode.Decompress))
        {
            await TarFile.ExtractToDirectoryAsync(unpacked, Folder.Data, overwriteFiles: false);
        }

        var known = JsonSerializer.Deserialize<Known>(
            await File.ReadAllTextAsync(Path.Combine(source, "known.json")), JsonSerializerOptions.Web)!;
        var environment = RunningSilo.OnPostgres(database, Folder.Data);
        Assert.Equal(0, await RunningSilo.RunHereAsync(environment, "restore"));
        Assert.Equal(0, await RunningSilo.RunHereAsync(environment, "take-over"));
        await using var silo = await RunningSilo.StartAsync(environment);
        using var client = silo.Connect();
        using var s3 = new S3Calls(silo);
        Assert.Equal(Whole, await client.RetrieveAsync(Vault, known.Archive));
        Assert.Equal(Whole, await s3.SendAsync(HttpMethod.Get, "/photos/2026/whole"));
        Assert.Equal(Small, await s3.SendAsync(HttpMethod.Get, "/photos/2026/small"));
        Assert.Equal(["2026/small", "2026/whole"], await s3.ListAsync("/photos?list-type=2", "Key"));
        Assert.Equal(1, (await client.DescribeVaultAsync(Vault)).ArchiveCount);

        // Uploads continue, and a repeated completion has the same answer.
        await client.UploadPartAsync(Vault, known.OpenUpload, Archives.MiB, HashedBody.Of(Whole.AsMemory(Archives.MiB)));
        var completed = await client.CompleteMultipartUploadAsync(Vault, known.OpenUpload, Whole.Length, HashedBody.Of(Whole).TreeHash);
        Assert.Equal(Whole, await client.RetrieveAsync(Vault, completed.ArchiveId));
        var again = await client.CompleteMultipartUploadAsync(Vault, known.Upload, Whole.Length, HashedBody.Of(Whole).TreeHash);
        Assert.Equal(known.Archive, again.ArchiveId);
        await CompleteObjectAsync(s3, "open", known.OpenObject, [known.OpenObjectPart]);
        Assert.Equal(Small, await s3.SendAsync(HttpMethod.Get, "/photos/2026/open"));
        await client.DeleteArchiveAsync(Vault, known.Archive);
        await s3.SendAsync(HttpMethod.Delete, "/photos/2026/whole");
        Assert.Equal(["2026/open", "2026/small"], await s3.ListAsync("/photos?list-type=2", "Key"));
    }

    /// <summary>Writes a fixture with the current version. Set <c>ORLEANSUPLOADS_WRITE_FIXTURE</c> to a new folder under
    /// <c>OldRows/Fixtures</c> and run this class with <c>-explicit only</c>.</summary>
    [Fact(Explicit = true)]
    public async Task Write_a_fixture()
    {
        var target = Environment.GetEnvironmentVariable(FixtureVariable);
        Assert.False(string.IsNullOrEmpty(target), $"{FixtureVariable} is not set. Set it to the folder for the new fixture.");
        Directory.CreateDirectory(target);
        var database = await postgres.CreateDatabaseAsync();
        Known known;
        await using (var silo = await RunningSilo.StartAsync(RunningSilo.OnPostgres(database, Folder.Data)))
        {
            known = await StoreAsync(silo);
            await silo.StopAsync();
        }

        await File.WriteAllTextAsync(Path.Combine(target, "rows.sql"), await DumpAsync(database));
        await using (var file = File.Create(Path.Combine(target, "parts.tar.gz")))
        await using (var packed = new GZipStream(file, CompressionLevel.SmallestSize))
        {
            await TarFile.CreateFromDirectoryAsync(Folder.Data, packed, includeBaseDirectory: false);
        }

        await File.WriteAllTextAsync(Path.Combine(target, "known.json"), JsonSerializer.Serialize(known, JsonSerializerOptions.Web));
    }

    private static async Task<Known> StoreAsync(RunningSilo silo)
    {
        using var client = await silo.ConnectAsync(Vault);
        var upload = await client.InitiateMultipartUploadAsync(Vault, Archives.MiB);
        await client.UploadPartAsync(Vault, upload, 0, HashedBody.Of(Whole.AsMemory(0, Archives.MiB)));
        await client.UploadPartAsync(Vault, upload, Archives.MiB, HashedBody.Of(Whole.AsMemory(Archives.MiB)));
        var receipt = await client.CompleteMultipartUploadAsync(Vault, upload, Whole.Length, HashedBody.Of(Whole).TreeHash);
        var open = await client.InitiateMultipartUploadAsync(Vault, Archives.MiB);
        await client.UploadPartAsync(Vault, open, 0, HashedBody.Of(Whole.AsMemory(0, Archives.MiB)));

        using var s3 = new S3Calls(silo);
        await s3.SendAsync(HttpMethod.Put, "/photos", []);
        await s3.SendAsync(HttpMethod.Put, "/photos/2026/whole", Whole);
        var small = await s3.CreateUploadAsync("/photos/2026/small");
        var part = await s3.PutPartAsync($"/photos/2026/small?partNumber=1&uploadId={small}", Small);
        await CompleteObjectAsync(s3, "small", small, [part]);
        var openObject = await s3.CreateUploadAsync("/photos/2026/open");
        var openPart = await s3.PutPartAsync($"/photos/2026/open?partNumber=1&uploadId={openObject}", Small);
        return new Known(receipt.ArchiveId, upload, open, openObject, openPart);
    }

    private static Task<string> CompleteObjectAsync(S3Calls s3, string name, string upload, string[] parts) => s3.CompleteAsync(
        $"/photos/2026/{name}?uploadId={upload}",
        new XElement("CompleteMultipartUpload", parts.Select((part, i) => new XElement(
            "Part", new XElement("PartNumber", i + 1), new XElement("ETag", part)))));

    /// <summary>The rows as statements, without what only psql understands.</summary>
    private static async Task<string> DumpAsync(string database)
    {
        var where = new NpgsqlConnectionStringBuilder(database);
        await using var dump = PostgresPrograms.Start(
            "pg_dump", "--data-only", "--inserts", "--table=uploads_*", "--no-comments",
            $"--host={where.Host}", $"--port={where.Port}", $"--username={where.Username}", where.Database!);
        Assert.True(await dump.WaitForExitAsync(PostgresPrograms.Patience) == 0, dump.ToString());
        var lines = dump.Output.Split('\n').Where(static line => line is not (['\\', ..] or ['-', '-', ..] or ""));
        return string.Join('\n', lines) + '\n';
    }

    /// <summary>Bytes that compress well.</summary>
    private static byte[] Content(int length, byte seed)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i += 997)
        {
            bytes[i] = (byte)(seed + i);
        }

        return bytes;
    }

    /// <summary>What the writing version answered.</summary>
    private sealed record Known(string Archive, string Upload, string OpenUpload, string OpenObject, string OpenObjectPart);
}
