using System.Buffers.Binary;

namespace OrleansUploads.Cluster.Journal;

/// <summary>Records one after the other, each behind its length in four bytes, low byte first. A record that is kept elsewhere
/// leaves a frame of length -1.</summary>
internal static class Frames
{
    /// <summary>Bytes that a frame adds to its record.</summary>
    public const int OverheadBytes = sizeof(int);

    private const int Elsewhere = -1;

    /// <summary>The frames with one more.</summary>
    public static byte[] Append(ReadOnlySpan<byte> frames, ReadOnlySpan<byte> record)
    {
        var longer = new byte[frames.Length + OverheadBytes + record.Length];
        frames.CopyTo(longer);
        BinaryPrimitives.WriteInt32LittleEndian(longer.AsSpan(frames.Length), record.Length);
        record.CopyTo(longer.AsSpan(frames.Length + OverheadBytes));
        return longer;
    }

    /// <summary>The frames with one more, whose record is kept elsewhere.</summary>
    public static byte[] AppendElsewhere(ReadOnlySpan<byte> frames)
    {
        var longer = new byte[frames.Length + OverheadBytes];
        frames.CopyTo(longer);
        BinaryPrimitives.WriteInt32LittleEndian(longer.AsSpan(frames.Length), Elsewhere);
        return longer;
    }

    /// <summary>How many bytes the first frames take.</summary>
    /// <exception cref="InvalidDataException">There are fewer, or they are torn.</exception>
    public static int Length(ReadOnlySpan<byte> frames, long count)
    {
        var at = 0;
        for (var i = 0L; i < count; i++)
        {
            at += OverheadBytes + Math.Max(0, LengthAt(frames, at));
        }

        return at <= frames.Length ? at : throw new InvalidDataException("The last record is torn.");
    }

    /// <summary>Splits frames into records; null stands for a record that is kept elsewhere.</summary>
    /// <exception cref="InvalidDataException">There are fewer than asked for, or they are torn.</exception>
    public static IEnumerable<ReadOnlyMemory<byte>?> Split(ReadOnlyMemory<byte> frames, long count)
    {
        var at = 0;
        for (var i = 0L; i < count; i++)
        {
            var length = LengthAt(frames.Span, at);
            at += OverheadBytes;
            if (length > frames.Length - at)
            {
                throw new InvalidDataException("A record is torn.");
            }

            yield return length == Elsewhere ? default(ReadOnlyMemory<byte>?) : frames.Slice(at, length);
            at += Math.Max(0, length);
        }
    }

    private static int LengthAt(ReadOnlySpan<byte> frames, int at) =>
        at >= 0 && at <= frames.Length - OverheadBytes
        && BinaryPrimitives.ReadInt32LittleEndian(frames[at..]) is >= Elsewhere and var length
            ? length
            : throw new InvalidDataException("A record is missing.");
}
