namespace OrleansUploads.Core.Tests.Hashing;

public class TreeHashRangesTests
{
    private const long MiB = Bytes.MiB;

    /// <summary>Size of the developer guide's example: six and a half MiB.</summary>
    private const long ExampleBytes = 13 * MiB / 2;

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(6, 6.5, true)]
    [InlineData(4, 6, true)]
    [InlineData(4, 6.5, true)]
    [InlineData(0, 6.5, true)]
    [InlineData(1, 3, false)]
    [InlineData(0, 3, false)]
    [InlineData(5, 6.5, false)]
    public void Only_ranges_of_one_node_are_aligned(double first, double endExclusive, bool aligned)
    {
        var (firstByte, lastByte) = ((long)(first * MiB), (long)(endExclusive * MiB) - 1);
        Assert.Equal(aligned, TreeHashRanges.IsTreeHashAligned(firstByte, lastByte, ExampleBytes));
        Assert.True(TreeHashRanges.IsMegabyteAligned(firstByte, lastByte, ExampleBytes));
    }

    [Theory]
    [InlineData(0, MiB - 1, true)]
    [InlineData(MiB, ExampleBytes - 1, true)]
    [InlineData(6 * MiB, ExampleBytes - 1, true)]
    [InlineData(0, MiB, false)]
    [InlineData(0, MiB - 2, false)]
    [InlineData(1, MiB - 1, false)]
    [InlineData(0, ExampleBytes - 2, false)]
    [InlineData(0, ExampleBytes, false)]
    [InlineData(0, (7 * MiB) - 1, false)]
    [InlineData(-MiB, MiB - 1, false)]
    [InlineData(2 * MiB, MiB - 1, false)]
    [InlineData(0, long.MaxValue, false)]
    public void Megabyte_alignment_requires_both_ends_inside_and_on_a_MiB_boundary(long first, long last, bool expected)
    {
        Assert.Equal(expected, TreeHashRanges.IsMegabyteAligned(first, last, ExampleBytes));
        if (!expected) Assert.False(TreeHashRanges.IsTreeHashAligned(first, last, ExampleBytes));
    }

    [Fact]
    public void No_range_of_an_empty_archive_is_aligned()
    {
        Assert.False(TreeHashRanges.IsMegabyteAligned(0, 0, 0));
        Assert.False(TreeHashRanges.IsMegabyteAligned(0, -1, 0));
        Assert.False(TreeHashRanges.IsTreeHashAligned(0, -1, 0));
    }

    [Fact]
    public void Exactly_the_ranges_of_tree_nodes_are_aligned()
    {
        for (var leaves = 1; leaves <= 40; leaves++)
        {
            foreach (var sizeBytes in new[] { leaves * MiB, (leaves * MiB) - 1, ((leaves - 1) * MiB) + 1 })
            {
                var nodes = NodesOver(leaves);
                for (var first = 0; first < leaves; first++)
                {
                    for (var end = first + 1; end <= leaves; end++)
                    {
                        var lastByte = Math.Min(end * MiB, sizeBytes) - 1;
                        Assert.Equal(
                            nodes.Contains((first, end)),
                            TreeHashRanges.IsTreeHashAligned(first * MiB, lastByte, sizeBytes));
                    }
                }
            }
        }
    }

    /// <summary>Builds the tree from its leaves up, and collects the range of each node.</summary>
    private static HashSet<(int First, int End)> NodesOver(int leaves)
    {
        var level = Enumerable.Range(0, leaves).Select(leaf => (First: leaf, End: leaf + 1)).ToList();
        var nodes = level.ToHashSet();
        while (level.Count > 1)
        {
            level = [.. level.Chunk(2).Select(pair => (pair[0].First, pair[^1].End))];
            nodes.UnionWith(level);
        }

        return nodes;
    }
}
