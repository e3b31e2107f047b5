using System.Buffers.Binary;
using System.Security.Cryptography;

namespace OrleansUploads.Hashing.Checksums;

/// <summary>Computes a checksum over bytes that arrive in pieces of any size. Not thread-safe.</summary>
/// <param name="algorithm">The algorithm.</param>
public sealed class ChecksumHasher(ChecksumAlgorithm algorithm) : IDisposable
{
    private const int BufferBytes = 4096;

    private readonly IncrementalHash? _digest = algorithm switch
    {
        ChecksumAlgorithm.Sha1 => Sha1(),
        ChecksumAlgorithm.Sha256 => IncrementalHash.CreateHash(HashAlgorithmName.SHA256),
        _ => null,
    };

    private ulong _crc;

    /// <summary>Computes the checksum of some bytes.</summary>
    public static Checksum Compute(ChecksumAlgorithm algorithm, ReadOnlySpan<byte> data)
    {
        using var hasher = new ChecksumHasher(algorithm);
        hasher.Append(data);
        return hasher.Finish();
    }

    /// <summary>Computes the checksum of a stream from its position to its end.</summary>
    public static Checksum Compute(ChecksumAlgorithm algorithm, Stream data)
    {
        using var hasher = new ChecksumHasher(algorithm);
        Span<byte> buffer = stackalloc byte[BufferBytes];
        while (data.Read(buffer) is > 0 and var read)
        {
            hasher.Append(buffer[..read]);
        }

        return hasher.Finish();
    }

    /// <summary>Appends bytes.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        if (_digest is not null)
        {
            _digest.AppendData(data);
        }
        else
        {
            _crc = algorithm == ChecksumAlgorithm.Crc32C
                ? Crc32C.Append((uint)_crc, data)
                : ReflectedCrc.Find(algorithm)!.Append(_crc, data);
        }
    }

    /// <summary>Returns the checksum of all bytes since the last call and resets the hasher.</summary>
    public Checksum Finish()
    {
        Span<byte> bytes = stackalloc byte[algorithm.Bytes()];
        if (_digest is not null)
        {
            _digest.GetHashAndReset(bytes);
        }
        else
        {
            WriteCrc(_crc, bytes);
            _crc = 0;
        }

        return new Checksum(algorithm, bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _digest?.Dispose();

    /// <summary>Writes a CRC of 4 or 8 bytes, most significant byte first.</summary>
    internal static void WriteCrc(ulong crc, Span<byte> bytes)
    {
        if (bytes.Length == sizeof(uint))
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)crc);
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, crc);
        }
    }

    /// <summary>Reads a CRC of 4 or 8 bytes, most significant byte first.</summary>
    internal static ulong ReadCrc(ReadOnlySpan<byte> bytes) => bytes.Length == sizeof(uint)
        ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
        : BinaryPrimitives.ReadUInt64BigEndian(bytes);

#pragma warning disable CA5350 // A checksum against accidents that the protocol names, not a security measure.
    private static IncrementalHash Sha1() => IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
}
