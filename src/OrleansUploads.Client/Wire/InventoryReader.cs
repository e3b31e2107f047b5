using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace OrleansUploads.Client.Wire;

/// <summary>Reads an inventory in JSON entry by entry, in constant memory, because an inventory may list millions of
/// archives.</summary>
internal static class InventoryReader
{
    // The longest entry has a description of 1,024 characters, and each may be escaped.
    private const int BufferBytes = 256 * 1024;

    /// <summary>Enumerates the entries of an inventory.</summary>
    /// <param name="body">The inventory.</param>
    /// <param name="read">Reads from the body.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    /// <exception cref="GlacierException">The body is not an inventory, or it ends early.</exception>
    public static async IAsyncEnumerable<InventoryEntry> ReadAsync(
        Stream body,
        Func<Stream, Memory<byte>, CancellationToken, ValueTask<int>> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var position = new Position();
            var filled = 0;
            while (!position.IsAtEnd)
            {
                var count = await read(body, buffer.AsMemory(filled), cancellationToken);
                filled += count;
                var consumed = 0;
                while (Next(buffer.AsSpan(consumed, filled - consumed), count == 0, ref position, out var used) is { } entry)
                {
                    consumed += used;
                    yield return entry;
                }

                consumed += position.LastUsed;
                buffer.AsSpan(consumed, filled - consumed).CopyTo(buffer);
                filled -= consumed;
                if (!position.IsAtEnd && (count == 0 || filled == buffer.Length))
                {
                    throw Malformed(count == 0 ? "it ends early" : "an entry is too long");
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Returns the next entry, or null if more bytes are needed or the list has ended.</summary>
    private static InventoryEntry? Next(ReadOnlySpan<byte> bytes, bool isLast, ref Position position, out int used)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes, isLast, position.State);
            var entry = position.IsInList || SeekList(ref reader, ref position) ? ReadEntry(ref reader, ref position) : null;
            used = (int)position.Used;
            position.LastUsed = entry is null ? used : 0;
            return entry;
        }
        catch (JsonException failure)
        {
            throw Malformed("it is not the JSON document that the protocol defines", failure);
        }
    }

    private static bool SeekList(ref Utf8JsonReader reader, ref Position position)
    {
        var isNext = position.IsListNext;
        position.Save(ref reader);
        while (reader.Read())
        {
            if (isNext && reader.TokenType == JsonTokenType.StartArray)
            {
                position.IsInList = true;
                position.Save(ref reader);
                return true;
            }

            isNext = reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("ArchiveList"u8);
            position.IsListNext = isNext;
            position.Save(ref reader);
        }

        return false;
    }

    private static InventoryEntry? ReadEntry(ref Utf8JsonReader reader, ref Position position)
    {
        position.Save(ref reader);
        if (!reader.Read())
        {
            return null;
        }

        if (reader.TokenType == JsonTokenType.EndArray)
        {
            position.IsAtEnd = true;
            position.Save(ref reader);
            return null;
        }

        var whole = reader;
        if (!whole.TrySkip())
        {
            return null;
        }

        var entry = JsonSerializer.Deserialize(ref reader, GlacierJson.Default.InventoryEntry)
            ?? throw new JsonException("An entry is null.");
        position.Save(ref reader);
        return entry;
    }

    private static GlacierException Malformed(string reason, Exception? cause = null) =>
        new(GlacierErrorCodes.UnreadableAnswer, $"The inventory cannot be read: {reason}.", cause);

    /// <summary>Where reading stands: after the last token that was read completely.</summary>
    private struct Position
    {
        public JsonReaderState State;
        public long Used;
        public int LastUsed;
        public bool IsListNext;
        public bool IsInList;
        public bool IsAtEnd;

        public void Save(ref Utf8JsonReader reader)
        {
            State = reader.CurrentState;
            Used = reader.BytesConsumed;
        }
    }
}
