using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace OrleansUploads.Hashing.Checksums;

/// <summary>A checksum with its algorithm. The default value is not a checksum.</summary>
public readonly struct Checksum : IEquatable<Checksum>, IParsable<Checksum>
{
    private const int MaxBytes = 32;

    private readonly Value _value;

    /// <summary>Creates a checksum from its bytes, most significant first.</summary>
    /// <exception cref="ArgumentException">The algorithm's checksums have another length.</exception>
    public Checksum(ChecksumAlgorithm algorithm, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != algorithm.Bytes())
        {
            throw new ArgumentException($"{algorithm} checksums have {algorithm.Bytes()} bytes, not {bytes.Length}.", nameof(bytes));
        }

        Algorithm = algorithm;
        bytes.CopyTo(_value);
    }

    /// <summary>The algorithm.</summary>
    public ChecksumAlgorithm Algorithm { get; }

    /// <summary>The bytes, most significant first, without a copy; valid as long as the value exists.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => ((ReadOnlySpan<byte>)_value)[..(Algorithm == 0 ? 0 : Algorithm.Bytes())];

    /// <summary>The bytes in base64, as S3 writes them.</summary>
    public string Base64 => Convert.ToBase64String(Bytes);

    /// <summary>Parses the base64 form of S3. Returns false if it is not base64 or has another length.</summary>
    public static bool TryParse(ChecksumAlgorithm algorithm, ReadOnlySpan<char> base64, out Checksum checksum)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes + 3];
        var ok = System.Buffers.Text.Base64.IsValid(base64, out var length)
            && length == algorithm.Bytes()
            && Convert.TryFromBase64Chars(base64, bytes, out _);
        checksum = ok ? new Checksum(algorithm, bytes[..length]) : default;
        return ok;
    }

    /// <summary>Parses the result of <see cref="ToString"/>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Checksum checksum)
    {
        checksum = default;
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        return colon > 0
            && int.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var algorithm)
            && Enum.IsDefined((ChecksumAlgorithm)algorithm)
            && TryParse((ChecksumAlgorithm)algorithm, text.AsSpan(colon + 1), out checksum);
    }

    static Checksum IParsable<Checksum>.Parse(string s, IFormatProvider? provider) =>
        TryParse(s, out var checksum) ? checksum : throw new FormatException($"'{s}' is not a valid Checksum.");

    static bool IParsable<Checksum>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Checksum result) =>
        TryParse(s, out result);

    /// <summary>The number of the algorithm, a colon, and the bytes in base64. This form is stored.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)Algorithm}:{Base64}");

    /// <inheritdoc/>
    public bool Equals(Checksum other) => Algorithm == other.Algorithm && Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Checksum other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Algorithm);
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>Whether algorithm and bytes are equal.</summary>
    public static bool operator ==(Checksum left, Checksum right) => left.Equals(right);

    /// <summary>Whether the algorithm or a byte differs.</summary>
    public static bool operator !=(Checksum left, Checksum right) => !left.Equals(right);

    [InlineArray(MaxBytes)]
    private struct Value
    {
        private byte _first;
    }
}
