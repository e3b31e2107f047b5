using System.Runtime.InteropServices;

namespace OrleansUploads.Core.Tests.Hashing;

public class LaneBatchTests
{
    private const int MaxMessages = 40;
    private const int BlocksBytes = 640;

    public static TheoryData<string> Paths => [.. Enum.GetNames<BatchPath>()];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Messages_can_be_continued_by_every_path(string name)
    {
        var path = Enum.Parse<BatchPath>(name);
        Assert.SkipUnless(LaneBatch.IsSupported(path) && SharedLanes.IsSupported, $"This processor does not support {path}.");
        for (var count = 1; count <= MaxMessages; count++)
        {
            Continue<Sha256State>(count, (runs, states) => LaneBatch.Append(path, runs, BlocksBytes, states));
            Continue<Md5State>(count, (runs, states) => LaneBatch.Append(path, runs, BlocksBytes, states));
        }
    }

    [Fact]
    public void Any_number_of_messages_is_continued_by_the_paths_that_are_chosen()
    {
        Assert.SkipUnless(SharedLanes.IsSupported, "There is no OpenSSL.");
        for (var count = 1; count <= MaxMessages; count++)
        {
            Continue<Sha256State>(count, static (runs, states) => LaneBatch.Append(runs, BlocksBytes, states));
            Continue<Md5State>(count, static (runs, states) => LaneBatch.Append(runs, BlocksBytes, states));
        }
    }

    private static void Continue<TState>(int count, Action<nint[], TState[]> append)
        where TState : unmanaged, IHashState<TState>
    {
        // Start at offset 1, so that nothing is aligned.
        var data = Enumerable.Range(0, count).Select(static i => Bytes.Random(i, 1 + 64 + BlocksBytes)).ToArray();
        var chains = data.Select(static _ => new HashChain<TState>(hasState: true)).ToArray();
        for (var i = 0; i < count; i++)
        {
            chains[i].Append(data[i].AsSpan(1, 64));
        }

        TState[] states = [.. chains.Select(static chain => chain.State)];
        var pins = data.Select(static message => GCHandle.Alloc(message, GCHandleType.Pinned)).ToArray();
        append([.. pins.Select(static pin => pin.AddrOfPinnedObject() + 65)], states);
        Array.ForEach(pins, static pin => pin.Free());
        for (var i = 0; i < count; i++)
        {
            chains[i].Continue(states[i], BlocksBytes / 64);
            Assert.Equal(HashChainTests.Platform<TState>(data[i].AsSpan(1)), HashChainTests.Finish(chains[i]));
            chains[i].Dispose();
        }
    }
}
