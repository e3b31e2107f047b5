using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansUploads.Hashing;

/// <summary>Stored inline.</summary>
[InlineArray(Bytes)]
internal struct DigestBytes
{
    public const int Bytes = 32;

    private byte _first;
}

/// <summary>A SHA-256 digest of 32 bytes, independent of its purpose.</summary>
/// <remarks><see cref="TreeHash"/> and <see cref="LinearHash"/> wrap it, so that they cannot be confused.</remarks>
public readonly struct Sha256Digest : IEquatable<Sha256Digest>
{
    /// <summary>Length in bytes.</summary>
    public const int Bytes = DigestBytes.Bytes;

    private readonly DigestBytes _bytes;

    /// <summary>Copies exactly 32 bytes.</summary>
    public Sha256Digest(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Bytes);
        DigestBytes copy = default;
        bytes.CopyTo(copy);
        _bytes = copy;
    }

    /// <summary>The 32 bytes, without a copy; valid as long as the value exists.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>Parses 64 hex digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out Sha256Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        var ok = hex.Length == 2 * Bytes
            && Convert.FromHexString(hex, bytes, out _, out _) == OperationStatus.Done;
        digest = ok ? new Sha256Digest(bytes) : default;
        return ok;
    }

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(Span);

    /// <inheritdoc/>
    public bool Equals(Sha256Digest other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Sha256Digest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => MemoryMarshal.Read<int>(Span);

    /// <summary>Whether all 32 bytes are equal.</summary>
    public static bool operator ==(Sha256Digest left, Sha256Digest right) => left.Equals(right);

    /// <summary>Whether any byte differs.</summary>
    public static bool operator !=(Sha256Digest left, Sha256Digest right) => !left.Equals(right);
}
