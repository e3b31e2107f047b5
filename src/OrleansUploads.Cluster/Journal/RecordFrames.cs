using System.Buffers.Binary;

namespace OrleansUploads.Cluster.Journal;

/// <summary>The encoding of a sequence of records. Each record is preceded by its length in four bytes, little-endian. A record that
/// is stored in separate rows has the length -1 and no bytes.</summary>
internal static class RecordFrames
{
    public const int OverheadBytes = sizeof(int);

    private const int StoredSeparately = -1;

    /// <summary>Appends a record. Null stands for one that is stored in separate rows.</summary>
    public static byte[] Append(ReadOnlySpan<byte> frames, ReadOnlyMemory<byte>? record)
    {
        var longer = new byte[frames.Length + OverheadBytes + (record?.Length ?? 0)];
        frames.CopyTo(longer);
        BinaryPrimitives.WriteInt32LittleEndian(longer.AsSpan(frames.Length), record?.Length ?? StoredSeparately);
        record?.Span.CopyTo(longer.AsSpan(frames.Length + OverheadBytes));
        return longer;
    }

    /// <summary>Returns the length in bytes of the first <paramref name="count"/> frames.</summary>
    /// <exception cref="InvalidDataException">There are fewer frames, or a frame is incomplete.</exception>
    public static int LengthOfFirst(ReadOnlyMemory<byte> frames, long count) =>
        Split(frames, count).Sum(static record => OverheadBytes + (record?.Length ?? 0));

    /// <summary>Splits the first <paramref name="count"/> frames into records. Null stands for a record that is stored in separate
    /// rows.</summary>
    /// <exception cref="InvalidDataException">There are fewer frames, or a frame is incomplete.</exception>
    public static IEnumerable<ReadOnlyMemory<byte>?> Split(ReadOnlyMemory<byte> frames, long count)
    {
        var at = 0;
        for (var i = 0L; i < count; i++)
        {
            var length = LengthAt(frames.Span, at);
            at += OverheadBytes;
            if (length > frames.Length - at)
            {
                throw new InvalidDataException("A record is incomplete.");
            }

            yield return length == StoredSeparately ? default(ReadOnlyMemory<byte>?) : frames.Slice(at, length);
            at += Math.Max(0, length);
        }
    }

    private static int LengthAt(ReadOnlySpan<byte> frames, int at) =>
        at >= 0 && at <= frames.Length - OverheadBytes
        && BinaryPrimitives.ReadInt32LittleEndian(frames[at..]) is >= StoredSeparately and var length
            ? length
            : throw new InvalidDataException("A record is missing.");
}
