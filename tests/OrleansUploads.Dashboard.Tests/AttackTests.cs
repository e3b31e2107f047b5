using OrleansUploads.Gateway.Http.Credentials;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Dashboard.Tests;

/// <summary>Twenty attacks on the calls with which the dashboard changes something or reads stored bytes. After each of them, what there was
/// is there, and nothing else.</summary>
public sealed class AttackTests : DashboardServer
{
    private const string Script = "<script>document.title='stolen'</script>";

    private static readonly Credential AdminOfOther =
        new("AKIAADMINOTHER7EXMPL", "admin-of-other/secret", Admin.Account, new KeyScope(KeyRole.Admin, ["other"]));

    private string _admin = null!;
    private string _archive = null!;
    private string _job = null!;
    private string _upload = null!;

    public static TheoryData<string> Attacks => new(
        "a form of another site creates a vault",
        "a form of another site retrieves an archive",
        "a form of another site deletes an archive",
        "a form of another site frees bytes",
        "a script of another site without an Origin deletes an archive",
        "a sandboxed page deletes an archive",
        "another site reads an archive with the user's cookie",
        "a page of the same machine at another port deletes an archive",
        "a picture of another site is the address of a deletion",
        "a page embeds the dashboard in a frame",
        "the description of an archive is a script",
        "the key of an object is a script",
        "the user agent of a sender is a script",
        "the name of a saved file is a header",
        "another account reads the output of a job",
        "another account deletes an archive",
        "a key for reading deletes an archive",
        "a key for uploads retrieves an archive",
        "an admin key for another vault retrieves and deletes an archive",
        "an admin key of another account frees bytes");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Keys.Add(AdminOfOther);
        _admin = await SignInAsync(Admin);
        await CreateVaultAsync("mine");
        _archive = (await SendAsync(UploadArchive("mine", "text"u8.ToArray()).With("x-amz-archive-description", Script)))
            .Expect(201).Header("x-amz-archive-id")!;
        _job = (await SendAsync(Retrieve("mine", _archive))).Expect(202).Header("x-amz-job-id")!;
        _upload = await NewVaultUploadAsync("mine", Script);
        (await SendAsync("PUT", "/my-bucket")).Expect(200);
        (await SendAsync("PUT", $"/my-bucket/{Uri.EscapeDataString(Script)}", Encoding.UTF8.GetBytes(Script), null, ("content-type", "text/html"))).Expect(200);
    }

    [Fact]
    public void There_are_twenty() => Assert.Equal(20, Attacks.Count);

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task An_attack_changes_nothing_and_learns_nothing(string attack)
    {
        await AttackAsync(attack);
        var listed = (await ReadAsync("containers", _admin)).Expect(200).Json;
        Assert.Equal("mine", Assert.Single(listed.GetProperty("vaults").EnumerateArray()).GetProperty("name").GetString());
        var archive = Assert.Single((await ReadAsync("vaults/mine/archives", _admin)).Expect(200).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(_archive, archive.GetProperty("id").GetString());
        Assert.Single((await ReadAsync("vaults/mine/jobs", _admin)).Expect(200).Json.GetProperty("jobs").EnumerateArray());
        Assert.Single((await ReadAsync("vaults/mine/uploads", _admin)).Expect(200).Json.GetProperty("uploads").EnumerateArray());
    }

    private string Delete => $"vaults/mine/archives/{_archive}";

    private string Retrieve1 => $"vaults/mine/archives/{_archive}/retrieve";

    private string Output => $"vaults/mine/jobs/{_job}/output";

    private Task AttackAsync(string attack) => attack switch
    {
        "a form of another site creates a vault" => ForeignAsync("POST", "vaults/theirs", "http://evil.example"),
        "a form of another site retrieves an archive" => ForeignAsync("POST", Retrieve1, "http://evil.example"),
        "a form of another site deletes an archive" => ForeignAsync("DELETE", Delete, "http://evil.example"),
        "a form of another site frees bytes" => ForeignAsync("POST", "server/free", "http://evil.example"),
        "a script of another site without an Origin deletes an archive" => ForeignAsync("DELETE", Delete, ""),
        "a sandboxed page deletes an archive" => ForeignAsync("DELETE", Delete, "null"),
        "another site reads an archive with the user's cookie" => ReadFromAsync("cross-site"),
        "a page of the same machine at another port deletes an archive" => ForeignAsync("DELETE", Delete, "http://127.0.0.1:1"),
        "a picture of another site is the address of a deletion" => NotFoundAsync(Retrieve1, $"{Delete}/delete", "server/free"),
        "a page embeds the dashboard in a frame" => AssertFramelessAsync(),
        "the description of an archive is a script" => AssertTextAsync("vaults/mine/archives", "vaults/mine/uploads", $"vaults/mine/uploads/{_upload}"),
        "the key of an object is a script" => AssertObjectIsFileAsync(),
        "the user agent of a sender is a script" => SendAsScriptAsync(),
        "the name of a saved file is a header" => AssertNameIsNoHeaderAsync(),
        "another account reads the output of a job" => RefusedAsync(StrangersKey, 404, ("GET", Output), ("POST", Retrieve1)),
        "another account deletes an archive" => RefusedAsync(StrangersKey, 404, ("DELETE", Delete)),
        "a key for reading deletes an archive" => RefusedAsync(Reader, 403, ("DELETE", Delete), ("POST", "server/free"), ("POST", "vaults/theirs")),
        "a key for uploads retrieves an archive" => RefusedAsync(Uploader, 403, ("POST", Retrieve1), ("GET", Output), ("DELETE", Delete)),
        "an admin key for another vault retrieves and deletes an archive" =>
            RefusedAsync(AdminOfOther, 403, ("POST", Retrieve1), ("DELETE", Delete), ("GET", Output), ("POST", "server/free")),
        "an admin key of another account frees bytes" => RefusedAsync(StrangersKey, 403, ("POST", "server/free")),
        _ => throw new ArgumentOutOfRangeException(nameof(attack), attack, "Unknown attack."),
    };

    private async Task ForeignAsync(string method, string path, string origin) =>
        Assert.Equal("ForeignOrigin", (await BrowseAsync(method, $"/dashboard/api/{path}", _admin, origin)).Expect(403).Code);

    private async Task ReadFromAsync(string site)
    {
        foreach (var path in new[] { Output, "vaults/mine/archives", "buckets/my-bucket/content?key=k" })
        {
            var answer = await Server.SendAsync(new ApiRequest("GET", $"/dashboard/api/{path}"), [("Cookie", _admin), ("Sec-Fetch-Site", site)]);
            Assert.Equal("ForeignOrigin", answer.Expect(403).Code);
            Assert.Null(answer.Header("Access-Control-Allow-Origin"));
        }
    }

    private async Task NotFoundAsync(params string[] paths)
    {
        foreach (var path in paths)
        {
            (await ReadAsync(path, _admin)).Expect(404);
        }
    }

    private async Task AssertFramelessAsync()
    {
        foreach (var path in (string[])["/dashboard/", "/dashboard/app.js", "/dashboard/api/session"])
        {
            Assert.Contains(
                "frame-ancestors 'none'", (await BrowseAsync("GET", path, _admin)).Expect(200).Header("Content-Security-Policy"), StringComparison.Ordinal);
        }
    }

    private async Task AssertTextAsync(params string[] paths)
    {
        foreach (var path in paths)
        {
            var answer = (await ReadAsync(path, _admin)).Expect(200);
            Assert.DoesNotContain('<', answer.Text);
            Assert.Equal(("application/json", "nosniff"), (answer.Header("Content-Type"), answer.Header("X-Content-Type-Options")));
        }
    }

    private async Task AssertObjectIsFileAsync()
    {
        await AssertTextAsync("buckets/my-bucket/objects");
        var saved = (await ReadAsync($"buckets/my-bucket/content?key={Uri.EscapeDataString(Script)}", _admin)).Expect(200);
        Assert.Equal(("application/octet-stream", "sandbox"), (saved.Header("Content-Type"), saved.Header("Content-Security-Policy")));
        Assert.DoesNotContain('<', saved.Header("Content-Disposition")!);
    }

    private async Task SendAsScriptAsync()
    {
        (await SendAsync(Part("mine", _upload, 0, new byte[MiB]).With("User-Agent", Script))).Expect(204);
        await AssertTextAsync($"vaults/mine/uploads/{_upload}", $"vaults/mine/uploads/{_upload}/parts/1");
    }

    private async Task AssertNameIsNoHeaderAsync()
    {
        const string Key = "x%0d%0aSet-Cookie%3a%20a%3db";
        (await SendAsync("PUT", $"/my-bucket/{Key}", [1])).Expect(200);
        var saved = (await ReadAsync($"buckets/my-bucket/content?key={Key}", _admin)).Expect(200);
        Assert.Null(saved.Header("Set-Cookie"));
        Assert.Equal("attachment; filename*=UTF-8''x%0D%0ASet-Cookie%3A%20a%3Db", saved.Header("Content-Disposition"));
    }

    private async Task RefusedAsync(Credential attacker, int status, params (string Method, string Path)[] calls)
    {
        var cookie = await SignInAsync(attacker);
        foreach (var (method, path) in calls)
        {
            (await BrowseAsync(method, $"/dashboard/api/{path}", cookie)).Expect(status);
        }
    }
}
