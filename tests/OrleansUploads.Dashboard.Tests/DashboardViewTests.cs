using OrleansUploads.Gateway.Http.Credentials;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Dashboard.Tests;

public sealed class DashboardViewTests : SignedInServer
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await CreateVaultAsync("other");
        (await SendAsync("PUT", "/other-bucket")).Expect(200);
    }

    [Fact]
    public async Task The_vaults_and_buckets_of_the_account_are_listed()
    {
        var listed = await ShowAsync("containers");
        Assert.Equal(["mine", "other"], Names(listed, "vaults"));
        Assert.Equal(["my-bucket", "other-bucket"], Names(listed, "buckets"));
        var strangers = (await ReadAsync("containers", await SignInAsync(StrangersKey))).Expect(200).Json;
        Assert.Empty(Names(strangers, "vaults").Concat(Names(strangers, "buckets")));
    }

    [Fact]
    public async Task Only_an_admin_key_of_the_operators_sees_the_server()
    {
        var server = await ShowAsync("server");
        Assert.Equal("Healthy", server.GetProperty("health").GetString());
        Assert.Equal("Healthy", (await ShowAsync("containers")).GetProperty("server").GetProperty("health").GetString());
        Assert.True((await ShowAsync("session")).GetProperty("isOperator").GetBoolean());
        var collected = server.GetProperty("collected");
        Assert.True(collected.GetProperty("attempts").GetInt64() >= 0);
        Assert.True(collected.GetProperty("since").GetInt64() <= Clock.Now.ToUnixTimeMilliseconds());
        foreach (var key in (Credential[])[Reader, Uploader, StrangersKey])
        {
            var limited = await SignInAsync(key);
            Assert.Equal("AccessDenied", (await ReadAsync("server", limited)).Expect(403).Code);
            Assert.False((await ReadAsync("containers", limited)).Expect(200).Json.TryGetProperty("server", out _));
            Assert.False((await ReadAsync("session", limited)).Expect(200).Json.GetProperty("isOperator").GetBoolean());
        }

        (await ReadAsync("server")).Expect(401);
    }

    [Fact]
    public async Task A_key_for_some_vaults_and_buckets_sees_only_those()
    {
        var cookie = await SignInAsync(Uploader);
        var listed = (await ReadAsync("containers", cookie)).Expect(200).Json;
        Assert.Equal(["mine"], Names(listed, "vaults"));
        Assert.Equal(["my-bucket"], Names(listed, "buckets"));
        (await ReadAsync("vaults/mine/uploads", cookie)).Expect(200);
        (await ReadAsync("buckets/my-bucket/uploads", cookie)).Expect(200);
        foreach (var path in (string[])["vaults/other/uploads", "vaults/other", "vaults/other/jobs", "buckets/other-bucket/uploads",
            "vaults/mine/archives", "vaults/other/uploads?live"])
        {
            Assert.Equal("AccessDenied", (await ReadAsync(path, cookie)).Expect(403).Code);
        }
    }

    [Fact]
    public async Task Buckets_and_vaults_of_another_account_are_not_shown()
    {
        var cookie = await SignInAsync(StrangersKey);
        (await ReadAsync("vaults/mine", cookie)).Expect(404);
        (await ReadAsync("vaults/mine/uploads", cookie)).Expect(404);
        (await ReadAsync("buckets/my-bucket/uploads", cookie)).Expect(403);
        (await ReadAsync("buckets/my-bucket/objects", cookie)).Expect(403);
    }

    [Fact]
    public async Task The_policies_of_a_vault_hold_here_too()
    {
        const string Policy = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"glacier:ListParts","Resource":"arn:aws:glacier:us-east-1:111122223333:vaults/mine"}]}
            """;
        var upload = await NewVaultUploadAsync("mine");
        (await SendAsync(SetAccessPolicy("mine", Policy.Trim()))).Expect(204);
        (await ReadAsync("vaults/mine/uploads", Session)).Expect(200);
        Assert.Equal("AccessDeniedException", (await ReadAsync($"vaults/mine/uploads/{upload}", Session)).Expect(403).Code);
        var vault = await ShowAsync("vaults/mine");
        Assert.Equal(Policy.Trim(), vault.GetProperty("accessPolicy").GetString());
    }

    [Fact]
    public async Task The_map_of_an_upload_has_the_runs_of_its_parts()
    {
        var upload = await NewVaultUploadAsync("mine", "<script>alert(1)</script>");
        foreach (var part in (int[])[0, 1, 3])
        {
            (await SendAsync(Part("mine", upload, part * MiB, new byte[MiB]))).Expect(204);
        }

        var shown = await ReadAsync($"vaults/mine/uploads/{upload}", Session);
        Assert.DoesNotContain('<', shown.Expect(200).Text);
        Assert.Equal("<script>alert(1)</script>", shown.Json.GetProperty("description").GetString());
        AssertParts(shown.Json, "1-2,4", 3, 3 * MiB);
        AssertParts((await ShowAsync("vaults/mine/uploads")).GetProperty("uploads")[0], "1-2,4", 3, 3 * MiB);

        var part4 = await ShowAsync($"vaults/mine/uploads/{upload}/parts/4");
        Assert.True(part4.GetProperty("isStored").GetBoolean());
        Assert.Equal(3 * MiB, part4.GetProperty("firstByte").GetInt64());
        Assert.Equal(32, part4.GetProperty("attempt").GetString()!.Length);
        foreach (var absent in (string[])["3", "0", "-1", "99999999999", "x"])
        {
            var missing = await ShowAsync($"vaults/mine/uploads/{upload}/parts/{absent}");
            Assert.False(missing.GetProperty("isStored").GetBoolean());
        }
    }

    [Fact]
    public async Task Uploads_to_buckets_are_shown_with_their_parts()
    {
        var upload = await NewUploadAsync("/my-bucket/a%20key");
        (await SendAsync("PUT", $"/my-bucket/a%20key?partNumber=7&uploadId={upload}", new byte[5])).Expect(200);
        var row = (await ShowAsync("buckets/my-bucket/uploads")).GetProperty("uploads")[0];
        Assert.Equal("a key", row.GetProperty("key").GetString());
        AssertParts(row, "7", 1, 5);
        var path = $"buckets/my-bucket/uploads/{upload}";
        AssertParts(await ShowAsync($"{path}?key=a%20key"), "7", 1, 5);
        var part = await ShowAsync($"{path}/parts/7?key=a%20key");
        Assert.Equal(5, part.GetProperty("bytes").GetInt32());
        Assert.False((await ShowAsync($"{path}/parts/6?key=a%20key")).GetProperty("isStored").GetBoolean());
        Assert.Equal("NoSuchUpload", (await ReadAsync($"{path}?key=another", Session)).Expect(404).Code);
    }

    [Fact]
    public async Task Uploads_are_listed_by_page()
    {
        var ids = new HashSet<string>();
        for (var number = 0; number < 25; number++)
        {
            await NewVaultUploadAsync("mine");
            await NewUploadAsync("/my-bucket/key");
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        foreach (var container in (string[])["vaults/mine", "buckets/my-bucket"])
        {
            var first = await ShowAsync($"{container}/uploads");
            Assert.Equal(20, first.GetProperty("uploads").GetArrayLength());
            var after = first.GetProperty("after");
            var marker = after.TryGetProperty("marker", out var text) ? $"&marker={text.GetString()}" : "";
            var second = await ShowAsync($"{container}/uploads?after={after.GetProperty("after").GetString()}{marker}");
            Assert.Equal(5, second.GetProperty("uploads").GetArrayLength());
            Assert.False(second.TryGetProperty("after", out _));
            ids.UnionWith(first.GetProperty("uploads").EnumerateArray().Concat(second.GetProperty("uploads").EnumerateArray())
                .Select(upload => upload.GetProperty("id").GetString()!));
        }

        Assert.Equal(50, ids.Count);
    }

    [Fact]
    public async Task Uploads_and_archives_of_a_page_are_oldest_first()
    {
        for (var number = 0; number < 10; number++)
        {
            await NewVaultUploadAsync("mine", $"{number}");
            (await SendAsync(UploadArchive("mine", [1]).With("x-amz-archive-description", $"{number}"))).Expect(201);
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        foreach (var (path, list) in ((string, string)[])[("uploads", "uploads"), ("archives", "items")])
        {
            var listed = (await ShowAsync($"vaults/mine/{path}")).GetProperty(list).EnumerateArray();
            Assert.Equal("0123456789", string.Concat(listed.Select(item => item.GetProperty("description").GetString())));
        }
    }

    [Fact]
    public async Task Only_a_key_that_may_abort_an_upload_aborts_it()
    {
        var upload = await NewVaultUploadAsync("mine");
        var objectUpload = await NewUploadAsync("/my-bucket/key");
        foreach (var path in (string[])[$"vaults/mine/uploads/{upload}/abort", $"buckets/my-bucket/uploads/{objectUpload}/abort?key=key"])
        {
            foreach (var credential in (Credential[])[Reader, Uploader])
            {
                (await BrowseAsync("POST", $"/dashboard/api/{path}", await SignInAsync(credential))).Expect(403);
            }

            (await BrowseAsync("POST", $"/dashboard/api/{path}")).Expect(401);
            (await BrowseAsync("POST", $"/dashboard/api/{path}", Session)).Expect(204);
        }

        foreach (var path in (string[])[$"vaults/mine/uploads/{upload}", $"buckets/my-bucket/uploads/{objectUpload}?key=key"])
        {
            var ending = (await ShowAsync(path)).GetProperty("ending");
            Assert.Equal("aborted", ending.GetProperty("how").GetString());
        }
    }

    [Fact]
    public async Task Archives_jobs_and_objects_are_listed()
    {
        (await SendAsync(UploadArchive("mine", [1, 2, 3]))).Expect(201);
        var archive = (await ShowAsync("vaults/mine/archives")).GetProperty("items")[0];
        Assert.Equal(3, archive.GetProperty("bytes").GetInt32());
        var id = archive.GetProperty("id").GetString()!;
        var only = (await ShowAsync($"vaults/mine/archives?archive={id}")).GetProperty("items");
        Assert.Equal(archive.GetRawText(), Assert.Single(only.EnumerateArray()).GetRawText());
        (await ReadAsync("vaults/mine/archives?archive=unknown", Session)).Expect(404);
        (await ReadAsync($"vaults/other/archives?archive={id}", Session)).Expect(404);
        (await SendAsync(Retrieve("mine", id))).Expect(202);
        var job = (await ShowAsync("vaults/mine/jobs")).GetProperty("jobs")[0];
        Assert.Equal(("archive", 3), (job.GetProperty("kind").GetString(), job.GetProperty("bytes").GetInt32()));
        (await SendAsync("PUT", "/my-bucket/o", [1])).Expect(200);
        var stored = (await ShowAsync("buckets/my-bucket/objects")).GetProperty("items")[0];
        Assert.Equal("o", stored.GetProperty("id").GetString());
        Assert.Equal(1, (await ShowAsync("buckets/my-bucket/objects?prefix=o")).GetProperty("items").GetArrayLength());
        Assert.Equal(0, (await ShowAsync("buckets/my-bucket/objects?prefix=p")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Objects_are_listed_by_folder()
    {
        foreach (var key in (string[])["2025/a", "2026/01/b", "2026/02/c", "2026/d", "e"])
        {
            (await SendAsync("PUT", $"/my-bucket/{key}", [1])).Expect(200);
        }

        Assert.Equal("2025/ 2026/ e", await ListAsync("delimiter=/"));
        Assert.Equal("2026/01/ 2026/02/ 2026/d", await ListAsync("delimiter=/&prefix=2026/"));
        Assert.Equal("2026/01/b", await ListAsync("delimiter=/&prefix=2026/01/"));
        Assert.Equal("2025/a 2026/01/b 2026/02/c 2026/d e", await ListAsync(""));

        async Task<string> ListAsync(string query)
        {
            var listed = await ShowAsync($"buckets/my-bucket/objects?{query}");
            var folders = listed.TryGetProperty("folders", out var some) ? some.EnumerateArray().Select(folder => folder.GetString()!) : [];
            return string.Join(' ', folders.Concat(listed.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!)));
        }
    }

    [Fact]
    public async Task The_objects_of_a_bucket_are_counted_with_their_sizes()
    {
        for (var number = 1; number <= 40; number++)
        {
            (await SendAsync("PUT", $"/my-bucket/{number % 30:00}", new byte[number])).Expect(200);
        }

        (await SendAsync("DELETE", "/my-bucket/29")).Expect(204);
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                var bucket = (await ShowAsync("containers")).GetProperty("buckets")[0].GetProperty("objects");
                var all = (await ShowAsync("buckets/my-bucket/objects?prefix=0")).GetProperty("all");
                return bucket.GetRawText() == all.GetRawText()
                    && all.GetProperty("count").GetInt32() == 29
                    && all.GetProperty("bytes").GetInt32() == Enumerable.Range(11, 30).Sum() - 29;
            },
            "all objects are counted");
    }

    [Fact]
    public async Task Folders_fill_pages_too()
    {
        for (var number = 0; number < 60; number++)
        {
            (await SendAsync("PUT", $"/my-bucket/{number:00}/object", [1])).Expect(200);
        }

        var first = await ShowAsync("buckets/my-bucket/objects?delimiter=/");
        Assert.Equal(50, first.GetProperty("folders").GetArrayLength());
        var after = first.GetProperty("after").GetProperty("after").GetString();
        var second = await ShowAsync($"buckets/my-bucket/objects?delimiter=/&after={after}");
        Assert.Equal(["50/", "59/"], new[] { 0, 9 }.Select(at => second.GetProperty("folders")[at].GetString()!));
        Assert.False(second.TryGetProperty("after", out _));
    }

    [Fact]
    public async Task The_first_page_counts_uploads_and_shows_the_newest_and_those_without_activity()
    {
        var forgotten = await NewVaultUploadAsync("mine", "forgotten");
        (await SendAsync(Part("mine", forgotten, 0, new byte[MiB]))).Expect(204);
        var slow = await NewVaultUploadAsync("mine", "slow");
        Clock.Advance(UploadsInProgress.StaleAfter);
        (await SendAsync(Part("mine", slow, 0, new byte[MiB]))).Expect(204);
        Session = await SignInAsync(Admin);
        for (var number = 0; number < UploadsInProgress.MaxShown; number++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await NewUploadAsync($"/my-bucket/key-{number}");
        }

        var page = await ShowAsync("containers");
        Assert.Equal("2 0", CountsOf(page, "vaults"));
        Assert.Equal($"{UploadsInProgress.MaxShown} 0", CountsOf(page, "buckets"));
        var newest = page.GetProperty("newest").EnumerateArray().ToList();
        Assert.Equal(UploadsInProgress.MaxShown, newest.Count);
        Assert.Equal($"buckets my-bucket key-{UploadsInProgress.MaxShown - 1}",
            $"{newest[0].GetProperty("kind")} {newest[0].GetProperty("container")} {newest[0].GetProperty("upload").GetProperty("key")}");
        var stale = Assert.Single(page.GetProperty("stale").EnumerateArray()).GetProperty("upload");
        Assert.Equal(forgotten, stale.GetProperty("id").GetString());
        AssertParts(stale, "1", 1, MiB);

        // A key for some vaults and buckets sees what is in them, and a policy hides the rest.
        var uploader = (await ReadAsync("containers", await SignInAsync(Uploader))).Expect(200).Json;
        Assert.Equal("2", CountsOf(uploader, "vaults"));
        (await SendAsync(SetAccessPolicy("mine", PolicyOf("Deny", "glacier:ListMultipartUploads")))).Expect(204);
        var hidden = await ShowAsync("containers");
        Assert.False(hidden.GetProperty("vaults")[0].TryGetProperty("uploads", out _));
        Assert.Empty(hidden.GetProperty("stale").EnumerateArray());
        var strangers = (await ReadAsync("containers", await SignInAsync(StrangersKey))).Expect(200).Json;
        Assert.Empty(strangers.GetProperty("newest").EnumerateArray());
    }

    [Fact]
    public async Task Operators_see_the_traffic_the_version_and_the_start_of_the_server()
    {
        var server = (await ShowAsync("containers")).GetProperty("server");
        Assert.Equal(TrafficFigures.Minutes, server.GetProperty("traffic").GetProperty("received").GetArrayLength());
        Assert.Equal(TrafficFigures.Minutes, server.GetProperty("traffic").GetProperty("sent").GetArrayLength());
        Assert.True(server.GetProperty("collected").GetProperty("since").GetInt64() <= Clock.Now.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Nothing_else_is_at_its_paths_and_a_bucket_of_its_name_stays_usable()
    {
        Assert.Equal("NotFound", (await ReadAsync("else", Session)).Expect(404).Code);
        Assert.Equal("NotFound", (await BrowseAsync("GET", "/dashboard/..%2fkeys.json")).Expect(404).Code);
        (await SendAsync("PUT", "/dashboard")).Expect(200);
        (await SendAsync("PUT", "/dashboard/api", [1])).Expect(200);
        Assert.Equal([1], (await SendAsync("GET", "/dashboard/api")).Expect(200).Body);
    }

    private static void AssertParts(JsonElement upload, string runs, int count, long bytes)
    {
        var parts = upload.GetProperty("parts");
        Assert.Equal(runs, parts.GetProperty("runs").GetString());
        Assert.Equal((count, bytes), (parts.GetProperty("count").GetInt32(), parts.GetProperty("bytes").GetInt64()));
    }

    private static string CountsOf(JsonElement page, string list) => string.Join(
        ' ', page.GetProperty(list).EnumerateArray().Select(item => item.GetProperty("uploads").GetProperty("count").GetInt32()));

    private static string[] Names(JsonElement document, string list) =>
        [.. document.GetProperty(list).EnumerateArray().Select(item => item.GetProperty("name").GetString()!)];
}
