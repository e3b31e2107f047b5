using OrleansUploads.Hashing.Checksums;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.Fuzzing.S3;

/// <summary>Generates the bodies of objects and parts in every payload mode, and corrupts the framing of some of them.</summary>
internal sealed class S3Bodies(Dice dice)
{
    private const string Trailer = "x-amz-checksum-crc32";

    private readonly Mutator _mutator = new(dice);

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
        return dice.OneIn(3) ? chunked.ThenTampered(framed => framed with { Body = Corrupted(framed.Body) }) : chunked;
    }

    private byte[] Corrupted(byte[] framed)
    {
        if (dice.OneIn(2))
        {
            return _mutator.Bytes(framed);
        }

        // The lines of the framing are at both ends.
        var start = dice.OneIn(2) ? 0 : Math.Max(0, framed.Length - 200);
        var end = Math.Min(framed.Length, start + 200);
        var lines = _mutator.Tokens(Encoding.Latin1.GetString(framed[start..end]), Language.Chunks);
        return [.. framed[..start], .. Encoding.Latin1.GetBytes(lines), .. framed[end..]];
    }
}
