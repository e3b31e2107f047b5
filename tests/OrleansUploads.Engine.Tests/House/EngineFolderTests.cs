using OrleansUploads.TestKit.Architecture;

namespace OrleansUploads.Engine.Tests.House;

public sealed class EngineFolderTests
{
    [Fact]
    public void The_folders_of_the_engine_form_no_cycle() => Assert.Equal("", FolderGraph.Of(typeof(IJournal).Assembly).DescribeCycle());
}
