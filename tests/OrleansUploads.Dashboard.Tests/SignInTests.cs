using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Dashboard.Tests;

public sealed class SignInTests : DashboardServer
{
    [Fact]
    public async Task The_page_is_served_without_a_session_and_runs_only_its_own_scripts()
    {
        Assert.Equal("/dashboard/", (await BrowseAsync("GET", "/dashboard")).Expect(308).Header("Location"));
        var page = (await BrowseAsync("GET", "/dashboard/")).Expect(200);
        Assert.Equal("text/html; charset=utf-8", page.Header("Content-Type"));
        var policy = page.Header("Content-Security-Policy")!;
        Assert.Contains("default-src 'none'; script-src 'self'; style-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", page.Header("X-Content-Type-Options"));
        foreach (var file in (string[])["app.js", "api.js", "html.js", "parts.js", "proof.js", "server.js", "start.js", "stored.js", "upload.js", "uploads.js", "words.js"])
        {
            Assert.Equal("text/javascript; charset=utf-8", (await BrowseAsync("GET", $"/dashboard/{file}")).Expect(200).Header("Content-Type"));
        }
    }

    [Fact]
    public async Task A_browser_that_has_a_file_does_not_get_it_again()
    {
        var file = (await BrowseAsync("GET", "/dashboard/app.js")).Expect(200);
        var again = await Server.SendAsync(new ApiRequest("GET", "/dashboard/app.js"), [("If-None-Match", file.Header("ETag")!)]);
        Assert.Empty(again.Expect(304).Body);
    }

    [Theory]
    [InlineData("session")]
    [InlineData("containers")]
    [InlineData("vaults/v/uploads")]
    [InlineData("vaults/v/uploads?live")]
    [InlineData("vaults/v/uploads/id")]
    [InlineData("buckets/b/uploads")]
    [InlineData("vaults/v/archives")]
    [InlineData("buckets/b/content?key=k")]
    public async Task Without_a_session_nothing_is_shown(string path)
    {
        Assert.Equal("NotSignedIn", (await ReadAsync(path)).Expect(401).Code);
        Assert.Equal("NotSignedIn", (await ReadAsync(path, "orleans-uploads-session=abc.def")).Expect(401).Code);
    }

