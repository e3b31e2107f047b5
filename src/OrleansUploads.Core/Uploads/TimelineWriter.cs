using System.Buffers;
using System.Text;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Core.Uploads;

/// <summary>Writes the fields of a packed timeline.</summary>
/// <param name="expectedBytes">How many bytes there will probably be.</param>
internal sealed class TimelineWriter(int expectedBytes)
{
    private const int MaxNumberBytes = 10;

    private readonly ArrayBufferWriter<byte> _bytes = new(expectedBytes);

    /// <summary>What was written.</summary>
    public byte[] Written => _bytes.WrittenSpan.ToArray();

    public void Write(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    /// <summary>Writes a number that is not negative.</summary>
    public void WriteNumber(long number)
    {
        var bytes = _bytes.GetSpan(MaxNumberBytes);
        var count = 0;
        var rest = (ulong)number;
        while (rest >= 0x80)
        {
            bytes[count++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        bytes[count++] = (byte)rest;
        _bytes.Advance(count);
    }

    /// <summary>Writes the milliseconds since the time before.</summary>
    public void WriteTime(DateTimeOffset at, ref long clock)
    {
        var now = at.ToUnixTimeMilliseconds();
        var elapsed = now - clock;
        WriteNumber((elapsed << 1) ^ (elapsed >> 63));
        clock = now;
    }

    /// <summary>Writes a text with its length before it, or 0 for null.</summary>
    public void WriteText(string? text)
    {
        if (text is null)
        {
            WriteNumber(0);
            return;
        }

        var count = Encoding.UTF8.GetByteCount(text);
        WriteNumber(count + 1);
        _bytes.Advance(Encoding.UTF8.GetBytes(text, _bytes.GetSpan(count)));
    }

    public void WriteAttempt(AttemptId attempt)
    {
        attempt.Write(_bytes.GetSpan(AttemptId.Bytes));
        _bytes.Advance(AttemptId.Bytes);
    }
}
