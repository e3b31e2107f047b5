using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Dashboard.Tests;

/// <summary>Requests to create vaults and buckets and to download objects, by those who may and by those who may not.</summary>
public sealed class ForbiddenChangesTests : SignedInServer
{
    private static readonly Credential AdminOfMine =
        new("AKIAADMINOFMINE7EXMP", "admin-of-mine/secret", Admin.Account, new KeyScope(KeyRole.Admin, ["mine", "my-bucket"]));

    public ForbiddenChangesTests() => Keys.Add(AdminOfMine);

    [Fact]
    public async Task An_admin_creates_vaults_and_buckets()
    {
        (await PostAsync("vaults/photos", Session)).Expect(204);
        (await PostAsync("buckets/photos", Session)).Expect(204);
        (await ReadAsync("vaults/photos", Session)).Expect(200);
        (await ReadAsync("buckets/photos/objects", Session)).Expect(200);

        // Doing it again changes nothing.
        (await SendAsync("PUT", "/photos/object", [1])).Expect(200);
        (await PostAsync("vaults/photos", Session)).Expect(204);
        (await PostAsync("buckets/photos", Session)).Expect(204);
        Assert.Single((await ShowAsync("buckets/photos/objects")).GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData("vaults/photos")]
    [InlineData("buckets/photos")]
    public async Task Other_keys_create_nothing(string path)
    {
        foreach (var key in new[] { Reader, Uploader, AdminOfMine })
        {
            Assert.Equal("AccessDenied", (await PostAsync(path, await SignInAsync(key))).Expect(403).Code);
        }

        Assert.Equal("NotSignedIn", (await PostAsync(path)).Expect(401).Code);
        Assert.Equal("NotSignedIn", (await PostAsync(path, "orleans-uploads-session=abc.def")).Expect(401).Code);
        await AssertNothingIsCreatedAsync();
    }

    [Theory]
    [InlineData("vaults/photos")]
    [InlineData("buckets/photos")]
    public async Task Another_site_creates_nothing(string path)
    {
        foreach (var origin in (string[])["http://evil.example", "null", "", $"http://{Server.EndPoint}.evil.example"])
        {
            Assert.Equal("ForeignOrigin", (await BrowseAsync("POST", $"/dashboard/api/{path}", Session, origin)).Expect(403).Code);
        }

        // Neither does a link, or a page that a browser loads by itself.
        (await ReadAsync(path, Session)).Expect(404);
        (await ReadAsync($"{path}?live", Session)).Expect(404);
        await AssertNothingIsCreatedAsync();
    }

    [Theory]
    [InlineData("vaults/a%20b", "InvalidParameterValueException")]
    [InlineData("vaults/%3Cscript%3E", "InvalidParameterValueException")]
    [InlineData("vaults/", "InvalidParameterValueException")]
    [InlineData("buckets/UPPER", "InvalidBucketName")]
    [InlineData("buckets/..", "NotFound")]
    [InlineData("buckets/a%2Fb", "InvalidBucketName")]
    public async Task A_name_that_no_vault_or_bucket_can_have_is_refused(string path, string code)
    {
        var refused = await PostAsync(path, Session);
        Assert.InRange(refused.Status, 400, 404);
        Assert.Equal(code, refused.Code);
        Assert.DoesNotContain('<', refused.Text);
    }

    [Fact]
    public async Task A_bucket_of_another_account_stays_what_it_is()
    {
        var stranger = await SignInAsync(StrangersKey);
        Assert.Equal("BucketAlreadyExists", (await PostAsync("buckets/my-bucket", stranger)).Expect(409).Code);
        (await ReadAsync("buckets/my-bucket/objects", stranger)).Expect(403);
        (await ReadAsync("buckets/my-bucket/objects", Session)).Expect(200);

        // Vaults of different accounts are different, even if they have the same name.
        (await PostAsync("vaults/photos", stranger)).Expect(204);
        (await ReadAsync("vaults/photos", Session)).Expect(404);
    }

    [Fact]
    public async Task An_object_is_sent_as_a_file_that_no_browser_shows()
    {
        const string Script = "<script>document.title = 'script'</script>";
        (await SendAsync(
            "PUT",
            "/my-bucket/a/%22x%22%0d%0aSet-Cookie%3a%20y%3d1.html",
            Encoding.UTF8.GetBytes(Script),
            null,
            ("content-type", "text/html"),
            ("cache-control", "public"),
            ("content-disposition", "inline"))).Expect(200);
        const string Path = "buckets/my-bucket/content?key=a/%22x%22%0d%0aSet-Cookie%3a%20y%3d1.html";
        foreach (var path in (string[])[Path, $"{Path}&response-content-type=text/html&response-content-disposition=inline", $"{Path}&live"])
        {
            var answer = (await ReadAsync(path, Session)).Expect(200);
            Assert.Equal(Script, answer.Text);
            Assert.Equal("application/octet-stream", answer.Header("Content-Type"));
            Assert.Equal("attachment; filename*=UTF-8''%22x%22%0D%0ASet-Cookie%3A%20y%3D1.html", answer.Header("Content-Disposition"));
            Assert.Equal("sandbox", answer.Header("Content-Security-Policy"));
            Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
            Assert.Equal("no-store", answer.Header("Cache-Control"));
            Assert.Equal("same-origin", answer.Header("Cross-Origin-Resource-Policy"));
            Assert.Null(answer.Header("Set-Cookie"));
        }
    }

    [Fact]
    public async Task Only_a_key_that_may_read_downloads()
    {
        const string Path = "buckets/my-bucket/content?key=secret";
        (await SendAsync("PUT", "/my-bucket/secret", Encoding.UTF8.GetBytes("the text"))).Expect(200);
        Assert.Equal("the text", (await ReadAsync(Path, await SignInAsync(Reader))).Expect(200).Text);
        Assert.Equal("the text", (await ReadAsync(Path, await SignInAsync(AdminOfMine))).Expect(200).Text);
        foreach (var key in new[] { Uploader, StrangersKey })
        {
            Assert.Equal("AccessDenied", (await ReadAsync(Path, await SignInAsync(key))).Expect(403).Code);
        }

        (await SendAsync("PUT", "/others")).Expect(200);
        (await ReadAsync("buckets/others/content?key=secret", await SignInAsync(AdminOfMine))).Expect(403);
        Assert.Equal("NotSignedIn", (await ReadAsync(Path)).Expect(401).Code);
        foreach (var site in (string[])["cross-site", "same-site"])
        {
            var foreign = await Server.SendAsync(
                new ApiRequest("GET", $"/dashboard/api/{Path}"), [("Cookie", Session), ("Sec-Fetch-Site", site)]);
            Assert.Equal("ForeignOrigin", foreign.Expect(403).Code);
        }
    }

    [Theory]
    [InlineData("buckets/my-bucket/content?key=unknown", 404)]
    [InlineData("buckets/my-bucket/content", 400)]
    [InlineData("buckets/unknown/content?key=k", 404)]
    public async Task A_download_of_nothing_says_so(string path, int status) =>
        Assert.StartsWith("{\"code\":", (await ReadAsync(path, Session)).Expect(status).Text, StringComparison.Ordinal);

    private Task<ApiAnswer> PostAsync(string path, string? cookie = null) =>
        BrowseAsync("POST", $"/dashboard/api/{path}", cookie, body: "{}");

    private async Task AssertNothingIsCreatedAsync()
    {
        var listed = await ShowAsync("containers");
        Assert.Equal("mine", Assert.Single(listed.GetProperty("vaults").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal("my-bucket", Assert.Single(listed.GetProperty("buckets").EnumerateArray()).GetProperty("name").GetString());
    }
}
