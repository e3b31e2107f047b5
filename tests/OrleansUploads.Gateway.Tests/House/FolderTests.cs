using OrleansUploads.Client;
using OrleansUploads.TestKit.Architecture;

namespace OrleansUploads.Gateway.Tests.House;

public sealed class FolderTests
{
    [Fact]
    public void The_folders_of_the_gateway_form_no_cycle() => Assert.Equal("", FolderGraph.Of(typeof(GatewayOptions).Assembly).DescribeCycle());

    [Fact]
    public void The_folders_of_the_client_form_no_cycle() => Assert.Equal("", FolderGraph.Of(typeof(GlacierClient).Assembly).DescribeCycle());
}
