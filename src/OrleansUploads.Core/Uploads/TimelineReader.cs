using System.Text;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Core.Uploads;

/// <summary>Reads the fields of a packed timeline.</summary>
/// <param name="bytes">The packed timeline.</param>
internal ref struct TimelineReader(ReadOnlySpan<byte> bytes)
{
    private const int MaxShift = 63;

    private ReadOnlySpan<byte> _rest = bytes;

    public byte Read() => Take(1)[0];

    public long ReadNumber()
    {
        var number = 0UL;
        for (var shift = 0; shift <= MaxShift; shift += 7)
        {
            var next = Read();
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (long)number;
            }
        }

        throw new FormatException("The timeline contains a number that is too long.");
    }

    /// <summary>Reads how many items follow. Each has at least one byte, except the end of a text.</summary>
    public int ReadCount() => ReadNumber() is var count && (ulong)count <= (ulong)_rest.Length + 1 ? (int)count : throw Ended();

    public DateTimeOffset ReadTime(ref long clock)
    {
        var elapsed = (ulong)ReadNumber();
        clock += (long)(elapsed >> 1) ^ -(long)(elapsed & 1);
        try
        {
            return DateTimeOffset.FromUnixTimeMilliseconds(clock);
        }
        catch (ArgumentOutOfRangeException fault)
        {
            throw new FormatException("The timeline contains a time that does not exist.", fault);
        }
    }

    public string? ReadText() => ReadCount() is var count and > 0 ? Encoding.UTF8.GetString(Take(count - 1)) : null;

    public AttemptId ReadAttempt() => AttemptId.Read(Take(AttemptId.Bytes));

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw Ended();
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private static FormatException Ended() => new("The timeline ends before its last field.");
}
