using Microsoft.AspNetCore.Http;

namespace OrleansUploads.Gateway.Tests.Http;

public sealed class RequestOriginTests
{
    [Theory]
    [InlineData("http://host:9400", true)]
    [InlineData("https://HOST:9400", true)]
    [InlineData("http://host", false)]
    [InlineData("http://other/http://host:9400", false)]
    [InlineData("://host:9400", false)]
    [InlineData("hshost:9400", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    public void Only_a_page_of_the_same_host_and_port_is_the_servers_own(string origin, bool isOwn)
    {
        var request = new DefaultHttpContext().Request;
        request.Host = new HostString("host", 9400);
        request.Headers.Origin = origin;
        Assert.Equal(isOwn, RequestOrigin.IsOwn(request));
        Assert.Equal(isOwn ? null : origin, RequestOrigin.FindForeign(request));
    }
}
