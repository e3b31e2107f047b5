using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>The headers that return an object's checksum.</summary>
internal static class ChecksumAnswer
{
    /// <summary>The checksum and its type; nothing if the object has none.</summary>
    public static (string Name, string? Value)[] Headers(ObjectChecksum? checksum) => checksum is { } known
        ? [(known.Value.Algorithm.Header(), known.Text), (S3Headers.ChecksumType, known.Type.Name())]
        : [];
}
