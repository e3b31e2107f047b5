namespace OrleansUploads.Gateway.Tests.Http;

/// <summary>Requests that a browser sends for a page of another origin.</summary>
public sealed class ForeignOriginTests
{
    [Theory]
    [InlineData("Origin", "http://example.com", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-origin", 200)]
    [InlineData("Sec-Fetch-Site", "none", 200)]
    [InlineData("User-Agent", "a program", 200)]
    public async Task Without_signatures_another_page_is_refused(string header, string value, int status)
    {
        var setup = new GatewaySetup();
        await using var server = await GatewayServer.StartAsync(
            setup with { Options = setup.Options with { AnonymousAccount = GatewaySetup.Account } }, services => services.AddS3Front());
        (await server.SendAsync(new ApiRequest("PUT", "/photos"), [])).Expect(200);

        (await server.SendAsync(new ApiRequest("GET", "/photos"), [(header, value)])).Expect(status);
        (await server.SendAsync(new ApiRequest("GET", "/-/vaults"), [(header, value), ("x-amz-glacier-version", "2012-06-01")])).Expect(status);
    }

    [Fact]
    public async Task A_signed_request_may_come_from_any_page_and_stored_bytes_are_isolated_in_a_browser()
    {
        await using var server = await GatewayServer.StartAsync(new GatewaySetup(), services => services.AddS3Front());
        (await server.SendAsync(S3Server.Request("PUT", "/photos", null), S3Server.Owner)).Expect(200);
        (await server.SendAsync(S3Server.Request("PUT", "/photos/page", [60], ("Content-Type", "text/html")), S3Server.Owner)).Expect(200);
        var request = S3Server.Request("GET", "/photos/page", null, ("Origin", "http://example.com"), ("Sec-Fetch-Site", "cross-site"));
        var answer = (await server.SendAsync(request, S3Server.Owner)).Expect(200);
        Assert.Equal("text/html", answer.Header("Content-Type"));
        Assert.Equal("sandbox", answer.Header("Content-Security-Policy"));
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
    }
}
