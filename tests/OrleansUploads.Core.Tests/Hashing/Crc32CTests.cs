using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Tests.Hashing;

public class Crc32CTests
{
    /// <summary>Vectors of RFC 3720, section B.4, and the standard check value of CRC-32C.</summary>
    public static TheoryData<byte[], uint> Vectors => new()
    {
        { [], 0 },
        { "123456789"u8.ToArray(), 0xE3069283 },
        { new byte[32], 0x8A9136AA },
        { [.. Enumerable.Repeat((byte)0xFF, 32)], 0x62A8AB43 },
        { [.. Enumerable.Range(0, 32).Select(i => (byte)i)], 0x46DD794E },
        { [.. Enumerable.Range(0, 32).Select(i => (byte)(31 - i))], 0x113FDB5C },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Every_path_computes_the_known_vectors(byte[] data, uint expected)
    {
        Assert.Equal(expected, Crc32C.Compute(data));
        Assert.Equal(expected, Crc32C.AppendByInstruction(0, data));
        Assert.Equal(expected, Crc32C.AppendByTable(0, data));
    }

    [Fact]
    public void Both_paths_agree_with_the_definition_at_every_length_and_alignment()
    {
        var data = Some.Bytes(10_000, 1);
        for (var length = 0; length < 9_900; length += length < 100 ? 1 : 97)
        {
            var piece = data.AsSpan(length % 9, length);
            var expected = BitByBit(piece);
            Assert.Equal(expected, Crc32C.AppendByInstruction(0, piece));
            Assert.Equal(expected, Crc32C.AppendByTable(0, piece));
        }
    }

    [Fact]
    public void Appending_piece_by_piece_gives_the_CRC_of_the_whole()
    {
        var data = Some.Bytes(200_000, 2);
        var expected = Crc32C.Compute(data);
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            uint crc = 0;
            for (var at = 0; at < data.Length;)
            {
                var length = random.Next(Math.Min(data.Length - at, 65_536) + 1);
                crc = Crc32C.Append(crc, data.AsSpan(at, length));
                at += length;
            }

            Assert.Equal(expected, crc);
        }
    }

    private static uint BitByBit(ReadOnlySpan<byte> data)
    {
        var register = uint.MaxValue;
        foreach (var b in data)
        {
            register ^= b;
            for (var bit = 0; bit < 8; bit++) register = (register >> 1) ^ ((register & 1) * 0x82F63B78);
        }

        return ~register;
    }
}
