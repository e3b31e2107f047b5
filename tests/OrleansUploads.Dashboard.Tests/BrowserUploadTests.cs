using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Dashboard.Tests;

/// <summary>Uploads from a browser, by those who may and by those who may not.</summary>
public sealed class BrowserUploadTests : SignedInServer
{
    private const string Key = "2026/a%20key";
    private const int MinPartBytes = 5 * 1024 * 1024;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        (await SendAsync("PUT", "/other-bucket")).Expect(200);
    }

    [Fact]
    public async Task Parts_become_an_object()
    {
        var bytes = Some.Bytes(MinPartBytes + 7, seed: 1);
        foreach (var cookie in new[] { Session, await SignInAsync(Uploader) })
        {
            var key = cookie == Session ? Key : "by-uploader";
            var upload = await InitiateAsync(cookie, key);

            // The parts arrive in any order, and one of them twice.
            var second = await StoreAsync(cookie, upload, 2, bytes[MinPartBytes..], key);
            await StoreAsync(cookie, upload, 1, new byte[MinPartBytes], key);
            var first = await StoreAsync(cookie, upload, 1, bytes[..MinPartBytes], key);
            var ended = (await CompleteAsync(cookie, upload, $$"""{"parts":["{{first}}","{{second}}"],"bytes":{{bytes.Length}}}""", key)).Expect(200);
            Assert.Equal("completed", ended.Json.GetProperty("how").GetString());
            Assert.Equal(bytes, (await SendAsync("GET", $"/my-bucket/{key}")).Expect(200).Body);
        }
    }

    [Fact]
    public async Task An_empty_file_becomes_an_empty_object()
    {
        var upload = await InitiateAsync(Session);
        var tag = await StoreAsync(Session, upload, 1, []);
        (await CompleteAsync(Session, upload, $$"""{"parts":["{{tag}}"],"bytes":0}""")).Expect(200);
        Assert.Empty((await SendAsync("GET", $"/my-bucket/{Key}")).Expect(200).Body);
    }

    [Fact]
    public async Task The_part_knows_its_sender()
    {
        var cookie = await SignInAsync(Uploader);
        var upload = await InitiateAsync(cookie);
        await StoreAsync(cookie, upload, 1, [1]);
        var part = await ShowAsync($"buckets/my-bucket/uploads/{upload}/parts/1?key={Key}");
        Assert.Equal(Uploader.AccessKeyId, part.GetProperty("sender").GetProperty("accessKeyId").GetString());
    }

    [Fact]
    public async Task An_object_is_never_replaced()
    {
        var upload = await InitiateAsync(Session);
        var tag = await StoreAsync(Session, upload, 1, [1]);
        (await SendAsync("PUT", $"/my-bucket/{Key}", [7])).Expect(200);
        var refused = (await CompleteAsync(Session, upload, $$"""{"parts":["{{tag}}"],"bytes":1}""")).Expect(412);
        Assert.Equal("PreconditionFailed", refused.Code);
        Assert.Equal([7], (await SendAsync("GET", $"/my-bucket/{Key}")).Expect(200).Body);
    }

    [Fact]
    public async Task Bytes_with_another_hash_are_refused()
    {
        var upload = await InitiateAsync(Session);
        var path = $"/dashboard/api/buckets/my-bucket/uploads/{upload}/parts/1?key={Key}";
        var wrong = new ApiRequest("PUT", path).WithBody([1, 2]);
        (string, string)[] headers =
            [("Cookie", Session), ("Origin", Origin), ("x-amz-content-sha256", Convert.ToHexStringLower(SHA256.HashData((byte[])[1, 3])))];
        (await Server.SendAsync(wrong, headers)).Expect(400);
        Assert.Equal(0, (await ShowAsync($"buckets/my-bucket/uploads/{upload}?key={Key}"))
            .GetProperty("parts").GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Keys_that_may_not_add_and_other_accounts_upload_nothing()
    {
        var upload = await InitiateAsync(Session);
        foreach (var (method, path) in Calls("my-bucket", upload))
        {
            foreach (var key in new[] { Reader, StrangersKey })
            {
                Assert.Equal("AccessDenied", (await BrowseAsync(method, path, await SignInAsync(key), body: "{}")).Expect(403).Code);
            }

            Assert.Equal("NotSignedIn", (await BrowseAsync(method, path, body: "{}")).Expect(401).Code);
        }

        var uploader = await SignInAsync(Uploader);
        foreach (var (method, path) in Calls("other-bucket", upload))
        {
            Assert.Equal("AccessDenied", (await BrowseAsync(method, path, uploader, body: "{}")).Expect(403).Code);
        }

        Assert.Equal(0, (await ShowAsync($"buckets/my-bucket/uploads/{upload}?key={Key}"))
            .GetProperty("parts").GetProperty("count").GetInt32());
        Assert.Single((await ShowAsync("buckets/my-bucket/uploads")).GetProperty("uploads").EnumerateArray());
    }

    [Fact]
    public async Task Another_site_uploads_nothing()
    {
        var upload = await InitiateAsync(Session);
        foreach (var (method, path) in Calls("my-bucket", upload))
        {
            foreach (var origin in (string[])["http://evil.example", "null", "", $"http://{Server.EndPoint}.evil.example"])
            {
                Assert.Equal("ForeignOrigin", (await BrowseAsync(method, path, Session, origin, "{}")).Expect(403).Code);
            }
        }

        Assert.Single((await ShowAsync("buckets/my-bucket/uploads")).GetProperty("uploads").EnumerateArray());
    }

    [Fact]
    public async Task A_key_that_loses_its_role_uploads_nothing_more()
    {
        var cookie = await SignInAsync(Uploader);
        var upload = await InitiateAsync(cookie);
        Keys[Keys.IndexOf(Uploader)] = new Credential(
            Uploader.AccessKeyId, Uploader.Secret, Uploader.Account, new(Core.Policies.KeyRole.Read, ["my-bucket"]));
        (await BrowseAsync("PUT", $"/dashboard/api/buckets/my-bucket/uploads/{upload}/parts/1?key={Key}", cookie, body: "x")).Expect(403);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"parts\":[1],\"bytes\":1}")]
    [InlineData("{\"parts\":[],\"bytes\":0}")]
    [InlineData("{\"parts\":[null],\"bytes\":1}")]
    [InlineData("{\"parts\":[\"<script>\"],\"bytes\":1}")]
    [InlineData("{\"parts\":[\"c4ca4238a0b923820dcc509a6f75849b\"],\"bytes\":-1}")]
    [InlineData("{\"parts\":[\"00000000000000000000000000000000\"],\"bytes\":1}")]
    public async Task A_list_that_is_not_that_of_the_parts_completes_nothing(string list)
    {
        var upload = await InitiateAsync(Session);
        await StoreAsync(Session, upload, 1, [1]);
        Assert.DoesNotContain('<', (await CompleteAsync(Session, upload, list)).Expect(400).Text);
        (await SendAsync("GET", $"/my-bucket/{Key}")).Expect(404);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("10001")]
    [InlineData("-1")]
    [InlineData("x")]
    public async Task A_part_without_a_valid_number_is_refused(string number)
    {
        var upload = await InitiateAsync(Session);
        (await BrowseAsync("PUT", $"/dashboard/api/buckets/my-bucket/uploads/{upload}/parts/{number}?key={Key}", Session, body: "x")).Expect(400);
    }

    private static (string Method, string Path)[] Calls(string bucket, string upload) =>
    [
        ("POST", $"/dashboard/api/buckets/{bucket}/uploads?key={Key}"),
        ("PUT", $"/dashboard/api/buckets/{bucket}/uploads/{upload}/parts/1?key={Key}"),
        ("POST", $"/dashboard/api/buckets/{bucket}/uploads/{upload}/complete?key={Key}"),
    ];

    private async Task<string> InitiateAsync(string cookie, string key = Key) =>
        (await BrowseAsync("POST", $"/dashboard/api/buckets/my-bucket/uploads?key={key}", cookie, body: "{}"))
        .Expect(200).Json.GetProperty("id").GetString()!;

    private async Task<string> StoreAsync(string cookie, string upload, int number, byte[] bytes, string key = Key)
    {
        var part = new ApiRequest("PUT", $"/dashboard/api/buckets/my-bucket/uploads/{upload}/parts/{number}?key={key}").WithBody(bytes);
        (string, string)[] headers =
            [("Cookie", cookie), ("Origin", Origin), ("x-amz-content-sha256", Convert.ToHexStringLower(SHA256.HashData(bytes)))];
        return (await Server.SendAsync(part, headers)).Expect(200).Json.GetProperty("eTag").GetString()!;
    }

    private Task<ApiAnswer> CompleteAsync(string cookie, string upload, string list, string key = Key) =>
        BrowseAsync("POST", $"/dashboard/api/buckets/my-bucket/uploads/{upload}/complete?key={key}", cookie, body: list);
}
