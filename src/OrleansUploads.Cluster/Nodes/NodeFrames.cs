using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Orleans.Serialization;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Session;

namespace OrleansUploads.Cluster.Nodes;

/// <summary>Passes on the messages of one direction of a node's connection, and translates the ID of the node in them.</summary>
/// <remarks>
/// Each message has the lengths of its header and its body, four bytes each, and a header that begins with flags, a number, the sender
/// and the target. Nothing behind the target is looked at, and bodies are not held in memory. This is Orleans' format: the tests of the
/// client port fail if a version of Orleans changes it, and a message that does not have it ends the connection.
/// </remarks>
/// <param name="sessions">Orleans' serializer sessions.</param>
/// <param name="maxBodyBytes">Maximum length of a body in bytes.</param>
/// <param name="translate">Translates the sender and the target of a message.</param>
internal sealed class NodeFrames(SerializerSessionPool sessions, int maxBodyBytes, NodeFrames.Translation translate) : IDisposable
{
    /// <summary>Several times what a report of a thousand parts needs.</summary>
    private const int MaxRequestBodyBytes = 8 << 20;

    private const uint SystemMessage = 1u << 0;
    private const uint CacheInvalidation = 1u << 7;
    private const int DirectionShift = 16;
    private const uint DirectionMask = 0xF;
    private const uint Request = 1;

    private const int LengthBytes = sizeof(int);
    private const int PrefixBytes = 2 * LengthBytes;
    private const int MaxHeaderBytes = 64 << 10;

    private readonly SerializerSession _session = sessions.GetSession();
    private readonly ArrayBufferWriter<byte> _header = new();
    private long _bodyBytesLeft;
    private bool _dropsBody;

    /// <summary>Translates a message.</summary>
    /// <returns>False if the message is not passed on.</returns>
    public delegate bool Translation(ref uint flags, ref GrainId sender, ref GrainId target);

    /// <summary>The messages of an ingestion node to the silos. They are requests in its own name; others are dropped.</summary>
    /// <param name="own">The ID that the node's client has chosen for itself.</param>
    /// <param name="marked">Its ID for the silos.</param>
    /// <param name="sessions">Orleans' serializer sessions.</param>
    public static NodeFrames OfRequests(GrainId own, GrainId marked, SerializerSessionPool sessions) =>
        new(sessions, MaxRequestBodyBytes, (ref flags, ref sender, ref target) =>
        {
            // Silos take hints about where grains are from messages that they pass on. Clients have no such hints to give. Nodes are no
            // grains, so they have nothing to respond to, and no business with other clients.
            var isRequest = ((flags >> DirectionShift) & DirectionMask) == Request;
            if (!isRequest || (flags & CacheInvalidation) != 0 || NodeIdentity.IsClient(target.Type))
            {
                return false;
            }

            sender = Replace(sender, own, marked)
                ?? throw new InvalidDataException($"A message of client {own} states that {sender} sent it.");
            flags &= ~SystemMessage;
            return true;
        });

    /// <summary>The messages of the silos to an ingestion node. Orleans limits what silos send.</summary>
    /// <param name="own">The ID that the node's client has chosen for itself.</param>
    /// <param name="marked">Its ID for the silos.</param>
    /// <param name="sessions">Orleans' serializer sessions.</param>
    public static NodeFrames OfAnswers(GrainId own, GrainId marked, SerializerSessionPool sessions) =>
        new(sessions, int.MaxValue, (ref flags, ref sender, ref target) =>
        {
            target = Replace(target, marked, own) ?? target;
            return true;
        });

    public void Dispose() => _session.Dispose();

