using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace OrleansUploads.Client.Wire;

/// <summary>Reads an inventory in JSON, in constant memory, because an inventory may list millions of archives.</summary>
internal static class InventoryParser
{
    // The longest entry has a description of 1,024 characters, and each may be escaped.
    private const int BufferBytes = 256 * 1024;

    /// <summary>Enumerates the entries of an inventory. <paramref name="read"/> reads its next bytes. Throws a
    /// <see cref="GlacierException"/> if the body is not an inventory, or ends early.</summary>
    public static async IAsyncEnumerable<InventoryEntry> ReadAsync(
        Func<Memory<byte>, CancellationToken, ValueTask<int>> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var entries = new List<InventoryEntry>();
            var position = new Position();
            var filled = 0;
            while (!position.IsAtEnd)
            {
                var count = await read(buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
                filled += count;
                var used = Take(buffer.AsSpan(0, filled), count == 0, ref position, entries);
                foreach (var entry in entries)
                {
                    yield return entry;
                }

                entries.Clear();
                buffer.AsSpan(used, filled - used).CopyTo(buffer);
                filled -= used;
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

    /// <summary>Adds the entries that are complete. Returns the number of bytes that need not be read again.</summary>
    private static int Take(ReadOnlySpan<byte> bytes, bool isLast, ref Position position, List<InventoryEntry> entries)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes, isLast, position.State);
            for (var before = reader; !position.IsAtEnd && reader.Read(); before = reader)
            {
                if (!position.IsInList)
                {
                    position.IsInList = position.IsListNext && reader.TokenType == JsonTokenType.StartArray;
                    position.IsListNext = reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("ArchiveList"u8);
                    continue;
                }

                if (reader.TokenType == JsonTokenType.EndArray)
                {
                    position.IsAtEnd = true;
                    continue;
                }

                var whole = reader;
                if (!whole.TrySkip())
                {
                    reader = before;
                    break;
                }

                entries.Add(JsonSerializer.Deserialize(ref reader, WireJson.Default.InventoryEntry)
                    ?? throw new JsonException("An entry is null."));
            }

            position.State = reader.CurrentState;
            return (int)reader.BytesConsumed;
        }
        catch (JsonException failure)
        {
            throw Malformed("it is not the JSON document that the protocol defines", failure);
        }
    }

    private static GlacierException Malformed(string reason, Exception? cause = null) =>
        new(GlacierErrorCodes.UnreadableAnswer, $"The inventory cannot be read: {reason}.", cause);

    /// <summary>Where reading stands: after the last token that was read completely.</summary>
    private struct Position
    {
        public JsonReaderState State;
        public bool IsListNext;
        public bool IsInList;
        public bool IsAtEnd;
    }
}
