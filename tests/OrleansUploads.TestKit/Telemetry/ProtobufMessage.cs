using System.Text;

namespace OrleansUploads.TestKit.Telemetry;

/// <summary>Reads fields of encoded protobuf messages by their numbers.</summary>
public static class ProtobufMessage
{
    /// <summary>Returns the bytes of each field at a path of field numbers. All fields of the path have a length.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Find(ReadOnlyMemory<byte> message, params int[] path) =>
        path.Aggregate((IEnumerable<ReadOnlyMemory<byte>>)[message], static (found, number) => found.SelectMany(outer => Fields(outer, number)));

    public static string Text(ReadOnlyMemory<byte> field) => Encoding.UTF8.GetString(field.Span);

    private static List<ReadOnlyMemory<byte>> Fields(ReadOnlyMemory<byte> message, int number)
    {
        var found = new List<ReadOnlyMemory<byte>>();
        var at = 0;
        while (at < message.Length)
        {
            var key = ReadVarint(message.Span, ref at);
            switch (key & 7)
            {
                case 0:
                    ReadVarint(message.Span, ref at);
                    break;
                case 1:
                    at += sizeof(ulong);
                    break;
                case 2:
                    var length = (int)ReadVarint(message.Span, ref at);
                    if (key >> 3 == (ulong)number)
                    {
                        found.Add(message.Slice(at, length));
                    }

                    at += length;
                    break;
                case 5:
                    at += sizeof(uint);
                    break;
                default:
                    throw new InvalidDataException($"Field {key >> 3} at {at} has the unknown wire type {key & 7}.");
            }
        }

        return found;
    }

    private static ulong ReadVarint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
