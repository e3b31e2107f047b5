using OrleansUploads.Gateway.Http.Exchanges;
using OrleansUploads.Gateway.S3;
using OrleansUploads.Gateway.Tests.S3;

namespace OrleansUploads.Gateway.Tests.Http;

public sealed class AbsoluteTargetTests
{
    [Theory]
    [InlineData("http://host:9400/b/k?a=1", "/b/k?a=1", "/b/k")]
    [InlineData("HTTPS://host/b//k", "/b//k", "/b//k")]
    [InlineData("http://host", "/", "/")]
    [InlineData("http://host?a=/", "/?a=/", "/")]
    [InlineData("/http://host/k", "/http://host/k", "/http://host/k")]
    [InlineData("ftp://host/k", "ftp://host/k", "ftp://host/k")]
    public void The_scheme_and_the_authority_are_not_part_of_path_and_query(string sent, string raw, string path)
    {
        var target = RequestTarget.Parse(sent);
        Assert.Equal((raw, path), (target.Raw, target.Path));
    }

    [Fact]
    public async Task A_request_that_is_sent_as_to_a_proxy_is_served_by_every_protocol()
    {
        await using var server = await GatewayServer.StartAsync(new GatewaySetup(), services => services.AddS3Front());
        (await SendAsync(S3Server.Request("PUT", "/bucket", null), S3Server.Owner)).Expect(200);
        (await SendAsync(Requests.CreateVault("v"), new Signer())).Expect(201);
        Assert.Equal("application/json", (await SendAsync(new ApiRequest("GET", "/healthz"), null)).Expect(200).Header("Content-Type"));

        async Task<ApiAnswer> SendAsync(ApiRequest request, Signer? signer)
        {
            var host = server.EndPoint.ToString();
            await using var connection = await RawConnection.OpenAsync(server.EndPoint);
            await connection.SendHeadAsync(
                request with { Target = $"http://{host}{request.Target}" },
                [.. signer?.Sign(request, host, server.Setup.Clock.Now) ?? [("Host", host)], ("Content-Length", "0")]);
            return await connection.ReadAsync();
        }
    }
}
