using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace OrleansUploads.Gateway.Tests.Http;

/// <summary>The part of a target that a signature covers, and the part that operations see.</summary>
public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("http://host:9400/b/k?a=1", "/b/k?a=1", "/b/k")]
    [InlineData("HTTPS://host/b//k", "/b//k", "/b//k")]
    [InlineData("http://host", "/", "/")]
    [InlineData("http:///b/k", "/b/k", "/b/k")]
    [InlineData("http://host?a=/", "/?a=/", "/")]
    [InlineData("/http://host/k", "/http://host/k", "/http://host/k")]
    [InlineData("ftp://host/k", "ftp://host/k", "ftp://host/k")]
    public void The_scheme_and_the_authority_are_not_part_of_path_and_query(string sent, string raw, string path)
    {
        var target = RequestTarget.Parse(sent);
        Assert.Equal((raw, path), (target.Raw, target.Path));
    }

    [Theory]
    [InlineData("/files/up/-/vaults?limit=1", "/files/up", "/-/vaults", "-|vaults")]
    [InlineData("/files/up", "/files/up", "/", "")]
    [InlineData("/files/up/", "/files/up", "/", "")]
    [InlineData("/Files/%75p/b/a%2Fb", "/Files/%75p", "/b/a%2Fb", "b|a/b")]
    [InlineData("http://host/files/up/files/up/", "/files/up", "/files/up/", "files|up|")]
    public void The_prefix_is_apart_from_the_path(string raw, string prefix, string path, string segments)
    {
        foreach (var ofBase in (int[])[0, 1, 2])
        {
            var target = Of(raw, ofBase);
            Assert.Equal((prefix, path), (target.Prefix, target.Path));
            Assert.Equal(segments, string.Join('|', target.Segments));
            Assert.Equal(raw.Replace("http://host", "", StringComparison.Ordinal), target.Raw);
        }
    }

    [Fact]
    public void A_server_without_a_raw_target_has_the_encoded_path_and_query()
    {
        var context = new DefaultHttpContext();
        context.Request.PathBase = "/base";
        context.Request.Path = "/b/a ü";
        context.Request.QueryString = new QueryString("?x=%20");

        var target = RequestTarget.Of(context, endpoint: null);

        Assert.Equal(("/base/b/a%20%C3%BC?x=%20", "/b/a%20%C3%BC"), (target.Raw, target.Path));
        Assert.Equal(["b", "a ü"], target.Segments);
    }

    [Theory]
    [InlineData("/x/../files/up/b")]
    [InlineData("/files//up/b")]
    public void A_path_that_has_to_be_resolved_names_nothing(string raw) => Assert.Empty(Of(raw, ofBase: 0).Segments);

    /// <summary>The target of a request, as an application with a base path of some segments and a group for the others has it.</summary>
    private static RequestTarget Of(string raw, int ofBase)
    {
        var context = new DefaultHttpContext();
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = raw;
        string[] prefix = raw.Contains("/Files", StringComparison.Ordinal) ? ["Files", "up"] : ["files", "up"];
        var rest = raw.Contains("up/", StringComparison.Ordinal) ? "/rest" : "";
        context.Request.PathBase = new PathString(string.Concat(prefix[..ofBase].Select(segment => "/" + segment)));
        context.Request.Path = new PathString(string.Concat(prefix[ofBase..].Select(segment => "/" + segment)) + rest);
        var pattern = RoutePatternFactory.Parse(string.Join('/', [.. prefix[ofBase..], "{**path}"]));
        return RequestTarget.Of(context, new RouteEndpoint(_ => Task.CompletedTask, pattern, 0, EndpointMetadataCollection.Empty, null));
    }
}
