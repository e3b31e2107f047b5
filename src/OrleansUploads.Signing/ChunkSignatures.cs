using System.Security.Cryptography;

namespace OrleansUploads.Signing;

/// <summary>The chain of signatures over the chunks of a body. Each signature covers the one before it, so chunks can be neither
/// reordered nor dropped. Not thread-safe.</summary>
/// <remarks>Source: S3 API reference, "Signature Calculations for the Authorization Header: Transferring Payload in Multiple
/// Chunks".</remarks>
public sealed class ChunkSignatures
{
    private const string ChunkAlgorithm = AuthorizationHeader.Algorithm + "-PAYLOAD";
    private const string TrailerAlgorithm = AuthorizationHeader.Algorithm + "-TRAILER";

    private readonly SigningKey _key;
    private readonly string _timestamp;
    private readonly byte[] _previous = new byte[HMACSHA256.HashSizeInBytes];

    /// <summary>Starts a chain.</summary>
    /// <param name="key">The key that signed the request.</param>
    /// <param name="timestamp">The request's timestamp, in the basic format.</param>
    /// <param name="requestSignature">The 32 bytes of the request's own signature.</param>
    public ChunkSignatures(SigningKey key, string timestamp, ReadOnlySpan<byte> requestSignature)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentException.ThrowIfNullOrEmpty(timestamp);
        ArgumentOutOfRangeException.ThrowIfNotEqual(requestSignature.Length, HMACSHA256.HashSizeInBytes);
        _key = key;
        _timestamp = timestamp;
        requestSignature.CopyTo(_previous);
    }

    /// <summary>Writes the signature of the next chunk, 32 bytes, and continues the chain with it.</summary>
    /// <param name="hash">SHA-256 of the chunk's bytes.</param>
    /// <param name="signature">Receives the signature.</param>
    public void SignChunk(ReadOnlySpan<byte> hash, Span<byte> signature) =>
        Sign(ChunkAlgorithm, coversNothing: true, hash, signature);

    /// <summary>Writes the signature of the trailer, 32 bytes. The final, empty chunk must have been signed before.</summary>
    /// <param name="hash">SHA-256 of the trailer in canonical form.</param>
    /// <param name="signature">Receives the signature.</param>
    public void SignTrailer(ReadOnlySpan<byte> hash, Span<byte> signature) =>
        Sign(TrailerAlgorithm, coversNothing: false, hash, signature);

    /// <summary>Whether this is the signature of the next chunk. Takes the same time for every wrong signature.</summary>
    internal bool VerifyChunk(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        SignChunk(hash, expected);
        return CryptographicOperations.FixedTimeEquals(expected, signature);
    }

    /// <summary>Whether this is the signature of the trailer. Takes the same time for every wrong signature.</summary>
    internal bool VerifyTrailer(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        SignTrailer(hash, expected);
        return CryptographicOperations.FixedTimeEquals(expected, signature);
    }

    private void Sign(string algorithm, bool coversNothing, ReadOnlySpan<byte> hash, Span<byte> signature)
    {
        using var toSign = new Utf8Builder(512);
        _key.WriteScope(algorithm, _timestamp, toSign);
        toSign.AppendHexLower(_previous);
        toSign.Append((byte)'\n');
        if (coversNothing)
        {
            toSign.Append(SigningRequest.EmptyPayloadHash);
            toSign.Append((byte)'\n');
        }

        toSign.AppendHexLower(hash);
        _key.Sign(toSign.Written, signature);
        signature.CopyTo(_previous);
    }
}
