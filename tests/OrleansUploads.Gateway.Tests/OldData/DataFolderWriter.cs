using OrleansUploads.Gateway.Tests.Glacier;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.OldData;

/// <summary>Writes a small data folder with every kind of content: vaults, uploads in every state, archives, jobs, policies,
/// a lock, tags, notifications, and parts in external storage.</summary>
internal sealed class DataFolderWriter(DataFolderServer server)
{
    private const string Photos = "photos";
    private const string Records = "records";
    private const string Topic = """{"Events":["ArchiveRetrievalCompleted"],"SNSTopic":"arn:aws:sns:us-east-1:111122223333:ready"}""";

    private readonly Dictionary<string, string> _answers = [];
    private readonly Dictionary<string, string> _uploads = [];
    private readonly Dictionary<string, string> _archives = [];

    /// <summary>The two-part archive that all uploads in the folder send. It compresses well.</summary>
    public static byte[] Whole { get; } = Filled(MiB + 1000, seed: 3);

    /// <summary>The archive that is uploaded in one request.</summary>
    public static byte[] Small { get; } = Filled(700, seed: 5);

    public static async Task<KnownData> WriteAsync(string folder)
    {
        var clock = new SettableClock();
        await using var server = await DataFolderServer.OpenAsync(folder, clock);
        var writer = new DataFolderWriter(server);
        await writer.FillAsync();
        clock.Advance(TimeSpan.FromMinutes(1));
        await writer.RecordAnswersAsync();
        return new KnownData(clock.Now, writer._answers, writer._uploads, writer._archives);
    }

    private async Task FillAsync()
    {
        foreach (var vault in (string[])[Photos, Records])
        {
            await SendAsync(CreateVault(vault), 201);
        }

        await SendAsync(AddTags(Photos, """{"Tags":{"team":"red","empty":""}}"""), 204);
        await SendAsync(SetAccessPolicy(Photos, PolicyOf("Allow", "glacier:ListJobs")), 204);
        await SendAsync(SetNotifications(Photos, Topic), 204);
        await SendAsync(
            SetRetrievalPolicy("""{"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":1073741824}]}}"""), 204);
        await SendAsync(PurchaseCapacity(), 201);

        _archives["small"] = await server.NewArchiveAsync(Photos, Small);
        _archives["deleted"] = await server.NewArchiveAsync(Photos, Filled(900, seed: 6));
        await SendAsync(DeleteArchive(Photos, _archives["deleted"]), 204);

        _uploads["completed"] = await server.NewUploadAsync(Photos);
        await StorePartsAsync(_uploads["completed"], 0, MiB);
        _archives["whole"] = await CompleteAsync(_uploads["completed"]);

        _uploads["open"] = await server.NewUploadAsync(Photos);
        await StorePartsAsync(_uploads["open"], MiB);
        _uploads["untouched"] = await server.NewUploadAsync(Photos);
        _uploads["aborted"] = await server.NewUploadAsync(Photos);
        await StorePartsAsync(_uploads["aborted"], 0);
        await SendAsync(Abort(Photos, _uploads["aborted"]), 204);

        _uploads["located"] = await OpenLocatedAsync();
        await ReportLocatedAsync(_uploads["located"], 0);
        _uploads["located-completed"] = await OpenLocatedAsync();
        await ReportLocatedAsync(_uploads["located-completed"], 0);
        await ReportLocatedAsync(_uploads["located-completed"], MiB);
        _archives["located"] = await CompleteAsync(_uploads["located-completed"]);

        _archives["locked"] = await server.NewArchiveAsync(Records, Filled(300, seed: 7));
        var initiated = await SendAsync(InitiateLock(Records, VaultLockTests.KeepAYear), 201);
        await SendAsync(CompleteLock(Records, initiated.Header("x-amz-lock-id")!), 204);

        await RecordJobAsync(Retrieve(Photos, _archives["whole"]));
        await RecordJobAsync(RetrieveInventory(Photos));
    }

    private async Task RecordAnswersAsync()
    {
        ApiRequest[] requests =
        [
            ListVaults(), DescribeVault(Photos), DescribeVault(Records), ListTags(Photos), GetAccessPolicy(Photos), GetLock(Records),
            GetNotifications(Photos), GetRetrievalPolicy(), ListCapacity(), ListJobs(Photos), ListUploads(Photos),
            ListParts(Photos, _uploads["open"]), ListParts(Photos, _uploads["untouched"]), ListParts(Photos, _uploads["located"]),
        ];
        foreach (var request in requests)
        {
            await RecordAsync(request);
        }
    }

    private async Task RecordJobAsync(ApiRequest request)
    {
        var job = (await SendAsync(request, 202)).Header("x-amz-job-id")!;
        await RecordAsync(GetOutput(Photos, job));
    }

    private async Task RecordAsync(ApiRequest request)
    {
        Assert.Equal("GET", request.Method);
        _answers[request.Target] = KnownData.BodyText(await SendAsync(request, 200));
    }

    private async Task StorePartsAsync(string upload, params int[] firstBytes)
    {
        foreach (var firstByte in firstBytes)
        {
            await SendAsync(Part(Photos, upload, firstByte, PartAt(firstByte)), 204);
        }
    }

    private async Task<string> CompleteAsync(string upload) =>
        (await SendAsync(Complete(Photos, upload, Whole), 201)).Header("x-amz-archive-id")!;

    private async Task<string> OpenLocatedAsync() => (await server.Server.OpenExternalAsync(Photos)).ToString();

    private Task ReportLocatedAsync(string upload, int firstByte)
    {
        Assert.True(UploadId.TryParse(upload, out var id));
        return server.Server.ReportExternalAsync(Photos, id, firstByte, PartAt(firstByte));
    }

    private async Task<ApiAnswer> SendAsync(ApiRequest request, int status) => (await server.SendAsync(request)).Expect(status);

    /// <summary>The part of <see cref="Whole"/> that starts at this byte.</summary>
    public static byte[] PartAt(int firstByte) => Whole[firstByte..Math.Min(firstByte + MiB, Whole.Length)];

    private static byte[] Filled(int count, int seed) =>
        [.. Enumerable.Range(0, count).Select(i => (byte)(seed + (i / 4096)))];
}
