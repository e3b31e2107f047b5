using System.Security.Cryptography;

namespace OrleansUploads.Core.Tests.Hashing;

public class HashChainTests
{
    private static readonly byte[] Data = Bytes.Random(1, 100_000);

    [Fact]
    public void OpenSSL_is_found_on_Linux()
    {
        Assert.Equal(OperatingSystem.IsLinux(), OpenSslBlocks<Sha256State>.IsSupported);
        Assert.Equal(OperatingSystem.IsLinux(), OpenSslBlocks<Md5State>.IsSupported);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_short_length_matches_the_platform(bool hasState)
    {
        Check<Sha256State>();
        Check<Md5State>();

        void Check<TState>()
            where TState : unmanaged, IHashState<TState>
        {
            using var chain = Chain<TState>(hasState);
            for (var length = 0; length <= 300; length++)
            {
                chain.Append(Data.AsSpan(0, length));
                Assert.Equal(Platform<TState>(Data.AsSpan(0, length)), Finish(chain));
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Any_chunking_matches_the_platform_and_the_hash_so_far_can_be_read(bool hasState)
    {
        Check<Sha256State>();
        Check<Md5State>();

        void Check<TState>()
            where TState : unmanaged, IHashState<TState>
        {
            using var chain = Chain<TState>(hasState);
            for (var seed = 0; seed < 20; seed++)
            {
                var data = Data.AsMemory(0, new Random(seed).Next(Data.Length + 1));
                var done = 0;
                foreach (var chunk in Bytes.RandomChunks(data, seed))
                {
                    chain.Append(chunk.Span);
                    done += chunk.Length;
                    var current = NewDigest<TState>();
                    chain.Current(current);
                    Assert.Equal(Platform<TState>(Data.AsSpan(0, done)), current);
                }

                Assert.Equal(Platform<TState>(data.Span), Finish(chain));
            }
        }
    }

    [Fact]
    public void A_chain_can_join_lanes_only_between_blocks()
    {
        using var chain = Chain<Sha256State>(hasState: true);
        Assert.True(chain.CanJoinLanes);
        chain.Append(Data.AsSpan(0, 65));
        Assert.False(chain.CanJoinLanes);
        chain.Append(Data.AsSpan(65, 63));
        Assert.True(chain.CanJoinLanes);

        using var platform = Chain<Sha256State>(hasState: false);
        Assert.False(platform.CanJoinLanes);
    }

    internal static byte[] Platform<TState>(ReadOnlySpan<byte> data)
        where TState : unmanaged, IHashState<TState> => CryptographicOperations.HashData(TState.Algorithm, data);

    internal static byte[] Finish<TState>(HashChain<TState> chain)
        where TState : unmanaged, IHashState<TState>
    {
        var digest = NewDigest<TState>();
        chain.Finish(digest);
        return digest;
    }

    private static byte[] NewDigest<TState>()
        where TState : unmanaged, IHashState<TState> => new byte[TState.Initial.Length * sizeof(uint)];

    private static HashChain<TState> Chain<TState>(bool hasState)
        where TState : unmanaged, IHashState<TState>
    {
        Assert.SkipUnless(OpenSslBlocks<TState>.IsSupported || !hasState, "There is no OpenSSL.");
        return new HashChain<TState>(hasState);
    }
}
