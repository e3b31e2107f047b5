using System.Globalization;
using System.Security.Cryptography;

namespace OrleansUploads.Core.Tests.Signing;

public class ChunkedBodyDecoderTests
{
    private const string Timestamp = "20130524T000000Z";
    private const string Checksum = "x-amz-checksum-crc32";
    private const string Hello = "5\r\nhello\r\n0\r\n";

    /// <summary>Any signature: there is no key to verify it.</summary>
    private const string Signature = ";chunk-signature=0000000000000000000000000000000000000000000000000000000000000000\r\n";

    private static readonly SigningKey Key =
        SigningKey.Derive(ExampleRequest.Secret, new CredentialScope("20130524", "us-east-1", "s3"));

    public static TheoryData<PayloadMode> ChunkedModes =>
        [PayloadMode.SignedChunks, PayloadMode.SignedChunksWithTrailer, PayloadMode.UnsignedChunksWithTrailer];

    [Theory]
    [MemberData(nameof(ChunkedModes))]
    public void Random_bodies_survive_any_split_of_reads(PayloadMode mode)
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var data = new byte[random.Next(4) == 0 ? 0 : random.Next(20_000)];
            random.NextBytes(data);
            var framed = Frame(mode, data, random);
            var (decoded, error) = Decode(mode, framed, data.Length, random);
            Assert.Equal(ChunkedBodyError.None, error);
            Assert.Equal(data, decoded);
        }
    }

    [Theory]
    [InlineData(PayloadMode.SignedChunks)]
    [InlineData(PayloadMode.SignedChunksWithTrailer)]
    public void Every_changed_byte_of_a_signed_body_is_found(PayloadMode mode)
    {
        var data = Encoding.ASCII.GetBytes("some bytes of a body");
        var framed = Frame(mode, data, new Random(1));
        for (var at = 0; at < framed.Length; at++)
        {
            if (framed[at] is (byte)'\r' or (byte)'\n')
            {
                continue;
            }

            var changed = (byte[])framed.Clone();
            changed[at] ^= 1;
            var (_, error) = Decode(mode, changed, data.Length, new Random(at));
            Assert.True(error != ChunkedBodyError.None, $"The change at {at} was not found.");
        }
    }

    [Theory]
    [MemberData(nameof(ChunkedModes))]
    public void Every_cut_before_the_final_line_ends_is_found(PayloadMode mode)
    {
        var data = Encoding.ASCII.GetBytes("some bytes of a body");
        var framed = Frame(mode, data, new Random(1));
        var end = framed.AsSpan().TrimEnd("\r\n"u8).Length;

        // A cut in the value of an unsigned trailer changes the checksum, which the decoder does not interpret.
        var found = mode.HasSignedChunks() ? end : framed.AsSpan().LastIndexOf((byte)':');
        for (var length = 0; length < found; length++)
        {
            var (_, error) = Decode(mode, framed[..length], data.Length, new Random(length));
            Assert.True(error != ChunkedBodyError.None, $"The cut after {length} bytes was not found.");
        }

        for (var length = end; length <= framed.Length; length++)
        {
            Assert.Equal(ChunkedBodyError.None, Decode(mode, framed[..length], data.Length, new Random(length)).Error);
        }
    }

    [Theory]
    [InlineData("5\r\nhello\r\n0\r\n\r\n", ChunkedBodyError.None)]
    [InlineData("5\nhello\n0\n\n", ChunkedBodyError.None)]
    [InlineData("005\r\nhello\r\n0\r\n\r\n\r\n", ChunkedBodyError.None)]
    [InlineData("4\r\nhell\r\n0\r\n\r\n", ChunkedBodyError.Incomplete)]
    [InlineData("6\r\nhello!\r\n0\r\n\r\n", ChunkedBodyError.Incomplete)]
    [InlineData("ffffffffffffffff\r\nhello\r\n0\r\n\r\n", ChunkedBodyError.Incomplete)]
    [InlineData("10000000000000005\r\nhello\r\n0\r\n\r\n", ChunkedBodyError.MalformedChunk)]
    [InlineData("-5\r\nhello\r\n0\r\n\r\n", ChunkedBodyError.MalformedChunk)]
    [InlineData("\r\nhello\r\n0\r\n\r\n", ChunkedBodyError.MalformedChunk)]
    [InlineData("5\r\nhello0\r\n\r\n", ChunkedBodyError.MalformedChunk)]
    [InlineData("5\r\nhello\r\n0\r\nx-other:1\r\n\r\n", ChunkedBodyError.MalformedTrailer)]
    [InlineData("5\r\nhello\r\n0\r\nno colon\r\n\r\n", ChunkedBodyError.MalformedTrailer)]
    [InlineData("5\r\nhello\r\n0\r\n\r\n\r\n\r\n\r\n", ChunkedBodyError.MalformedTrailer)]
    [InlineData(Hello + "\r\n", ChunkedBodyError.MalformedTrailer, Checksum)]
    [InlineData(Hello + Checksum + ": AAAAAA==\r\n\r\n", ChunkedBodyError.None, Checksum)]
    [InlineData(Hello + Checksum + ":AAAAAA==\r\n" + Checksum + ":AAAAAA==\r\n\r\n", ChunkedBodyError.MalformedTrailer, Checksum)]
    [InlineData("5" + Signature + "hello\r\n0" + Signature + "\r\n", ChunkedBodyError.None, null, PayloadMode.SignedChunks)]
    [InlineData(Hello + "\r\n", ChunkedBodyError.MalformedChunk, null, PayloadMode.SignedChunks)]
    public void Framing(
        string body, ChunkedBodyError expected, string? announced = null, PayloadMode mode = PayloadMode.UnsignedChunksWithTrailer)
    {
        using var decoder = new ChunkedBodyDecoder(mode, 5, null, announced is null ? [] : [announced]);
        decoder.Decode(Encoding.ASCII.GetBytes(body), new byte[64], out _, out _);
        Assert.Equal(expected, decoder.Finish());
    }

    [Fact]
    public void A_line_of_unlimited_length_is_refused()
    {
        using var decoder = new ChunkedBodyDecoder(PayloadMode.SignedChunks, 5, null, []);
        var piece = new byte[100];
        piece.AsSpan().Fill((byte)'0');
        for (var i = 0; i < 11; i++)
        {
            decoder.Decode(piece, [], out _, out _);
        }

        Assert.Equal(ChunkedBodyError.MalformedChunk, decoder.Error);
    }

    [Theory]
    [InlineData("UNSIGNED-PAYLOAD", PayloadMode.NotSigned, true)]
    [InlineData("E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", PayloadMode.Hashed, true)]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85", PayloadMode.Hashed, false)]
    [InlineData("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", PayloadMode.Hashed, false)]
    [InlineData("", PayloadMode.Hashed, false)]
    public void Payload_modes(string text, PayloadMode mode, bool known)
    {
        Assert.Equal(known, PayloadModes.TryParse(text, out var parsed));
        Assert.Equal(mode, parsed);
    }

    private static ChunkSignatures Chain() => new(Key, Timestamp, new byte[32]);

    private static string[] Announced(PayloadMode mode) => mode.HasTrailer() ? [Checksum] : [];

    private static byte[] Frame(PayloadMode mode, byte[] data, Random random)
    {
        var chain = Chain();
        using var framed = new MemoryStream();
        for (var at = 0; ;)
        {
            var count = Math.Min(random.Next(1, 5_000), data.Length - at);
            var chunk = data.AsSpan(at, count);
            var signature = new byte[32];
            chain.SignChunk(SHA256.HashData(chunk), signature);
            Write(framed, count.ToString("x", CultureInfo.InvariantCulture)
                + (mode.HasSignedChunks() ? $";chunk-signature={Convert.ToHexStringLower(signature)}\r\n" : "\r\n"));
            if (count == 0)
            {
                break;
            }

            framed.Write(chunk);
            Write(framed, "\r\n");
            at += count;
        }

        if (mode.HasTrailer())
        {
            Write(framed, Checksum + ":AAAAAA==\r\n");
        }

        if (mode == PayloadMode.SignedChunksWithTrailer)
        {
            var signature = new byte[32];
            chain.SignTrailer(SHA256.HashData(Encoding.ASCII.GetBytes(Checksum + ":AAAAAA==\n")), signature);
            Write(framed, $"x-amz-trailer-signature:{Convert.ToHexStringLower(signature)}\r\n");
        }

        Write(framed, "\r\n");
        return framed.ToArray();
    }

    private static void Write(MemoryStream to, string text) => to.Write(Encoding.ASCII.GetBytes(text));

    /// <summary>Feeds the body in random pieces, with outputs of random size.</summary>
    private static (byte[] Data, ChunkedBodyError Error) Decode(PayloadMode mode, byte[] framed, int lengthBytes, Random random)
    {
        using var decoder = new ChunkedBodyDecoder(mode, lengthBytes, Chain(), Announced(mode));
        using var decoded = new MemoryStream();
        for (var at = 0; at < framed.Length && decoder.Error == ChunkedBodyError.None;)
        {
            var input = framed.AsSpan(at, Math.Min(random.Next(1, 3_000), framed.Length - at));
            var output = new byte[random.Next(1, 2_000)];
            decoder.Decode(input, output, out var consumed, out var produced);
            decoded.Write(output, 0, produced);
            at += consumed;
        }

        return (decoded.ToArray(), decoder.Finish());
    }
}
