namespace OrleansUploads.Core.Tests.Hashing;

public class Sha256ChainTests
{
    private static readonly byte[] Data = Bytes.Random(1, 100_000);

    [Fact]
    public void OpenSSL_is_found_on_Linux() => Assert.Equal(OperatingSystem.IsLinux(), OpenSslBlocks.IsSupported);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_short_length_matches_SHA256(bool hasState)
    {
        using var chain = Chain(hasState);
        for (var length = 0; length <= 300; length++)
        {
            chain.Append(Data.AsSpan(0, length));
            Assert.Equal(Bytes.Sha256Of(Data.AsSpan(0, length)), chain.Finish());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Any_chunking_matches_SHA256_and_the_hash_so_far_can_be_read(bool hasState)
    {
        using var chain = Chain(hasState);
        for (var seed = 0; seed < 40; seed++)
        {
            var data = Data.AsMemory(0, new Random(seed).Next(Data.Length + 1));
            var done = 0;
            foreach (var chunk in Bytes.RandomChunks(data, seed))
            {
                chain.Append(chunk.Span);
                done += chunk.Length;
                Assert.Equal(Bytes.Sha256Of(Data.AsSpan(0, done)), chain.Current());
            }

            Assert.Equal(Bytes.Sha256Of(data.Span), chain.Finish());
        }
    }

    [Fact]
    public void A_chain_can_join_lanes_only_between_blocks()
    {
        using var chain = Chain(hasState: true);
        Assert.True(chain.CanJoinLanes);
        chain.Append(Data.AsSpan(0, 65));
        Assert.False(chain.CanJoinLanes);
        chain.Append(Data.AsSpan(65, 63));
        Assert.True(chain.CanJoinLanes);

        using var platform = Chain(hasState: false);
        Assert.False(platform.CanJoinLanes);
    }

    private static Sha256Chain Chain(bool hasState)
    {
        Assert.SkipUnless(OpenSslBlocks.IsSupported || !hasState, "There is no OpenSSL.");
        return new Sha256Chain(hasState);
    }
}
