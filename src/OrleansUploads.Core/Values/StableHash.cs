using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Core.Values;

/// <summary>Spreads texts evenly over numbers, in every process alike.</summary>
internal static class StableHash
{
    /// <summary>The first 16 bits of the SHA-256 of a text. Stored keys depend on it: never change it.</summary>
    public static int Of(string ascii)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.ASCII.GetBytes(ascii), digest);
        return BinaryPrimitives.ReadUInt16BigEndian(digest);
    }
}
