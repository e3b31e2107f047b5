using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.Http.Credentials;
using static OrleansUploads.Dashboard.Tests.DashboardServer;

namespace OrleansUploads.Dashboard.Tests;

public sealed class SignInTests : IAsyncLifetime
{
    private readonly DashboardServer _server = new();

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task The_page_is_served_without_a_session_and_runs_only_its_own_scripts()
    {
        Assert.Equal("/dashboard/", (await _server.SendAsync("GET", "/dashboard")).Expect(308).Header("Location"));
        var page = (await _server.SendAsync("GET", "/dashboard/")).Expect(200);
        Assert.Equal("text/html; charset=utf-8", page.Header("Content-Type"));
        var policy = page.Header("Content-Security-Policy")!;
        Assert.Contains("default-src 'none'; script-src 'self'; style-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", page.Header("X-Content-Type-Options"));
        foreach (var file in (string[])["app.js", "api.js", "html.js", "parts.js", "proof.js", "stored.js", "uploads.js", "words.js"])
        {
            Assert.Equal("text/javascript; charset=utf-8", (await _server.SendAsync("GET", $"/dashboard/{file}")).Expect(200).Header("Content-Type"));
        }
    }

    [Fact]
    public async Task A_browser_that_has_a_file_does_not_get_it_again()
    {
        var file = (await _server.SendAsync("GET", "/dashboard/app.js")).Expect(200);
        var again = await _server.Server.SendAsync(
            new ApiRequest("GET", "/dashboard/app.js"), [("If-None-Match", file.Header("ETag")!)]);
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
    public async Task Without_a_session_nothing_is_shown(string path)
    {
        Assert.Equal("NotSignedIn", (await _server.GetAsync(path)).Expect(401).Code);
        Assert.Equal("NotSignedIn", (await _server.GetAsync(path, "orleans-uploads-session=abc.def")).Expect(401).Code);
    }

    [Fact]
    public async Task A_proof_of_the_secret_gets_a_cookie_that_scripts_and_other_sites_cannot_use()
    {
        var signedIn = (await _server.TrySignInAsync(Admin.AccessKeyId, Admin.Secret)).Expect(204);
        var cookie = signedIn.Header("Set-Cookie")!;
        Assert.Contains("; path=/dashboard; samesite=strict; httponly", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(Admin.Secret, cookie, StringComparison.Ordinal);
        var session = (await _server.GetAsync("session", cookie.Split(';')[0])).Expect(200).Json;
        Assert.Equal(Admin.AccessKeyId, session.GetProperty("accessKeyId").GetString());
        Assert.Equal("admin", session.GetProperty("scope").GetString());
    }

    [Fact]
    public async Task A_wrong_secret_an_unknown_key_and_a_challenge_of_others_are_refused_alike()
    {
        Assert.Equal("SignInFailed", (await _server.TrySignInAsync(Admin.AccessKeyId, "wrong")).Expect(403).Code);
        Assert.Equal("SignInFailed", (await _server.TrySignInAsync("AKIANOBODY7EXAMPLE00", Admin.Secret)).Expect(403).Code);
        var made = "1773489600000-00.AAAA";
        Assert.Equal("SignInFailed", (await _server.TrySignInAsync(Admin.AccessKeyId, Admin.Secret, made)).Expect(403).Code);
        Assert.Equal("SignInFailed", (await _server.SendAsync("POST", "/dashboard/api/session", body: "[")).Expect(403).Code);
        Assert.Equal("SignInFailed", (await _server.SendAsync("POST", "/dashboard/api/session", body: "null")).Expect(403).Code);
    }

    [Fact]
    public async Task A_challenge_expires()
    {
        var challenge = (await _server.GetAsync("challenge")).Json.GetProperty("challenge").GetString()!;
        _server.Clock.Advance(SignInChallenge.Life + TimeSpan.FromSeconds(1));
        (await _server.TrySignInAsync(Admin.AccessKeyId, Admin.Secret, challenge)).Expect(403);
    }

    [Fact]
    public async Task A_proof_works_once()
    {
        var challenge = (await _server.GetAsync("challenge")).Json.GetProperty("challenge").GetString()!;
        (await _server.TrySignInAsync(Admin.AccessKeyId, Admin.Secret, challenge)).Expect(204);
        Assert.Equal("SignInFailed", (await _server.TrySignInAsync(Admin.AccessKeyId, Admin.Secret, challenge)).Expect(403).Code);
        (await _server.TrySignInAsync(Admin.AccessKeyId, Admin.Secret)).Expect(204);
    }

    [Fact]
    public void A_key_that_signs_in_too_often_takes_no_room_from_others()
    {
        var challenges = new SignInChallenge(_server.Clock);
        var used = Enumerable.Range(0, SignInChallenge.MaxUsesOfKey + 1).Select(_ => challenges.TryUse(challenges.Create(), "one")).ToList();
        Assert.Equal([true, false], used.Distinct());
        Assert.True(challenges.TryUse(challenges.Create(), "other"));
        _server.Clock.Advance(SignInChallenge.Life + TimeSpan.FromSeconds(1));
        Assert.True(challenges.TryUse(challenges.Create(), "one"));
    }

    [Fact]
    public async Task An_address_that_fails_too_often_has_to_wait()
    {
        for (var attempt = 0; attempt < FailedSignIns.MaxFailures; attempt++)
        {
            (await _server.TrySignInAsync(Admin.AccessKeyId, "wrong")).Expect(403);
        }

        var refused = (await _server.TrySignInAsync(Admin.AccessKeyId, Admin.Secret)).Expect(429);
        Assert.NotNull(refused.Header("Retry-After"));

        _server.Clock.Advance(FailedSignIns.Window);
        (await _server.TrySignInAsync(Admin.AccessKeyId, Admin.Secret)).Expect(204);
    }

    [Fact]
    public async Task Another_site_can_neither_sign_in_nor_sign_out_nor_abort()
    {
        var cookie = await _server.SignInAsync(Admin);
        (string Method, string Path)[] changes =
            [("POST", "session"), ("DELETE", "session"), ("POST", "vaults/v/uploads/x/abort"), ("POST", "buckets/b/uploads/x/abort")];
        foreach (var (method, path) in changes)
        {
            foreach (var origin in (string[])["http://evil.example", "null", "", $"http://{_server.Server.EndPoint}.evil.example"])
            {
                Assert.Equal("ForeignOrigin", (await _server.SendAsync(method, $"/dashboard/api/{path}", cookie, origin)).Expect(403).Code);
            }
        }

        (await _server.GetAsync("session", cookie)).Expect(200);
    }

    [Theory]
    [InlineData("cross-site", 403)]
    [InlineData("same-site", 403)]
    [InlineData("same-origin", 200)]
    public async Task The_dashboards_documents_are_for_its_own_page(string site, int status)
    {
        var cookie = await _server.SignInAsync(Admin);
        (await _server.Server.SendAsync(
            new ApiRequest("GET", "/dashboard/api/containers"), [("Cookie", cookie), ("Sec-Fetch-Site", site)])).Expect(status);

        // A link from elsewhere opens the page.
        (await _server.Server.SendAsync(new ApiRequest("GET", "/dashboard/"), [("Sec-Fetch-Site", site)])).Expect(200);
    }

    [Fact]
    public async Task Signing_out_ends_the_session()
    {
        var cookie = await _server.SignInAsync(Admin);
        (await _server.SendAsync("DELETE", "/dashboard/api/session", cookie)).Expect(204);
        (await _server.GetAsync("session", cookie)).Expect(401);
    }

    [Fact]
    public async Task A_session_ends_when_it_is_not_used_and_after_some_hours_in_any_case()
    {
        var cookie = await _server.SignInAsync(Admin);
        var idle = await _server.SignInAsync(Admin);
        var step = SessionTable.IdleLife - TimeSpan.FromMinutes(1);
        for (var passed = step; passed < SessionTable.Life; passed += step)
        {
            _server.Clock.Advance(step);
            (await _server.GetAsync("session", cookie)).Expect(200);
        }

        (await _server.GetAsync("session", idle)).Expect(401);
        _server.Clock.Advance(step);
        (await _server.GetAsync("session", cookie)).Expect(401);
    }

    [Fact]
    public async Task A_session_does_not_outlast_a_clock_that_is_set_back()
    {
        var cookie = await _server.SignInAsync(Admin);
        _server.Clock.Advance(TimeSpan.FromHours(-5));
        (await _server.GetAsync("session", cookie)).Expect(401);
    }

    [Fact]
    public async Task A_session_ends_with_its_key_and_follows_its_scope()
    {
        var cookie = await _server.SignInAsync(Admin);
        _server.Credentials.All[0] = new Credential(Admin.AccessKeyId, Admin.Secret, Admin.Account, new KeyScope(KeyRole.Read, ["v"]));
        Assert.Equal("read of v", (await _server.GetAsync("session", cookie)).Expect(200).Json.GetProperty("scope").GetString());
        _server.Credentials.All.RemoveAt(0);
        (await _server.GetAsync("session", cookie)).Expect(401);
        _server.Credentials.All.Add(Admin);
        (await _server.GetAsync("session", cookie)).Expect(401);
    }

    [Fact]
    public async Task A_key_has_a_limited_number_of_sessions_and_the_least_recently_used_one_makes_room()
    {
        var first = await _server.SignInAsync(Admin);
        var stranger = await _server.SignInAsync(Stranger);
        _server.Clock.Advance(TimeSpan.FromSeconds(1));
        for (var session = 0; session < SessionTable.MaxSessionsOfKey; session++)
        {
            await _server.SignInAsync(Admin);
        }

        (await _server.GetAsync("session", first)).Expect(401);
        (await _server.GetAsync("session", stranger)).Expect(200);
    }
}
