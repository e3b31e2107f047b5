namespace OrleansUploads.Core.Tests.Hashing;

public sealed class CrcTests
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
    public void Every_path_of_CRC_32C_computes_the_known_vectors(byte[] data, uint expected)
    {
        Assert.Equal(expected, Crc32C.Compute(data));
        AssertAgrees(expected, data);
    }

    [Fact]
    public void The_check_values_of_the_catalogues_hold()
    {
        Assert.Equal(0xCBF43926ul, ReflectedCrc.Crc32.Append(0, "123456789"u8));
        Assert.Equal(0xAE8B14860A799888ul, ReflectedCrc.Crc64Nvme.Append(0, "123456789"u8));
        Assert.Equal(0ul, ReflectedCrc.Crc32.Append(0, []));
        Assert.Equal(0ul, ReflectedCrc.Crc64Nvme.Append(0, []));
    }

    [Fact]
    public void Both_paths_agree_with_the_definition_at_every_length_and_alignment()
    {
        var data = Bytes.Random(1, 10_000);
        for (var length = 0; length < 9_900; length += length < 300 ? 1 : 97)
        {
            var piece = data.AsSpan(length % 9, length);
            AssertAgrees(ReflectedCrc.Crc32, BitByBit(piece, 32, 0xEDB88320), piece);
            AssertAgrees(ReflectedCrc.Crc64Nvme, BitByBit(piece, 64, 0x9A6C9329AC4BC9B5), piece);
            AssertAgrees((uint)BitByBit(piece, 32, 0x82F63B78), piece);
        }
    }

    [Fact]
    public void Appending_piece_by_piece_gives_the_CRC_of_the_whole()
    {
        var data = Bytes.Random(2, 3_000_000);
        for (var seed = 0; seed < 20; seed++)
        {
            var (crc32, crc32C, crc64) = (0ul, 0u, 0ul);
            foreach (var chunk in Bytes.RandomChunks(data, seed))
            {
                crc32 = ReflectedCrc.Crc32.Append(crc32, chunk.Span);
                crc32C = Crc32C.Append(crc32C, chunk.Span);
                crc64 = ReflectedCrc.Crc64Nvme.Append(crc64, chunk.Span);
            }

            Assert.Equal(
                (ReflectedCrc.Crc32.Append(0, data), Crc32C.Compute(data), ReflectedCrc.Crc64Nvme.Append(0, data)),
                (crc32, crc32C, crc64));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(99_999)]
    [InlineData(100_000)]
    public void The_CRCs_of_two_pieces_combine_to_that_of_the_whole(int cut)
    {
        var data = Bytes.Random(3, 100_000);
        var first = data.AsSpan(0, cut);
        var second = data.AsSpan(cut);
        AssertCombines(ReflectedCrc.Crc32, data, first, second);
        AssertCombines(ReflectedCrc.Crc32C, data, first, second);
        AssertCombines(ReflectedCrc.Crc64Nvme, data, first, second);
    }

    [Fact]
    public void Combining_does_not_depend_on_how_the_pieces_are_grouped_even_for_the_longest_objects()
    {
        const long Long = 48L << 40;
        var (a, b, c) = (0x12345678u, 0x9ABCDEF0u, 0x0FEDCBA9u);
        var crc = ReflectedCrc.Crc32;
        Assert.Equal(crc.Combine(crc.Combine(a, b, Long), c, 5), crc.Combine(a, crc.Combine(b, c, 5), Long + 5));
    }

    /// <summary>All paths of CRC-32C.</summary>
    private static void AssertAgrees(uint expected, ReadOnlySpan<byte> data)
    {
        Assert.Equal(expected, Crc32C.AppendByInstruction(0, data));
        AssertAgrees(ReflectedCrc.Crc32C, expected, data);
    }

    private static void AssertCombines(
        ReflectedCrc crc, ReadOnlySpan<byte> data, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        Assert.Equal(crc.Append(0, data), crc.Combine(crc.Append(0, first), crc.Append(0, second), second.Length));

    private static void AssertAgrees(ReflectedCrc engine, ulong expected, ReadOnlySpan<byte> data)
    {
        Assert.Equal(expected, engine.AppendByTable(0, data));
        Assert.Equal(expected, engine.Append(0, data));
        if (ReflectedCrc.HasInstruction && data.Length >= 64)
        {
            Assert.Equal(expected, engine.AppendByFolding(0, data));
        }
    }

    private static ulong BitByBit(ReadOnlySpan<byte> data, int bits, ulong polynomial)
    {
        var mask = ulong.MaxValue >> (64 - bits);
        var register = mask;
        foreach (var b in data)
        {
            register ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                register = (register >> 1) ^ ((register & 1) * polynomial);
            }
        }

        return ~register & mask;
    }
}
