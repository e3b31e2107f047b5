using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansUploads.Core.Archives;

namespace OrleansUploads.Engine.Contracts;

/// <summary>Writes an archive of a shard as an object with its members, for the same reason as its entry.</summary>
internal sealed class IndexedArchiveConverter : JsonConverter<IndexedArchive>
{
    private static readonly ArchiveEntryConverter Entries = new();

    private static readonly JsonEncodedText EntryName = JsonEncodedText.Encode("entry");
    private static readonly JsonEncodedText AddedInName = JsonEncodedText.Encode("addedIn");
    private static readonly JsonEncodedText DeletedInName = JsonEncodedText.Encode("deletedIn");

    public override IndexedArchive Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        ArchiveEntry? entry = null;
        long addedIn = 0;
        long? deletedIn = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(EntryName.EncodedUtf8Bytes))
            {
                reader.Read();
                entry = Entries.Read(ref reader, typeof(ArchiveEntry), options);
            }
            else if (reader.ValueTextEquals(AddedInName.EncodedUtf8Bytes))
            {
                reader.Read();
                addedIn = reader.GetInt64();
            }
            else if (reader.ValueTextEquals(DeletedInName.EncodedUtf8Bytes))
            {
                reader.Read();
                deletedIn = reader.TokenType == JsonTokenType.Null ? null : reader.GetInt64();
            }
            else
            {
                reader.Skip();
            }
        }

        return new IndexedArchive(entry ?? throw new JsonException("An archive of a shard has no entry."), addedIn, deletedIn);
    }

    public override void Write(Utf8JsonWriter writer, IndexedArchive value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WritePropertyName(EntryName);
        Entries.Write(writer, value.Entry, options);
        writer.WriteNumber(AddedInName, value.AddedIn);
        if (value.DeletedIn is { } deletedIn)
        {
            writer.WriteNumber(DeletedInName, deletedIn);
        }

        writer.WriteEndObject();
    }
}
