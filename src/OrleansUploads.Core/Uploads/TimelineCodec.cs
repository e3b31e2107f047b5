using System.Collections.Immutable;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Core.Uploads;

/// <summary>Packs and unpacks timelines.</summary>
/// <remarks>
/// Numbers have seven bits in each byte, the lowest first. Times are milliseconds since the time before them, or since the beginning of
/// the upload, and have their sign in the lowest bit. The fields are: format version (1 byte), senders, the number of the sender that
/// ended the upload (1 byte), parts, lost attempts, and the number of attempts that are not listed. A part is the distance to the number
/// before it, shifted by two bits that say whether a sender and a number of repetitions follow, then its time, then what follows. A lost
/// attempt is its part's number, its time, sender (1 byte), length, flags (1 byte) and attempt ID (16 bytes, if a flag says so).
/// </remarks>
public static class TimelineCodec
{
    private const byte Version = 1;
    private const int HasSender = 1;
    private const int WasResent = 2;
    private const byte HasAttempt = 1;
    private const byte IsReplaced = 2;

    /// <summary>Packs a timeline.</summary>
    /// <param name="timeline">The timeline.</param>
    /// <param name="begunAt">When the upload was initiated.</param>
    public static PackedTimeline Pack(Timeline timeline, DateTimeOffset begunAt)
    {
        var bytes = new TimelineWriter(16 + (4 * timeline.Parts.Count) + (32 * timeline.Lost.Count));
        bytes.Write(Version);
        bytes.WriteNumber(timeline.Senders.Length);
        foreach (var sender in timeline.Senders)
        {
            bytes.WriteText(sender.AccessKeyId);
            bytes.WriteText(sender.Node);
            bytes.WriteText(sender.Address);
        }

        bytes.Write((byte)timeline.EndedBy);
        WriteParts(bytes, timeline.Parts, begunAt);
        var clock = begunAt.ToUnixTimeMilliseconds();
        bytes.WriteNumber(timeline.Lost.Count);
        foreach (var lost in timeline.Lost)
        {
            bytes.WriteNumber(lost.Number);
            bytes.WriteTime(lost.At, ref clock);
            bytes.Write((byte)lost.By);
            bytes.WriteNumber(lost.LengthBytes);
            bytes.Write((byte)((lost.Attempt is null ? 0 : HasAttempt) | (lost.IsReplaced ? IsReplaced : 0)));
            if (lost.Attempt is { } attempt)
            {
                bytes.WriteAttempt(attempt);
            }
        }

        bytes.WriteNumber(timeline.NotListed);
        return new PackedTimeline(bytes.Written);
    }

    /// <summary>Unpacks a timeline.</summary>
    /// <param name="packed">The packed timeline.</param>
    /// <param name="begunAt">When the upload was initiated.</param>
    /// <exception cref="FormatException">The bytes are not those of a timeline that this version of the program knows.</exception>
    public static Timeline Unpack(PackedTimeline packed, DateTimeOffset begunAt)
    {
        var bytes = new TimelineReader(packed.Bytes.Span);
        if (bytes.Read() is var version && version != Version)
        {
            throw new FormatException($"The timeline has the unknown format version {version}. The known version is {Version}.");
        }

        var senders = ImmutableArray.CreateBuilder<Sender>(bytes.ReadCount());
        while (senders.Count < senders.Capacity)
        {
            senders.Add(new Sender(bytes.ReadText(), bytes.ReadText(), bytes.ReadText()));
        }

        var endedBy = bytes.Read();
        var parts = ReadParts(ref bytes, begunAt);
        var clock = begunAt.ToUnixTimeMilliseconds();
        var lost = new LostAttempt[bytes.ReadCount()];
        for (var i = 0; i < lost.Length; i++)
        {
            var number = (int)bytes.ReadNumber();
            var at = bytes.ReadTime(ref clock);
            var by = bytes.Read();
            var lengthBytes = bytes.ReadNumber();
            var flags = bytes.Read();
            lost[i] = new LostAttempt(
                number, at, by, lengthBytes, (flags & HasAttempt) != 0 ? bytes.ReadAttempt() : null, (flags & IsReplaced) != 0);
        }

        return new Timeline(senders.MoveToImmutable(), endedBy, parts, lost, (int)bytes.ReadNumber());
    }

    private static void WriteParts(TimelineWriter bytes, IReadOnlyList<TimelinePart> parts, DateTimeOffset begunAt)
    {
        var clock = begunAt.ToUnixTimeMilliseconds();
        var (number, by) = (0, 0);
        bytes.WriteNumber(parts.Count);
        foreach (var part in parts)
        {
            bytes.WriteNumber(
                ((long)(part.Number - number) << 2) | (uint)(part.By == by ? 0 : HasSender) | (uint)(part.Resent == 0 ? 0 : WasResent));
            bytes.WriteTime(part.At, ref clock);
            if (part.By != by)
            {
                bytes.Write((byte)part.By);
            }

            if (part.Resent != 0)
            {
                bytes.WriteNumber(part.Resent);
            }

            (number, by) = (part.Number, part.By);
        }
    }

    private static TimelinePart[] ReadParts(ref TimelineReader bytes, DateTimeOffset begunAt)
    {
        var clock = begunAt.ToUnixTimeMilliseconds();
        var (number, by) = (0, 0);
        var parts = new TimelinePart[bytes.ReadCount()];
        for (var i = 0; i < parts.Length; i++)
        {
            var head = bytes.ReadNumber();
            number += (int)(head >> 2);
            var at = bytes.ReadTime(ref clock);
            by = (head & HasSender) != 0 ? bytes.Read() : by;
            parts[i] = new TimelinePart(number, at, by, (head & WasResent) != 0 ? (int)bytes.ReadNumber() : 0);
        }

        return parts;
    }
}
