namespace OrleansUploads.Core.Tests.Hashing;

public class TreeHashBuilderTests
{
    [Fact]
    public void Any_chunking_gives_the_tree_hash_of_the_whole()
    {
        using var builder = new TreeHashBuilder();
        var data = Bytes.Random(1, 24 * Bytes.MiB);
        for (var seed = 0; seed < 12; seed++)
        {
            var piece = data.AsMemory(0, new Random(seed).Next(data.Length + 1));
            foreach (var chunk in Bytes.RandomChunks(piece, seed)) builder.Append(chunk.Span);
            Assert.Equal(Bytes.TreeHashOf(piece), builder.Finish());
        }
    }

    [Fact]
    public void Many_numbers_of_leaves_give_the_tree_hash_of_the_whole()
    {
        using var builder = new TreeHashBuilder();
        var data = Bytes.Random(2, 33 * Bytes.MiB);
        var leaves = Bytes.LeavesOf(data);
        for (var count = 0; count <= leaves.Length; count += count < 17 ? 1 : 8)
        {
            builder.Append(data.AsSpan(0, count * Bytes.MiB));
            Assert.Equal(Bytes.TreeHashOf(leaves[..count]), builder.Finish());
        }
    }

    [Fact]
    public void Appending_allocates_nothing()
    {
        using var builder = new TreeHashBuilder();
        var data = Bytes.Random(3, 20 * Bytes.MiB);
        builder.Append(data);
        Allocations.AssertNone(() =>
        {
            builder.Append(data);
            builder.Append(data.AsSpan(0, 100));
            builder.Append(data);
        });
    }
}
