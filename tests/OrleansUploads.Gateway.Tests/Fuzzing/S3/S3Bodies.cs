using OrleansUploads.Gateway.Tests.S3;
using OrleansUploads.Hashing.Checksums;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.Fuzzing.S3;

/// <summary>Generates the bodies of objects and parts in every payload mode, and corrupts the framing of some of them.</summary>
internal sealed class S3Bodies(Dice dice)
{
    private const string Trailer = "x-amz-checksum-crc32";

    /// <summary>A request with a random body in a random payload mode.</summary>
    public FuzzRequest Of(string method, string target)
    {
        var body = dice.Bytes(dice.Pick(0, 1, 10, 1000, 5000, 70_000));
        var request = FuzzRequest.From(S3Server.Request(method, target, body));
        var checksum = ChecksumHasher.Compute(ChecksumAlgorithm.Crc32, body).Base64;
        return dice.Below(10) switch
        {
            0 => request.With("x-amz-content-sha256", PayloadModes.NotSigned),
            1 => request.With(Trailer, checksum),
            2 => request.With("Content-MD5", Convert.ToBase64String(Convert.FromHexString(S3Server.Md5(body)))),
            3 or 4 => Chunked(request, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", trailer: null),
            5 => Chunked(request, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", $"{Trailer}:{checksum}"),
            6 or 7 => Chunked(request, "STREAMING-UNSIGNED-PAYLOAD-TRAILER", $"{Trailer}:{checksum}"),
            8 when dice.OneIn(10) => request with { Framing = new BodyFraming.OnlyAnnounced("5368709121") },
            _ => request,
        };
    }

    private FuzzRequest Chunked(FuzzRequest request, string mode, string? trailer)
    {
        var chunked = request
            .With("x-amz-content-sha256", mode)
            .With("x-amz-decoded-content-length", request.Body.Length.ToString(CultureInfo.InvariantCulture));
        chunked = dice.OneIn(4) ? chunked : chunked.With("Content-Encoding", "aws-chunked");
        chunked = trailer is null ? chunked : chunked.With("x-amz-trailer", Trailer);
        var framing = new ChunkFraming(dice.Pick(1000, 8192, 65_536), mode != "STREAMING-UNSIGNED-PAYLOAD-TRAILER", trailer);

        // Chunks continue the signature of the request, so they are framed after it is signed.
        chunked = chunked.ThenTampered(framing.Frame);
        if (!dice.OneIn(3))
        {
            return chunked;
        }

        var later = new Dice(dice.Below(int.MaxValue));
        return chunked.ThenTampered(framed => framed with { Body = Corrupted(framed.Body, later) });
    }

    private static byte[] Corrupted(byte[] framed, Dice dice)
    {
        if (framed.Length == 0)
        {
            return framed;
        }

        var at = dice.Below(framed.Length);
        var head = Math.Min(dice.Below(100), framed.Length);
        switch (dice.Below(9))
        {
            case 0:
                framed[at] ^= (byte)(1 << dice.Below(8));
                return framed;
            case 1:
                return framed[..at];
            case 2:
                return [.. framed, .. WireText.Encode(OddText.Of(dice))];
            case 3:
                return [.. framed[..head], .. WireText.Encode(OddText.Of(dice)), .. framed[head..]];
            case 4:
                return [.. framed[..head], .. dice.Bytes(dice.Pick(1, 100, 20_000)), .. framed[head..]];
            case 5:
                return [.. WireText.Encode(dice.Pick("fffffffffffffffff", "7fffffffffffffff", "-1", "+1", " 1", "0x1", "")), .. framed];
            case 6:
                return [.. framed, .. framed];
            case 7:
                return [.. framed[..^Math.Min(2, framed.Length)], .. WireText.Encode(dice.Pick(
                    "x-amz-checksum-crc32:AAAAAA==\r\n\r\n", "a:b\r\n\r\n", ":\r\n\r\n", "x\r\n\r\n", "\n", $"{new string('t', 20_000)}:v\r\n\r\n",
                    string.Concat(Enumerable.Repeat("x-amz-checksum-crc32:AAAAAA==\r\n", 500))))];
            default:
                return Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(framed).Replace("\r\n", dice.Pick("\n", "\r", "\r\n\r\n"), StringComparison.Ordinal));
        }
    }
}