    [Fact]
    public async Task A_proof_of_the_secret_gets_a_cookie_that_scripts_and_other_sites_cannot_use()
    {
        var signedIn = (await TrySignInAsync(Admin.AccessKeyId, Admin.Secret)).Expect(204);
        var cookie = signedIn.Header("Set-Cookie")!;
        Assert.Contains("; path=/dashboard; samesite=strict; httponly", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(Admin.Secret, cookie, StringComparison.Ordinal);
        var session = (await ReadAsync("session", cookie.Split(';')[0])).Expect(200).Json;
        Assert.Equal(Admin.AccessKeyId, session.GetProperty("accessKeyId").GetString());
        Assert.Equal("admin", session.GetProperty("scope").GetString());
    }

    [Fact]
    public async Task Behind_a_proxy_that_ends_TLS_the_cookie_is_sent_over_TLS_only()
    {
        var overTls = Origin.Replace("http:", "https:", StringComparison.Ordinal);
        var signedIn = (await TrySignInAsync(Admin.AccessKeyId, Admin.Secret, origin: overTls)).Expect(204);
        Assert.Contains("; path=/dashboard; secure; samesite=strict; httponly", signedIn.Header("Set-Cookie"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_secret_an_unknown_key_and_a_challenge_of_others_are_refused_alike()
    {
        Assert.Equal("SignInFailed", (await TrySignInAsync(Admin.AccessKeyId, "wrong")).Expect(403).Code);
        Assert.Equal("SignInFailed", (await TrySignInAsync("AKIANOBODY7EXAMPLE00", Admin.Secret)).Expect(403).Code);
        var made = "1773489600000-00.AAAA";
        Assert.Equal("SignInFailed", (await TrySignInAsync(Admin.AccessKeyId, Admin.Secret, made)).Expect(403).Code);
        Assert.Equal("SignInFailed", (await BrowseAsync("POST", "/dashboard/api/session", body: "[")).Expect(403).Code);
        Assert.Equal("SignInFailed", (await BrowseAsync("POST", "/dashboard/api/session", body: "null")).Expect(403).Code);
    }

    [Fact]
    public async Task A_proof_works_once_and_its_challenge_expires()
    {
        var challenge = (await ReadAsync("challenge")).Json.GetProperty("challenge").GetString()!;
        (await TrySignInAsync(Admin.AccessKeyId, Admin.Secret, challenge)).Expect(204);
        Assert.Equal("SignInFailed", (await TrySignInAsync(Admin.AccessKeyId, Admin.Secret, challenge)).Expect(403).Code);
        (await TrySignInAsync(Admin.AccessKeyId, Admin.Secret)).Expect(204);

        challenge = (await ReadAsync("challenge")).Json.GetProperty("challenge").GetString()!;
        Clock.Advance(SignInChallenge.Life + TimeSpan.FromSeconds(1));
        (await TrySignInAsync(Admin.AccessKeyId, Admin.Secret, challenge)).Expect(403);
    }

    [Fact]
    public async Task A_proof_and_a_session_are_for_one_process_only()
    {
        await using var other = await GatewayServer.StartAsync(new GatewaySetup { Clock = Clock }, Configure);
        var challenge = (await ReadAsync("challenge")).Json.GetProperty("challenge").GetString()!;
        var proof = JsonSerializer.SerializeToUtf8Bytes(
            new { accessKeyId = Admin.AccessKeyId, challenge, proof = SignInChallenge.Prove(Admin.Secret, challenge) });
        await ReplayAsync();
        var cookie = (await TrySignInAsync(Admin.AccessKeyId, Admin.Secret, challenge)).Expect(204).Header("Set-Cookie")!.Split(';')[0];
        await ReplayAsync();

        (await ReadAsync("session", cookie)).Expect(200);
        (await other.SendAsync(new ApiRequest("GET", "/dashboard/api/session"), [("Cookie", cookie)])).Expect(401);

        async Task ReplayAsync() => Assert.Equal("SignInFailed", (await other.SendAsync(
            new ApiRequest("POST", "/dashboard/api/session").WithBody(proof), [("Origin", $"http://{other.EndPoint}")])).Expect(403).Code);
    }

    [Fact]
    public void A_key_that_signs_in_too_often_takes_no_room_from_others()
    {
        var challenges = new SignInChallenge(Clock);
        var used = Enumerable.Range(0, SignInChallenge.MaxUsesOfKey + 1).Select(_ => challenges.TryUse(challenges.Create(), "one")).ToList();
        Assert.Equal([true, false], used.Distinct());
        Assert.True(challenges.TryUse(challenges.Create(), "other"));
        Clock.Advance(SignInChallenge.Life + TimeSpan.FromSeconds(1));
        Assert.True(challenges.TryUse(challenges.Create(), "one"));
    }

    [Fact]
    public async Task An_address_that_fails_too_often_with_a_key_has_to_wait_before_it_tries_this_key_again()
    {
        for (var attempt = 0; attempt < FailedSignIns.MaxFailures; attempt++)
        {
            (await TrySignInAsync(Admin.AccessKeyId, "wrong")).Expect(403);
        }

        var refused = (await TrySignInAsync(Admin.AccessKeyId, Admin.Secret)).Expect(429);
        Assert.NotNull(refused.Header("Retry-After"));
        await SignInAsync(Uploader);

        Clock.Advance(FailedSignIns.Window);
        (await TrySignInAsync(Admin.AccessKeyId, Admin.Secret)).Expect(204);
    }

    [Fact]
    public async Task Another_site_can_neither_sign_in_nor_sign_out_nor_abort()
    {
        var cookie = await SignInAsync(Admin);
        (string Method, string Path)[] changes =
            [("POST", "session"), ("DELETE", "session"), ("POST", "vaults/v/uploads/x/abort"), ("POST", "buckets/b/uploads/x/abort")];
        foreach (var (method, path) in changes)
        {
            foreach (var origin in (string[])["http://evil.example", "null", "", $"http://{Server.EndPoint}.evil.example"])
            {
                Assert.Equal("ForeignOrigin", (await BrowseAsync(method, $"/dashboard/api/{path}", cookie, origin)).Expect(403).Code);
            }
        }

        (await ReadAsync("session", cookie)).Expect(200);
    }

    [Theory]
    [InlineData("cross-site", 403)]
    [InlineData("same-site", 403)]
    [InlineData("same-origin", 200)]
    public async Task The_dashboards_documents_are_for_its_own_page(string site, int status)
    {
        var cookie = await SignInAsync(Admin);
        (await Server.SendAsync(new ApiRequest("GET", "/dashboard/api/containers"), [("Cookie", cookie), ("Sec-Fetch-Site", site)])).Expect(status);

        // A link from elsewhere opens the page.
        (await Server.SendAsync(new ApiRequest("GET", "/dashboard/"), [("Sec-Fetch-Site", site)])).Expect(200);
    }

    [Fact]
    public async Task Signing_out_ends_the_session()
    {
        var cookie = await SignInAsync(Admin);
        (await BrowseAsync("DELETE", "/dashboard/api/session", cookie)).Expect(204);
        (await ReadAsync("session", cookie)).Expect(401);
    }

    [Fact]
    public async Task A_session_ends_when_it_is_not_used_and_after_some_hours_in_any_case()
    {
        var cookie = await SignInAsync(Admin);
        var idle = await SignInAsync(Admin);
        var step = SessionTable.IdleLife - TimeSpan.FromMinutes(1);
        for (var passed = step; passed < SessionTable.Life; passed += step)
        {
            Clock.Advance(step);
            (await ReadAsync("session", cookie)).Expect(200);
        }

        (await ReadAsync("session", idle)).Expect(401);
        Clock.Advance(step);
        (await ReadAsync("session", cookie)).Expect(401);
    }

    [Fact]
    public async Task A_session_does_not_outlast_a_clock_that_is_set_back()
    {
        var cookie = await SignInAsync(Admin);
        Clock.Advance(TimeSpan.FromHours(-5));
        (await ReadAsync("session", cookie)).Expect(401);
    }

    [Fact]
    public async Task A_session_ends_with_its_key_and_follows_its_scope()
    {
        var cookie = await SignInAsync(Admin);
        Keys[0] = new Credential(Admin.AccessKeyId, Admin.Secret, Admin.Account, new KeyScope(KeyRole.Read, ["v"]));
        Assert.Equal("read of v", (await ReadAsync("session", cookie)).Expect(200).Json.GetProperty("scope").GetString());
        Keys.RemoveAt(0);
        (await ReadAsync("session", cookie)).Expect(401);
        Keys.Add(Admin);
        (await ReadAsync("session", cookie)).Expect(401);
    }

    [Fact]
    public async Task A_key_has_a_limited_number_of_sessions_and_the_least_recently_used_one_makes_room()
    {
        var first = await SignInAsync(Admin);
        var stranger = await SignInAsync(StrangersKey);
        Clock.Advance(TimeSpan.FromSeconds(1));
        for (var session = 0; session < SessionTable.MaxSessionsOfKey; session++)
        {
            await SignInAsync(Admin);
        }

        (await ReadAsync("session", first)).Expect(401);
        (await ReadAsync("session", stranger)).Expect(200);
    }
}
