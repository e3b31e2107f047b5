namespace OrleansUploads.Core.Tests.Hashing;

public class PartHasherTests
{
    private static readonly byte[] Data = Bytes.Random(1, 24 * Bytes.MiB);

    [Fact]
    public void Any_chunking_gives_the_hashes_of_the_part()
    {
        using var hasher = new PartHasher();
        for (var seed = 0; seed < 12; seed++)
        {
            var part = Data.AsMemory(0, new Random(seed).Next(Data.Length + 1));
            foreach (var chunk in Bytes.RandomChunks(part, seed)) hasher.Append(chunk.Span);
            AssertHashesOf(part, hasher.Finish());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Bytes.MiB - 1)]
    [InlineData(Bytes.MiB)]
    [InlineData(Bytes.MiB + 1)]
    [InlineData(2 * Bytes.MiB)]
    [InlineData((2 * Bytes.MiB) + 1)]
    [InlineData(8 * Bytes.MiB)]
    [InlineData((20 * Bytes.MiB) - 1)]
    public void A_part_in_one_piece_and_in_even_chunks_gives_the_same_hashes(int length)
    {
        var part = Data.AsMemory(0, length);
        foreach (var withLinearHash in new[] { true, false })
        {
            using var hasher = new PartHasher(withLinearHash);
            hasher.Append(part.Span);
            AssertHashesOf(part, hasher.Finish(), withLinearHash);
            for (var at = 0; at < length; at += 65_536) hasher.Append(part.Span[at..Math.Min(at + 65_536, length)]);
            AssertHashesOf(part, hasher.Finish(), withLinearHash);
        }
    }

    [Theory]
    [InlineData(Bytes.MiB - 1)]
    [InlineData(Bytes.MiB)]
    [InlineData((8 * Bytes.MiB) + 1)]
    [InlineData(20 * Bytes.MiB)]
    public void Leaves_may_be_appended_long_after_the_linear_hash(int length)
    {
        using var hasher = new PartHasher();
        var part = Data.AsMemory(0, length);
        for (var round = 0; round < 2; round++)
        {
            for (var at = 0; at < length; at += 300_000) hasher.AppendLinear(part.Span[at..Math.Min(at + 300_000, length)]);
            for (var at = 0; at < length; at += PartHasher.BatchBytes)
            {
                hasher.AppendTree(part.Span[at..Math.Min(at + PartHasher.BatchBytes, length)]);
            }

            AssertHashesOf(part, hasher.Finish());
        }
    }

    [Fact]
    public void Appending_chunks_allocates_nothing()
    {
        using var hasher = new PartHasher();
        hasher.Append(Data.AsSpan(0, 8 * Bytes.MiB));
        hasher.Finish();
        Allocations.AssertNone(
            () =>
            {
                for (var at = 0; at < 8 * Bytes.MiB; at += 100_000) hasher.Append(Data.AsSpan(at, 100_000));
            },
            reset: () => hasher.Finish());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_disposed_hasher_refuses_more_bytes(bool withLinearHash)
    {
        var hasher = new PartHasher(withLinearHash);
        hasher.Dispose();
        Assert.Throws<ObjectDisposedException>(() => hasher.Append("a"u8));
        Assert.Throws<ObjectDisposedException>(() => hasher.Append(Data.AsSpan(0, PartHasher.BatchBytes)));
        Assert.Throws<ObjectDisposedException>(() => hasher.Finish());
    }

    private static void AssertHashesOf(ReadOnlyMemory<byte> part, PartHashes hashes, bool withLinearHash = true)
    {
        Assert.Equal(part.Length, hashes.LengthBytes);
        Assert.Equal(withLinearHash ? new LinearHash(Bytes.Sha256Of(part.Span)) : null, hashes.Linear);
        Assert.Equal(Bytes.LeavesOf(part), hashes.Leaves);
        Assert.Equal(Bytes.TreeHashOf(part), hashes.Tree);
    }
}
