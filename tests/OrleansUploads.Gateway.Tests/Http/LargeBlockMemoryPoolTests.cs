using System.Buffers;
using System.Runtime.InteropServices;
using OrleansUploads.Gateway.Http.Connections;

namespace OrleansUploads.Gateway.Tests.Http;

public sealed class LargeBlockMemoryPoolTests : IDisposable
{
    private const int KestrelBlockBytes = 4096;

    private readonly LargeBlockMemoryPool _pool = new(new LargeBlocks());

    [Fact]
    public void A_returned_block_is_lent_again_to_any_pool_of_the_server()
    {
        var blocks = new LargeBlocks();
        using var one = new LargeBlockMemoryPool(blocks);
        using var other = new LargeBlockMemoryPool(blocks);
        var first = one.Rent(KestrelBlockBytes);
        var array = ArrayOf(first);
        first.Dispose();

        using var second = other.Rent(KestrelBlockBytes);

        Assert.Same(array, ArrayOf(second));
        Assert.Equal(LargeBlocks.BlockBytes, second.Memory.Length);
    }

    [Fact]
    public void A_block_that_is_returned_twice_is_lent_once()
    {
        var block = _pool.Rent();
        block.Dispose();
        block.Dispose();

        using var first = _pool.Rent();
        using var second = _pool.Rent();

        Assert.NotSame(ArrayOf(first), ArrayOf(second));
        Assert.Throws<ObjectDisposedException>(() => block.Memory);
    }

    [Fact]
    public void Blocks_are_small_while_too_many_large_ones_are_in_use()
    {
        var inUse = Enumerable.Range(0, LargeBlocks.MaxBlocks).Select(_ => _pool.Rent(KestrelBlockBytes)).ToList();

        using (var small = _pool.Rent(KestrelBlockBytes))
        {
            Assert.Equal(KestrelBlockBytes, small.Memory.Length);
        }

        inUse[0].Dispose();
        using var large = _pool.Rent(KestrelBlockBytes);
        Assert.Equal(LargeBlocks.BlockBytes, large.Memory.Length);
    }

    [Fact]
    public void No_more_blocks_are_made_than_were_in_use_at_the_same_time()
    {
        var inUse = Enumerable.Range(0, 256).Select(_ => _pool.Rent()).ToList();
        var arrays = inUse.Select(ArrayOf).ToHashSet();
        inUse.ForEach(static block => block.Dispose());

        var again = Enumerable.Range(0, inUse.Count).Select(_ => ArrayOf(_pool.Rent()));

        Assert.Subset(arrays, again.ToHashSet());
    }

    [Fact]
    public void A_block_is_as_long_as_requested()
    {
        using var longer = _pool.Rent(LargeBlocks.BlockBytes + 1);

        Assert.InRange(longer.Memory.Length, LargeBlocks.BlockBytes + 1, int.MaxValue);
    }

    public void Dispose() => _pool.Dispose();

    private static byte[] ArrayOf(IMemoryOwner<byte> block) =>
        MemoryMarshal.TryGetArray<byte>(block.Memory, out var segment)
            ? segment.Array!
            : throw new InvalidOperationException("The block is no array.");
}
