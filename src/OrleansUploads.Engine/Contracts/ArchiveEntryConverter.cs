using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansUploads.Core.Archives;

namespace OrleansUploads.Engine.Contracts;

/// <summary>Writes an archive's entry in the index as an object with its members.</summary>
/// <remarks>An inventory reads the whole index, and a shard that is not in memory is read before it decides. Most of that time goes
/// into the entries. The serializer takes almost twice the time for a record of more than four members.</remarks>
internal sealed class ArchiveEntryConverter : JsonConverter<ArchiveEntry>
{
    private const int HashChars = 2 * Sha256Digest.Bytes;

    private static readonly JsonEncodedText ArchiveName = JsonEncodedText.Encode("archive");
    private static readonly JsonEncodedText UploadName = JsonEncodedText.Encode("upload");
    private static readonly JsonEncodedText SizeBytesName = JsonEncodedText.Encode("sizeBytes");
    private static readonly JsonEncodedText TreeHashName = JsonEncodedText.Encode("treeHash");
    private static readonly JsonEncodedText DescriptionName = JsonEncodedText.Encode("description");
    private static readonly JsonEncodedText CreatedAtName = JsonEncodedText.Encode("createdAt");
    private static readonly JsonEncodedText ByteStorageName = JsonEncodedText.Encode("byteStorage");

    private static readonly TextConverter<ArchiveId> Archives = new();
    private static readonly TextConverter<UploadId> Uploads = new();
    private static readonly TextConverter<TreeHash> TreeHashes = new();
    private static readonly TextConverter<Description> Descriptions = new();
    private static readonly InstantConverter Instants = new();

    public override ArchiveEntry Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        ArchiveId archive = default;
        UploadId upload = default;
        long sizeBytes = 0;
        TreeHash treeHash = default;
        Description description = default;
        DateTimeOffset createdAt = default;
        ByteStorage byteStorage = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(ArchiveName.EncodedUtf8Bytes))
            {
                reader.Read();
                archive = Archives.Read(ref reader, typeof(ArchiveId), options);
            }
            else if (reader.ValueTextEquals(UploadName.EncodedUtf8Bytes))
            {
                reader.Read();
                upload = Uploads.Read(ref reader, typeof(UploadId), options);
            }
            else if (reader.ValueTextEquals(SizeBytesName.EncodedUtf8Bytes))
            {
                reader.Read();
                sizeBytes = reader.GetInt64();
            }
            else if (reader.ValueTextEquals(TreeHashName.EncodedUtf8Bytes))
            {
                reader.Read();
                treeHash = ReadTreeHash(ref reader);
            }
            else if (reader.ValueTextEquals(DescriptionName.EncodedUtf8Bytes))
            {
                reader.Read();
                description = Descriptions.Read(ref reader, typeof(Description), options);
            }
            else if (reader.ValueTextEquals(CreatedAtName.EncodedUtf8Bytes))
            {
                reader.Read();
                createdAt = Instants.Read(ref reader, typeof(DateTimeOffset), options);
            }
            else if (reader.ValueTextEquals(ByteStorageName.EncodedUtf8Bytes))
            {
                reader.Read();
                byteStorage = (ByteStorage)reader.GetInt32();
            }
            else
            {
                reader.Skip();
            }
        }

        return new ArchiveEntry(archive, upload, sizeBytes, treeHash, description, createdAt, byteStorage);
    }

    public override void Write(Utf8JsonWriter writer, ArchiveEntry value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WritePropertyName(ArchiveName);
        Archives.Write(writer, value.Archive, options);
        writer.WritePropertyName(UploadName);
        Uploads.Write(writer, value.Upload, options);
        writer.WriteNumber(SizeBytesName, value.SizeBytes);
        writer.WritePropertyName(TreeHashName);
        TreeHashes.Write(writer, value.TreeHash, options);
        writer.WritePropertyName(DescriptionName);
        Descriptions.Write(writer, value.Description, options);
        writer.WritePropertyName(CreatedAtName);
        Instants.Write(writer, value.CreatedAt, options);
        if (value.ByteStorage != ByteStorage.Gateway)
        {
            writer.WriteNumber(ByteStorageName, (int)value.ByteStorage);
        }

        writer.WriteEndObject();
    }

    private static TreeHash ReadTreeHash(ref Utf8JsonReader reader)
    {
        Span<char> hex = stackalloc char[HashChars];
        return !reader.HasValueSequence
            && reader.ValueSpan.Length == HashChars
            && reader.CopyString(hex) == HashChars
            && TreeHash.TryParse(hex, out var treeHash)
            ? treeHash
            : throw new JsonException($"'{reader.GetString()}' is not a valid {nameof(TreeHash)}.");
    }
}

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
