using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Bodies;
using OrleansUploads.Hashing;
using OrleansUploads.Hashing.Checksums;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>The bytes of an object or a part, decoded, with the digests that the request states.</summary>
internal sealed class UploadBody : IDisposable
{
    private readonly ChunkedBodyStream? _decoded;

    private UploadBody(ObjectBody body, ChunkedBodyStream? decoded)
    {
        Body = body;
        _decoded = decoded;
    }

    /// <summary>The body for the intake.</summary>
    public ObjectBody Body { get; }

    /// <summary>Opens the body of a request. Reads nothing yet.</summary>
    public static bool TryOpen(
        S3Call call, [NotNullWhen(true)] out UploadBody? body, [NotNullWhen(false)] out S3Error? error)
    {
        body = null;
        var mode = call.Payload.Mode;
        if (!StatedChecksum.TryRead(call, out var checksum, out error)
            || !StatedChecksum.TryReadMd5(call, out var md5, out error)
            || !TryReadLength(call, mode, out var lengthBytes, out error))
        {
            return false;
        }

        if (checksum is { Value: null } && !mode.HasTrailer())
        {
            error = new(S3ErrorCode.InvalidRequest, "x-amz-trailer needs an x-amz-content-sha256 that ends with -TRAILER.");
            return false;
        }

        if (!mode.IsChunked())
        {
            LinearHash? sha256 = mode == PayloadMode.Hashed && LinearHash.TryParse(call.Header(RequestPayload.HashHeader)!, out var linear)
                ? linear
                : null;
            var stated = new StatedDigests(md5, checksum?.Value);
            body = new UploadBody(
                new ObjectBody(call.Exchange.Received, lengthBytes, sha256, checksum?.Algorithm, () => stated), null);
            return true;
        }

        var decoder = new ChunkedBodyDecoder(mode, lengthBytes, call.Payload.Chunks, StatedChecksum.Trailers(call));
        var decoded = new ChunkedBodyStream(call.Exchange.Received, decoder);
        body = new UploadBody(
            new ObjectBody(
                decoded,
                lengthBytes,
                Sha256: null,
                checksum?.Algorithm,
                () => new StatedDigests(md5, checksum is null ? null : checksum.Value ?? ReadTrailer(decoder, checksum.Algorithm))),
            decoded);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _decoded?.Dispose();

    private static bool TryReadLength(
        S3Call call, PayloadMode mode, out long lengthBytes, [NotNullWhen(false)] out S3Error? error)
    {
        error = null;
        if (!mode.IsChunked())
        {
            lengthBytes = call.Request.ContentLength ?? 0;
            error = call.Request.ContentLength is null
                ? new(S3ErrorCode.MissingContentLength, "You must provide the Content-Length HTTP header.")
                : null;
            return error is null;
        }

        var text = call.Header(S3Headers.DecodedLength);
        if (!S3Number.TryParseLength(text, out lengthBytes))
        {
            error = text is null
                ? new(S3ErrorCode.MissingContentLength, $"You must provide the {S3Headers.DecodedLength} HTTP header.")
                : S3Error.InvalidArgument(S3Headers.DecodedLength, text, "It must be a whole number of bytes.");
        }

        return error is null;
    }

    /// <exception cref="ChunkedBodyException">The trailer is not a checksum.</exception>
    private static Checksum ReadTrailer(ChunkedBodyDecoder decoder, ChecksumAlgorithm algorithm) =>
        decoder.Trailers.TryGetValue(algorithm.Header(), out var text) && Checksum.TryParse(algorithm, text, out var checksum)
            ? checksum
            : throw new ChunkedBodyException(ChunkedBodyError.MalformedTrailer);
}