    /// <summary>Passes on messages until the sender ends or <paramref name="input"/> is told to stop.</summary>
    /// <exception cref="InvalidDataException">A message is not of the expected form.</exception>
    public async Task RunAsync(PipeReader input, PipeWriter output)
    {
        while (true)
        {
            var result = await input.ReadAsync();
            var buffer = result.Buffer;
            while (TryPassOn(ref buffer, output))
            {
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            var flushed = await output.FlushAsync();
            if (result.IsCompleted || result.IsCanceled || flushed.IsCompleted || flushed.IsCanceled)
            {
                return;
            }
        }
    }

    /// <summary>Replaces a client's ID, also in the ID of one of its observers.</summary>
    /// <returns>Null if the ID is another one.</returns>
    private static GrainId? Replace(GrainId id, GrainId from, GrainId to)
    {
        var key = id.Key.AsSpan();
        var prefix = from.Key.AsSpan();
        if (!id.Type.Equals(from.Type) || !key.StartsWith(prefix))
        {
            return null;
        }

        return key.Length == prefix.Length ? to
            : key[prefix.Length] == (byte)'+' ? new GrainId(to.Type, new IdSpan([.. to.Key.AsSpan(), .. key[prefix.Length..]]))
            : null;
    }

    private bool TryPassOn(ref ReadOnlySequence<byte> buffer, PipeWriter output)
    {
        if (_bodyBytesLeft > 0)
        {
            return TryPassOnBody(ref buffer, output);
        }

        if (buffer.Length < PrefixBytes)
        {
            return false;
        }

        var headerBytes = ReadLength(buffer);
        var bodyBytes = ReadLength(buffer.Slice(LengthBytes));
        if (headerBytes is <= 0 or > MaxHeaderBytes || bodyBytes < 0 || bodyBytes > maxBodyBytes)
        {
            throw new InvalidDataException(
                $"A message has a header of {headerBytes} bytes and a body of {bodyBytes} bytes. The limits are {MaxHeaderBytes} and {maxBodyBytes}.");
        }

        if (buffer.Length < PrefixBytes + headerBytes)
        {
            return false;
        }

        _dropsBody = !TryTranslate(buffer.Slice(PrefixBytes, headerBytes));
        _bodyBytesLeft = bodyBytes;
        if (!_dropsBody)
        {
            var prefix = output.GetSpan(PrefixBytes);
            BinaryPrimitives.WriteInt32LittleEndian(prefix, _header.WrittenCount);
            BinaryPrimitives.WriteInt32LittleEndian(prefix[LengthBytes..], bodyBytes);
            output.Advance(PrefixBytes);
            output.Write(_header.WrittenSpan);
        }

        buffer = buffer.Slice(PrefixBytes + headerBytes);
        return true;
    }

    private bool TryPassOnBody(ref ReadOnlySequence<byte> buffer, PipeWriter output)
    {
        var taken = buffer.Slice(0, Math.Min(_bodyBytesLeft, buffer.Length));
        if (!_dropsBody)
        {
            foreach (var segment in taken)
            {
                output.Write(segment.Span);
            }
        }

        _bodyBytesLeft -= taken.Length;
        buffer = buffer.Slice(taken.End);
        return taken.Length > 0;
    }

    /// <summary>Writes the translated header to the buffer for it.</summary>
    private bool TryTranslate(ReadOnlySequence<byte> header)
    {
        try
        {
            var reader = Reader.Create(header, _session);
            var flags = reader.ReadUInt32();
            var number = reader.ReadInt64();
            var sender = ReadId(ref reader);
            var target = ReadId(ref reader);
            var rest = header.Slice(reader.Position);
            if (!translate(ref flags, ref sender, ref target))
            {
                return false;
            }

            _header.ResetWrittenCount();
            var writer = Writer.Create(_header, _session);
            writer.WriteUInt32(flags);
            writer.WriteInt64(number);
            WriteId(ref writer, sender);
            WriteId(ref writer, target);
            writer.Commit();
            foreach (var segment in rest)
            {
                _header.Write(segment.Span);
            }

            return true;
        }
        catch (Exception fault) when (fault is SerializerException or ArgumentException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"The header of a message cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>Reads an ID and computes its hash. The hash in the message is not trusted.</summary>
    private static GrainId ReadId<TInput>(ref Reader<TInput> reader)
    {
        var type = IdSpanCodec.ReadRaw(ref reader);
        var key = IdSpanCodec.ReadRaw(ref reader);
        return new GrainId(new GrainType(Rehash(type)), Rehash(key));
    }

    private static IdSpan Rehash(IdSpan id) => id.IsDefault ? default : new IdSpan(IdSpan.UnsafeGetArray(id)!);

    private static void WriteId<TOutput>(ref Writer<TOutput> writer, GrainId id)
        where TOutput : IBufferWriter<byte>
    {
        IdSpanCodec.WriteRaw(ref writer, id.Type.Value);
        IdSpanCodec.WriteRaw(ref writer, id.Key);
    }

    private static int ReadLength(ReadOnlySequence<byte> buffer)
    {
        Span<byte> bytes = stackalloc byte[LengthBytes];
        buffer.Slice(0, LengthBytes).CopyTo(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }
}
