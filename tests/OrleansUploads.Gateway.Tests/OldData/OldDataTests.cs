using System.Formats.Tar;
using System.IO.Compression;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.OldData;

/// <summary>Data folders written by earlier versions stay usable. Each folder under Fixtures holds a data folder
/// (<c>folder.tar.gz</c>) and the answers of the server that wrote it (<c>known.json</c>).</summary>
public sealed class OldDataTests : TestWithFolder
{
    private const string Photos = "photos";
    private const string Records = "records";
    private const string FixtureVariable = "ORLEANSUPLOADS_WRITE_FIXTURE";

    public static TheoryData<string> Fixtures =>
        [.. Directory.EnumerateDirectories(FixturesFolder).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    private static string FixturesFolder => Path.Combine(AppContext.BaseDirectory, "OldData", "Fixtures");

    [Theory]
    [MemberData(nameof(Fixtures))]
    public async Task A_folder_written_by_an_earlier_version_gives_the_same_answers_and_stays_usable(string fixture)
    {
        var source = Path.Combine(FixturesFolder, fixture);
        await UnpackAsync(Path.Combine(source, "folder.tar.gz"), Folder.Path);
        await CheckAsync(KnownData.Parse(await File.ReadAllTextAsync(Path.Combine(source, "known.json"))));
    }

    [Fact]
    public async Task A_folder_written_by_this_version_gives_the_same_answers_and_stays_usable() =>
        await CheckAsync(await DataFolderWriter.WriteAsync(Folder.Path));

    /// <summary>Writes a fixture with the current version. Set <c>ORLEANSUPLOADS_WRITE_FIXTURE</c> to a new folder under
    /// <c>OldData/Fixtures</c> and run this class with <c>-explicit only</c>.</summary>
    [Fact(Explicit = true)]
    public async Task Write_a_fixture()
    {
        var target = Environment.GetEnvironmentVariable(FixtureVariable);
        Assert.False(string.IsNullOrEmpty(target), $"{FixtureVariable} is not set. Set it to the folder for the new fixture.");
        Directory.CreateDirectory(target);
        var known = await DataFolderWriter.WriteAsync(Folder.Path);
        await using (var file = File.Create(Path.Combine(target, "folder.tar.gz")))
        await using (var packed = new GZipStream(file, CompressionLevel.SmallestSize))
        {
            await TarFile.CreateFromDirectoryAsync(Folder.Path, packed, includeBaseDirectory: false);
        }

        await File.WriteAllTextAsync(Path.Combine(target, "known.json"), known.ToJson());
    }

    private static async Task UnpackAsync(string archive, string folder)
    {
        await using var file = File.OpenRead(archive);
        await using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(unpacked, folder, overwriteFiles: false);
    }

    private async Task CheckAsync(KnownData known)
    {
        var clock = new SettableClock();
        clock.Advance(known.WrittenAt + TimeSpan.FromHours(1) - clock.Now);
        var completed = "";
        await using (var server = await DataFolderServer.OpenAsync(Folder.Path, clock))
        {
            await AssertSameAnswersAsync(server, known);
            await AssertSameRefusalsAsync(server, known);
            completed = await FinishOpenUploadAsync(server, known);
        }

        await using (var restarted = await DataFolderServer.OpenAsync(Folder.Path, clock))
        {
            await AssertRetrievesAsync(restarted, completed, DataFolderWriter.Whole);
            await AssertRetrievesAsync(restarted, known.Archives["whole"], DataFolderWriter.Whole);
            await AssertRetrievesAsync(restarted, known.Archives["small"], DataFolderWriter.Small);
            (await restarted.SendAsync(DeleteArchive(Photos, known.Archives["whole"]))).Expect(204);
            (await restarted.SendAsync(DeleteArchive(Photos, known.Archives["located"]))).Expect(204);
            (await restarted.SendAsync(DeleteArchive(Photos, known.Archives["small"]))).Expect(204);
            (await restarted.SendAsync(Abort(Photos, known.Uploads["untouched"]))).Expect(204);
            (await restarted.SendAsync(Abort(Photos, known.Uploads["located"]))).Expect(204);
            (await restarted.SendAsync(DeleteArchive(Photos, completed))).Expect(204);
            (await restarted.SendAsync(DeleteVault(Photos))).Expect(204);
        }
    }

    private static async Task AssertSameAnswersAsync(DataFolderServer server, KnownData known)
    {
        Assert.NotEmpty(known.Answers);
        foreach (var (target, body) in known.Answers)
        {
            var answer = (await server.SendAsync(new ApiRequest("GET", target))).Expect(200);
            Assert.Equal((target, body), (target, KnownData.BodyText(answer)));
        }
    }

    private static async Task AssertSameRefusalsAsync(DataFolderServer server, KnownData known)
    {
        (await server.SendAsync(ListParts(Photos, known.Uploads["aborted"]))).Expect(404);
        (await server.SendAsync(Retrieve(Photos, known.Archives["deleted"]))).Expect(404);
        (await server.SendAsync(Retrieve(Photos, known.Archives["located"]))).Expect(400);
        (await server.SendAsync(DeleteArchive(Records, known.Archives["locked"]))).Expect(403);
        (await server.SendAsync(DeleteVault(Records))).Expect(400);
        (await server.SendAsync(AbortLock(Records))).Expect(403);
    }

    private static async Task<string> FinishOpenUploadAsync(DataFolderServer server, KnownData known)
    {
        var again = await server.SendAsync(Complete(Photos, known.Uploads["completed"], DataFolderWriter.Whole));
        Assert.Equal(known.Archives["whole"], again.Expect(201).Header("x-amz-archive-id"));

        var open = known.Uploads["open"];
        (await server.SendAsync(Part(Photos, open, 0, DataFolderWriter.PartAt(0)))).Expect(204);
        var completed = await server.SendAsync(Complete(Photos, open, DataFolderWriter.Whole));
        return completed.Expect(201).Header("x-amz-archive-id")!;
    }

    private static async Task AssertRetrievesAsync(DataFolderServer server, string archive, byte[] bytes)
    {
        var job = await server.NewJobAsync(Retrieve(Photos, archive));
        Assert.Equal(bytes, (await server.SendAsync(GetOutput(Photos, job))).Expect(200).Body);
    }
}
