using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace OrleansUploads.Hashing;

/// <summary>An MD5 digest of 16 bytes. S3 identifies contents by it; it is no protection against tampering.</summary>
public readonly record struct Md5Digest : IParsable<Md5Digest>
{
    /// <summary>Length in bytes.</summary>
    public const int Bytes = 16;

    private readonly UInt128 _value;

    /// <summary>Copies exactly 16 bytes.</summary>
    public Md5Digest(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Bytes);
        _value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

#pragma warning disable CA5351 // S3 identifies contents by MD5; nothing here relies on it for security.
    /// <summary>The digest of some bytes.</summary>
    public static Md5Digest Compute(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[Bytes];
        MD5.HashData(data, digest);
        return new Md5Digest(digest);
    }

    /// <summary>The digest of a stream from its position to its end.</summary>
    public static Md5Digest Compute(Stream data)
    {
        Span<byte> digest = stackalloc byte[Bytes];
        MD5.HashData(data, digest);
        return new Md5Digest(digest);
    }
#pragma warning restore CA5351

    /// <summary>Writes the 16 bytes.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, _value);

    /// <summary>Parses 32 hex digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out Md5Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        var ok = hex.Length == 2 * Bytes
            && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        digest = ok ? new Md5Digest(bytes) : default;
        return ok;
    }

    static Md5Digest IParsable<Md5Digest>.Parse(string s, IFormatProvider? provider) =>
        TryParse(s, out var digest) ? digest : throw new FormatException($"'{s}' is not a valid Md5Digest.");

    static bool IParsable<Md5Digest>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Md5Digest result) =>
        TryParse(s, out result);

    /// <summary>Writes 32 lower-case hex digits as UTF-8.</summary>
    public void WriteHex(Span<byte> destination)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        Write(bytes);
        if (!Convert.TryToHexStringLower(bytes, destination, out _))
        {
            throw new ArgumentException($"The destination has {destination.Length} bytes, and {2 * Bytes} are needed.", nameof(destination));
        }
    }

    /// <summary>32 lower-case hex digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
