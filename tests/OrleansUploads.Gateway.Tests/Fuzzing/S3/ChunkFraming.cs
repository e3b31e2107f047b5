using System.Security.Cryptography;
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
        using var framed = new MemoryStream();
        foreach (var chunk in (IEnumerable<byte[]>)[.. request.Body.Chunk(ChunkBytes), []])
        {
            framed.Write(Encoding.ASCII.GetBytes($"{chunk.Length:x}{SignatureOf(signatures, chunk)}\r\n"));
            framed.Write(chunk);
            if (chunk.Length > 0)
            {
                framed.Write("\r\n"u8);
            }
        }

        if (Trailer is not null)
        {
            framed.Write(Encoding.ASCII.GetBytes($"{Trailer}\r\n"));
            if (signatures is not null)
            {
                var signature = new byte[SHA256.HashSizeInBytes];
                signatures.SignTrailer(SHA256.HashData(Encoding.ASCII.GetBytes($"{Trailer}\n")), signature);
                framed.Write(Encoding.ASCII.GetBytes($"x-amz-trailer-signature:{Convert.ToHexStringLower(signature)}\r\n"));
            }
        }

        framed.Write("\r\n"u8);
        return request with { Body = framed.ToArray() };
    }

    private static string SignatureOf(ChunkSignatures? signatures, byte[] chunk)
    {
        if (signatures is null)
        {
            return "";
        }

        var signature = new byte[SHA256.HashSizeInBytes];
        signatures.SignChunk(SHA256.HashData(chunk), signature);
        return $";chunk-signature={Convert.ToHexStringLower(signature)}";
    }

    private static ChunkSignatures? SignaturesOf(FuzzRequest request) =>
        request.Signer is { } signer
        && AuthorizationHeader.TryParse(request.Header("Authorization") ?? "", out var authorization, out _)
        && request.Header("x-amz-date") is { Length: > 0 } date
            ? new ChunkSignatures(SigningKey.Derive(signer.SecretKey, authorization.Scope), date, authorization.Signature)
            : null;
}
