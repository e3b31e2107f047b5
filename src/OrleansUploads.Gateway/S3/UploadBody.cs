using OrleansUploads.Engine.Receiving;
using OrleansUploads.Gateway.Http.Bodies;
using OrleansUploads.Hashing;
using OrleansUploads.Hashing.Checksums;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.S3;

/// <summary>The bytes of an object or a part, decoded, with the digests that the request states.</summary>
internal sealed class UploadBody : IDisposable
{
    private readonly ChunkedBodyStream? _decoded;

    private UploadBody(ObjectBody body, ChunkedBodyStream? decoded)
    {
        Body = body;
        _decoded = decoded;
    }

    public ObjectBody Body { get; }

    /// <summary>Opens the body of a request, and reads nothing yet.</summary>
    public static UploadBody Open(S3Call call)
    {
        var mode = call.Payload.Mode;
        var checksum = StatedChecksum.Read(call);
        var md5 = StatedChecksum.ReadMd5(call);
        var lengthBytes = ReadLength(call, mode);
        if (checksum is { Value: null } && !mode.HasTrailer())
        {
            throw new S3Error(
                S3ErrorCode.InvalidRequest, "x-amz-trailer needs an x-amz-content-sha256 that ends with -TRAILER.");
        }

        if (!mode.IsChunked())
        {
            LinearHash? sha256 = mode == PayloadMode.Hashed && LinearHash.TryParse(call.Header(PayloadModes.Header)!, out var linear)
                ? linear
                : null;
            var stated = new StatedDigests(md5, checksum?.Value);
            return new UploadBody(new ObjectBody(call.Exchange.Received, lengthBytes, sha256, checksum?.Algorithm, () => stated), null);
        }

        var decoder = new ChunkedBodyDecoder(mode, lengthBytes, call.Payload.Chunks, StatedChecksum.Trailers(call));
        var decoded = new ChunkedBodyStream(call.Exchange.Received, decoder);
        return new UploadBody(
            new ObjectBody(
                decoded,
                lengthBytes,
                Sha256: null,
                checksum?.Algorithm,
                () => new StatedDigests(md5, checksum is null ? null : checksum.Value ?? ReadTrailer(decoder, checksum.Algorithm))),
            decoded);
    }

    public void Dispose() => _decoded?.Dispose();

    private static long ReadLength(S3Call call, PayloadMode mode)
    {
        if (!mode.IsChunked())
        {
            return call.Request.ContentLength ?? throw Missing("Content-Length");
        }

        var text = call.Header(S3Headers.DecodedLength) ?? throw Missing(S3Headers.DecodedLength);
        return S3Number.TryParseLength(text, out var lengthBytes)
            ? lengthBytes
            : throw S3Error.InvalidArgument(S3Headers.DecodedLength, text, "It must be a whole number of bytes.");
    }

    private static S3Error Missing(string header) =>
        new S3Error(S3ErrorCode.MissingContentLength, $"You must provide the {header} HTTP header.");

    /// <exception cref="ChunkedBodyException">The announced trailer is missing.</exception>
    /// <exception cref="S3Error">The trailer is not a checksum.</exception>
    private static Checksum ReadTrailer(ChunkedBodyDecoder decoder, ChecksumAlgorithm algorithm) =>
        !decoder.Trailers.TryGetValue(algorithm.Header(), out var text) ? throw new ChunkedBodyException(ChunkedBodyError.MalformedTrailer)
        : Checksum.TryParse(algorithm, text, out var checksum) ? checksum
        : throw new S3Error(S3ErrorCode.InvalidRequest, $"Value for {algorithm.Header()} trailing header is invalid.");
}
