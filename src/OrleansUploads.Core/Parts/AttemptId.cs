using System.Buffers.Binary;

namespace OrleansUploads.Core.Parts;

/// <summary>ID of one attempt to store a part: one bit that says who writes it, 47 bits of creation time in milliseconds, then 80 random
/// bits. The first 16 of these are the number of the part if a node writes the attempt.</summary>
/// <remarks>The creation time fences collection: once an upload has allowed the collection of its unowned attempts up to an
/// instant, it refuses reports of attempts created before that instant. The service makes every ID, so a node that writes an attempt can
/// choose neither the time nor the number nor what its readers check.</remarks>
public readonly record struct AttemptId : ITextValue<AttemptId>, ISpanFormattable, IComparable<AttemptId>
{
    public const int Bytes = 16;

    public const int RandomBytes = 10;

    /// <summary>The number of random bytes of an attempt that a node writes.</summary>
    public const int GrantedRandomBytes = 8;

    private const int TimeShift = 80;
    private const int NumberShift = 64;

    private static readonly UInt128 GrantedMark = UInt128.One << 127;

    private readonly UInt128 _value;

    private AttemptId(UInt128 value) => _value = value;

    /// <summary>When the attempt was created, in whole milliseconds, UTC.</summary>
    public DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeMilliseconds((long)(ulong)((_value & ~GrantedMark) >> TimeShift));

    /// <summary>Whether a node writes the attempt straight into the store, under a grant. Its bytes are verified by their leaves.</summary>
    public bool IsGranted => (_value & GrantedMark) != UInt128.Zero;

    /// <summary>The number of the only part that the attempt can become, or null if it is not granted.</summary>
    public int? GrantedNumber => IsGranted ? (int)(ulong)((_value >> NumberShift) & ushort.MaxValue) : null;

    public static AttemptId Create(DateTimeOffset createdAt, ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomBytes);
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, createdAt.ToUnixTimeMilliseconds() << 16);
        random.CopyTo(bytes[6..]);
        return Read(bytes);
    }

    /// <summary>Creates the ID of an attempt that a node writes.</summary>
    /// <param name="createdAt">When the grant was made.</param>
    /// <param name="number">The number of the part: 1 to <see cref="Limits.MaxParts"/>.</param>
    /// <param name="random">The random bytes.</param>
    public static AttemptId CreateGranted(DateTimeOffset createdAt, int number, ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, GrantedRandomBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, Limits.MaxParts);
        return new AttemptId(
            GrantedMark
            | ((UInt128)(ulong)createdAt.ToUnixTimeMilliseconds() << TimeShift)
            | ((UInt128)(uint)number << NumberShift)
            | BinaryPrimitives.ReadUInt64BigEndian(random));
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

    /// <summary>32 lower-case hex digits. Those of attempts that nodes write begin with 8 or more.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>Compares who writes them, then creation times, then the other bits.</summary>
    public int CompareTo(AttemptId other) => _value.CompareTo(other._value);

    public static bool operator <(AttemptId left, AttemptId right) => left._value < right._value;

    public static bool operator >(AttemptId left, AttemptId right) => left._value > right._value;

    public static bool operator <=(AttemptId left, AttemptId right) => left._value <= right._value;

    public static bool operator >=(AttemptId left, AttemptId right) => left._value >= right._value;
}
