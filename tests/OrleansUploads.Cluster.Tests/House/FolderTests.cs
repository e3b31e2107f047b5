using OrleansUploads.TestKit.Architecture;

namespace OrleansUploads.Cluster.Tests.House;

public sealed class FolderTests
{
    [Fact]
    public void The_folders_of_the_cluster_form_no_cycle() =>
        Assert.Equal("", FolderGraph.Of(typeof(EntityClusterOptions).Assembly).DescribeCycle());
}
