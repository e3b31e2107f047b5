using OrleansUploads.Gateway.Http.Bodies;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.Http;

/// <summary>An aws-chunked body that arrives in pieces, some without a byte of the object.</summary>
public sealed class ChunkedBodyStreamTests
{
    private const string Framed = "3\r\nabc\r\n2\r\nde\r\n0\r\nx-amz-checksum-crc32:hYfYZQ==\r\n\r\n";

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task Every_byte_is_returned_however_it_arrives(int pieceBytes)
    {
        var (read, decoder) = await ReadAsync(Framed, pieceBytes);
        Assert.Equal("abcde", read);
        Assert.Equal("hYfYZQ==", decoder.Trailers["x-amz-checksum-crc32"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task The_end_of_the_stream_is_reached_only_if_the_body_is_whole(int pieceBytes)
    {
        for (var length = 0; length < Framed.IndexOf("x-amz", StringComparison.Ordinal) - 2; length++)
        {
            await Assert.ThrowsAsync<ChunkedBodyException>(() => ReadAsync(Framed[..length], pieceBytes));
        }
    }

    private static async Task<(string Read, ChunkedBodyDecoder Decoder)> ReadAsync(string framed, int pieceBytes)
    {
        var decoder = new ChunkedBodyDecoder(PayloadMode.UnsignedChunksWithTrailer, 5, null, ["x-amz-checksum-crc32"]);
        await using var stream = new ChunkedBodyStream(new Pieces(Encoding.ASCII.GetBytes(framed), pieceBytes), decoder);
        var read = new MemoryStream();
        var buffer = new byte[10];
        while (await stream.ReadAsync(buffer, Cancellation) is var count and > 0)
        {
            read.Write(buffer.AsSpan(0, count));
        }

        return (Encoding.ASCII.GetString(read.ToArray()), decoder);
    }

    /// <summary>Returns at most some bytes at a time.</summary>
    private sealed class Pieces(byte[] bytes, int pieceBytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, pieceBytes)], cancellationToken);
    }
}
