using System.Text.Json;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Gateway.Tests.Harness;
using OrleansUploads.Gateway.Tests.S3;
using OrleansUploads.Hashing;
using OrleansUploads.Signing;
using static OrleansUploads.Gateway.Tests.Dashboard.DashboardServer;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Dashboard;

/// <summary>The timeline of an upload, with a session and with a signature.</summary>
public sealed class TimelineTests : IAsyncLifetime
{
    private static readonly byte[] Archive = new byte[MiB + 5];

    private readonly DashboardServer _server = new();
    private string _cookie = null!;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _cookie = await _server.SignInAsync(Admin);
        foreach (var vault in (string[])["mine", "other"])
        {
            (await _server.Server.SendAsync(CreateVault(vault))).Expect(201);
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Each_part_is_shown_with_its_sender_until_long_after_the_end()
    {
        var upload = await NewUploadAsync("mine");
        var begun = _server.Clock.Now.ToUnixTimeMilliseconds();
        await StoreAsync(upload, 0);
        await StoreAsync(upload, MiB, new Signer { AccessKeyId = Uploader.AccessKeyId, SecretKey = Uploader.Secret });
        await StoreAsync(upload, 0);

        var open = (await _server.GetAsync($"vaults/mine/uploads/{upload}/timeline", _cookie)).Expect(200).Json;
        Assert.Equal(("open", begun), (open.GetProperty("phase").GetString(), open.GetProperty("created").GetInt64()));
        Assert.Equal([Admin.AccessKeyId, Uploader.AccessKeyId], open.GetProperty("senders").EnumerateArray().Select(KeyOf));
        Assert.All(open.GetProperty("senders").EnumerateArray(), static sender => Assert.Equal(
            ("127.0.0.1", Environment.MachineName[..Math.Min(64, Environment.MachineName.Length)]),
            (sender.GetProperty("address").GetString(), sender.GetProperty("node").GetString())));
        Assert.Equal("1: by 1 after 3 s, resent 1; 2: by 2 after 2 s, resent 0", PartsOf(open));
        Assert.Equal("1: by 1 after 1 s, replaced", LostOf(open));
        var second = (await _server.GetAsync($"vaults/mine/uploads/{upload}/timeline?part=2", _cookie)).Expect(200).Json;
        Assert.Equal("2: by 2 after 2 s, resent 0", PartsOf(second));
        Assert.Equal("", LostOf(second));
        Assert.Equal("", PartsOf((await _server.GetAsync($"vaults/mine/uploads/{upload}/timeline?part=0", _cookie)).Expect(200).Json));

        _server.Clock.Advance(TimeSpan.FromSeconds(1));
        (await _server.Server.SendAsync(Complete("mine", upload, Archive))).Expect(201);
        (await _server.GetAsync($"vaults/mine/uploads/{upload}", _cookie)).Expect(404);
        var completed = (await _server.GetAsync($"vaults/mine/uploads/{upload}/timeline", _cookie)).Expect(200).Json;
        Assert.Equal(
            ("completed", begun + 4000, 1),
            (completed.GetProperty("phase").GetString(), completed.GetProperty("ended").GetInt64(), completed.GetProperty("endedBy").GetInt32()));
        Assert.Equal((PartsOf(open), LostOf(open)), (PartsOf(completed), LostOf(completed)));
        Assert.Equal(
            "2: by 2 after 2 s, resent 0",
            PartsOf((await _server.GetAsync($"vaults/mine/uploads/{upload}/timeline?part=2", _cookie)).Expect(200).Json));
    }

    [Fact]
    public async Task An_upload_that_was_aborted_in_the_dashboard_says_by_whom()
    {
        var upload = await NewUploadAsync("mine");
        await StoreAsync(upload, 0, new Signer { AccessKeyId = Uploader.AccessKeyId, SecretKey = Uploader.Secret });
        (await _server.SendAsync("POST", $"/dashboard/api/vaults/mine/uploads/{upload}/abort", _cookie)).Expect(204);

        var aborted = (await _server.GetAsync($"vaults/mine/uploads/{upload}/timeline", _cookie)).Expect(200).Json;
        Assert.Equal("aborted", aborted.GetProperty("phase").GetString());
        var by = aborted.GetProperty("senders")[aborted.GetProperty("endedBy").GetInt32() - 1];
        Assert.Equal(Admin.AccessKeyId, KeyOf(by));
    }

    [Fact]
    public async Task The_upload_of_an_object_has_a_timeline_too()
    {
        await _server.CreateBucketAsync("my-bucket");
        var upload = await _server.NewObjectUploadAsync("/my-bucket/a%20key");
        await _server.PutPartAsync("/my-bucket/a%20key", upload, 7, new byte[5]);
        await _server.PutPartAsync("/my-bucket/a%20key", upload, 9, new byte[5]);
        var path = $"buckets/my-bucket/uploads/{upload}/timeline?key=a%20key";
        Assert.Equal("7: by 1 after 0 s, resent 0; 9: by 1 after 0 s, resent 0", PartsOf((await _server.GetAsync(path, _cookie)).Expect(200).Json));

        var etag = Md5Digest.Compute(new byte[5]);
        var list = $"<CompleteMultipartUpload><Part><PartNumber>7</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>";
        (await _server.Server.SendAsync(
            S3Server.Request("POST", $"/my-bucket/a%20key?uploadId={upload}", System.Text.Encoding.UTF8.GetBytes(list)), S3Server.Owner)).Expect(200);

        var completed = (await _server.GetAsync(path, _cookie)).Expect(200).Json;
        Assert.Equal("completed", completed.GetProperty("phase").GetString());
        Assert.Equal(("7: by 1 after 0 s, resent 0", "9: by 1 after 0 s, not named"), (PartsOf(completed), LostOf(completed)));
        Assert.Equal("NoSuchUpload", (await _server.GetAsync(path.Replace("a%20key", "other"), _cookie)).Expect(404).Code);
    }

    [Fact]
    public async Task A_program_signs_its_request_instead_of_signing_in()
    {
        var upload = await NewUploadAsync("mine");
        await StoreAsync(upload, 0);
        var path = $"/dashboard/api/vaults/mine/uploads/{upload}/timeline";
        Assert.Equal("1: by 1 after 1 s, resent 0", PartsOf((await SendSignedAsync(path, Admin)).Expect(200).Json));
        (await SendSignedAsync(path, Reader)).Expect(200);
        (await SendSignedAsync(path, Uploader)).Expect(200);
        (await SendSignedAsync(path.Replace("/mine/", "/other/"), Uploader)).Expect(403);
        (await SendSignedAsync(path, Stranger)).Expect(404);
        Assert.Equal("InvalidSignatureException", (await SendSignedAsync(path, new Credential(Admin.AccessKeyId, "wrong", Admin.Account))).Expect(403).Code);
        Assert.Equal("NotSignedIn", (await _server.SendAsync("GET", path)).Expect(401).Code);
        Assert.Equal("NotSignedIn", (await SendSignedAsync("/dashboard/api/containers", Admin)).Expect(401).Code);
    }

    [Fact]
    public async Task The_policies_of_a_vault_hold_for_the_timeline()
    {
        const string Policy = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"glacier:ListParts","Resource":"arn:aws:glacier:us-east-1:111122223333:vaults/mine"}]}
            """;
        var upload = await NewUploadAsync("mine");
        (await _server.Server.SendAsync(SetAccessPolicy("mine", Policy.Trim()))).Expect(204);
        var path = $"vaults/mine/uploads/{upload}/timeline";
        Assert.Equal("AccessDeniedException", (await _server.GetAsync(path, _cookie)).Expect(403).Code);
        Assert.Equal("AccessDeniedException", (await SendSignedAsync($"/dashboard/api/{path}", Admin)).Expect(403).Code);
    }

    [Fact]
    public async Task An_upload_that_does_not_exist_has_no_timeline()
    {
        var unknown = new string('A', 92);
        (await _server.GetAsync($"vaults/mine/uploads/{unknown}/timeline", _cookie)).Expect(404);
        (await _server.GetAsync("vaults/mine/uploads/x/timeline", _cookie)).Expect(404);
    }

    private Task<ApiAnswer> SendSignedAsync(string path, Credential credential) => _server.Server.SendAsync(
        new ApiRequest("GET", path),
        new Signer { AccessKeyId = credential.AccessKeyId, SecretKey = credential.Secret, Rules = SigningRules.Dashboard });

    private async Task<string> NewUploadAsync(string vault) =>
        (await _server.Server.SendAsync(Initiate(vault))).Expect(201).Header("x-amz-multipart-upload-id")!;

    private async Task StoreAsync(string upload, int firstByte, Signer? signer = null)
    {
        _server.Clock.Advance(TimeSpan.FromSeconds(1));
        var bytes = Archive[firstByte..Math.Min(firstByte + MiB, Archive.Length)];
        (await _server.Server.SendAsync(Part("mine", upload, firstByte, bytes), signer)).Expect(204);
    }

    private static string? KeyOf(JsonElement sender) => sender.GetProperty("accessKeyId").GetString();

    private static string PartsOf(JsonElement timeline) => Describe(timeline, "parts", static part => $"resent {part.GetProperty("resent")}");

    private static string LostOf(JsonElement timeline) => Describe(timeline, "lost", static lost => lost.GetProperty("why").GetString()!);

    private static string Describe(JsonElement timeline, string list, Func<JsonElement, string> rest) => string.Join(
        "; ",
        timeline.GetProperty(list).EnumerateArray().Select(item =>
            $"{item.GetProperty("number")}: by {item.GetProperty("by")} after "
            + $"{(item.GetProperty("stored").GetInt64() - timeline.GetProperty("created").GetInt64()) / 1000} s, {rest(item)}"));
}
