using System.Buffers.Binary;

namespace OrleansUploads.Core.Parts;

/// <summary>ID of one attempt to store a part: 48 bits of creation time in milliseconds, then 80 random bits.</summary>
/// <remarks>The creation time fences collection: once an upload has allowed the collection of its unowned attempts up to an
/// instant, it refuses reports of attempts created before that instant.</remarks>
public readonly record struct AttemptId : ITextValue<AttemptId>, ISpanFormattable, IComparable<AttemptId>
{
    public const int Bytes = 16;

    public const int RandomBytes = 10;

    private readonly UInt128 _value;

    private AttemptId(UInt128 value) => _value = value;

    /// <summary>When the attempt was created, in whole milliseconds, UTC.</summary>
    public DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeMilliseconds((long)(ulong)(_value >> 80));

    public static AttemptId Create(DateTimeOffset createdAt, ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomBytes);
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, createdAt.ToUnixTimeMilliseconds() << 16);
        random.CopyTo(bytes[6..]);
        return Read(bytes);
    }

    public static AttemptId Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <summary>Writes the 16 bytes, most significant first.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, _value);

    /// <summary>Parses the 32 lower-case hex digits of <see cref="ToString"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out AttemptId id)
    {
        id = default;
        if (text.Length != 2 * Bytes || text.ContainsAnyExceptInRange('0', 'f') || text.ContainsAnyInRange('A', 'Z'))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Bytes];
        if (Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        id = Read(bytes);
        return true;
    }

    static bool ITextValue<AttemptId>.TryParse(string? text, out AttemptId value) => TryParse(text.AsSpan(), out value);

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(
        Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        Write(bytes);
        return Convert.TryToHexStringLower(bytes, destination, out charsWritten);
    }

    /// <summary>32 lower-case hex digits; they sort by creation time.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>Compares creation times, then the random bits.</summary>
    public int CompareTo(AttemptId other) => _value.CompareTo(other._value);

    public static bool operator <(AttemptId left, AttemptId right) => left._value < right._value;

    public static bool operator >(AttemptId left, AttemptId right) => left._value > right._value;

    public static bool operator <=(AttemptId left, AttemptId right) => left._value <= right._value;

    public static bool operator >=(AttemptId left, AttemptId right) => left._value >= right._value;
}
