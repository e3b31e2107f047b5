using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.Fuzzing.S3;

/// <summary>Frames the body of a signed request as aws-chunked.</summary>
/// <param name="ChunkBytes">The size of all chunks but the last.</param>
/// <param name="IsSigned">Whether each chunk is signed. The chunks of a request without a signature are not.</param>
/// <param name="Trailer">The line behind the chunks, or null for none.</param>
internal sealed record ChunkFraming(int ChunkBytes, bool IsSigned, string? Trailer)
{
    public FuzzRequest Frame(FuzzRequest request)
    {
        var signatures = IsSigned ? SignaturesOf(request) : null;
        var signature = new byte[SHA256.HashSizeInBytes];
        using var framed = new MemoryStream();
        foreach (var chunk in (IEnumerable<byte[]>)[.. request.Body.Chunk(ChunkBytes), []])
        {
            signatures?.SignChunk(SHA256.HashData(chunk), signature);
            var extension = signatures is null ? "" : $";chunk-signature={Convert.ToHexStringLower(signature)}";
            framed.Write([.. Encoding.ASCII.GetBytes($"{chunk.Length:x}{extension}\r\n"), .. chunk]);
            framed.Write(chunk.Length > 0 ? "\r\n"u8 : []);
        }

        if (Trailer is not null)
        {
            signatures?.SignTrailer(SHA256.HashData(Encoding.ASCII.GetBytes($"{Trailer}\n")), signature);
            var signed = signatures is null ? "" : $"x-amz-trailer-signature:{Convert.ToHexStringLower(signature)}\r\n";
            framed.Write(Encoding.ASCII.GetBytes($"{Trailer}\r\n{signed}"));
        }

        framed.Write("\r\n"u8);
        return request with { Body = framed.ToArray() };
    }

    private static ChunkSignatures? SignaturesOf(FuzzRequest request) =>
        request.Signer is { } signer
        && AuthorizationHeader.TryParse(request.Header("Authorization") ?? "", out var authorization, out _)
        && request.Header("x-amz-date") is { Length: > 0 } date
            ? new ChunkSignatures(SigningKey.Derive(signer.SecretKey, authorization.Scope), date, authorization.Signature)
            : null;
}
