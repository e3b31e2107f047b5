using System.Runtime.InteropServices;

namespace OrleansUploads.Core.Tests.Hashing;

public class Sha256BatchTests
{
    private const int MaxMessages = 40;

    public static TheoryData<string> Paths => [.. Enum.GetNames<BatchPath>()];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_number_and_length_of_messages_matches_SHA256(string path)
    {
        foreach (var messageBytes in new[] { 64, 128, 192, 256, 320, 448, 512, 4096 + 64, 65_536 })
        {
            for (var count = 0; count <= MaxMessages; count++)
            {
                // Start at offset 1, so that nothing is aligned.
                var data = Bytes.Random(count, 1 + (count * messageBytes)).AsMemory(1);
                var expected = Enumerable.Range(0, count)
                    .Select(i => Bytes.Sha256Of(data.Span.Slice(i * messageBytes, messageBytes)));
                Assert.Equal(expected, Hash(path, data.Span, messageBytes));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Digests_may_overwrite_the_start_of_the_messages(string path)
    {
        for (var count = 1; count <= MaxMessages; count++)
        {
            var nodes = Bytes.RandomDigests(count, 2 * count);
            var expected = Hash(path, MemoryMarshal.AsBytes<Sha256Digest>(nodes), 64);
            Sha256Batch.Hash(Parse(path), MemoryMarshal.AsBytes<Sha256Digest>(nodes), 64, nodes.AsSpan(0, count));
            Assert.Equal(expected, nodes[..count]);
        }
    }

    [Fact]
    public void A_message_length_that_is_not_whole_blocks_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Sha256Batch.Hash(BatchPath.OneByOne, new byte[65], 65, new Sha256Digest[1]));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Sha256Batch.Hash(BatchPath.OneByOne, new byte[64], 64, new Sha256Digest[2]));
    }

    private static Sha256Digest[] Hash(string path, ReadOnlySpan<byte> messages, int messageBytes)
    {
        Assert.SkipUnless(LaneBatch.IsSupported(Parse(path)), $"This processor does not support {path}.");
        var digests = new Sha256Digest[messages.Length / messageBytes];
        Sha256Batch.Hash(Parse(path), messages, messageBytes, digests);
        return digests;
    }

    private static BatchPath Parse(string path) => Enum.Parse<BatchPath>(path);
}
