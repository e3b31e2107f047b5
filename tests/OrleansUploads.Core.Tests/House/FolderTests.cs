using OrleansUploads.Core.Tests.House.Planted.Left;
using OrleansUploads.Core.Tests.House.Planted.Right;
using OrleansUploads.Core.Values;
using OrleansUploads.Hashing;
using OrleansUploads.Signing;
using OrleansUploads.TestKit.Architecture;

namespace OrleansUploads.Core.Tests.House;

public sealed class FolderTests
{
    [Fact]
    public void The_folders_of_the_pure_projects_form_no_cycle()
    {
        Assert.Equal("", FolderGraph.Of(typeof(Limits).Assembly).DescribeCycle());
        Assert.Equal("", FolderGraph.Of(typeof(TreeHash).Assembly).DescribeCycle());
        Assert.Equal("", FolderGraph.Of(typeof(SigningKey).Assembly).DescribeCycle());
    }

    [Fact]
    public void A_planted_cycle_is_found_and_named()
    {
        var cycle = FolderGraph.Of([typeof(UsesLeft), typeof(UsesRight)]).FindCycle();

        Assert.Equal(
            [
                "OrleansUploads.Core.Tests.House.Planted.Left -> OrleansUploads.Core.Tests.House.Planted.Right: UsesRight uses UsesLeft",
                "OrleansUploads.Core.Tests.House.Planted.Right -> OrleansUploads.Core.Tests.House.Planted.Left: UsesLeft uses UsesRight",
            ],
            cycle);
    }

    [Fact]
    public void A_use_in_one_direction_is_not_a_cycle() =>
        Assert.Empty(FolderGraph.Of([typeof(UsesRight), typeof(Limits), typeof(TreeHash)]).FindCycle());

    /// <summary>The folder graph is built from namespaces, so each file must have the namespace of its folder.</summary>
    [Fact]
    public void Every_namespace_matches_its_folder()
    {
        foreach (var path in Repository.Files("src", "*.cs"))
        {
            var line = File.ReadLines(path).FirstOrDefault(text => text.StartsWith("namespace ", StringComparison.Ordinal));
            var folder = Path.GetRelativePath(Path.Combine(Repository.Root, "src"), Path.GetDirectoryName(path)!);
            Assert.True(
                line is null || line == $"namespace {folder.Replace(Path.DirectorySeparatorChar, '.')};",
                $"{Repository.Name(path)} says '{line}'.");
        }
    }
}
