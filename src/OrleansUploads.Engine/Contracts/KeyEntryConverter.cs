using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansUploads.Core.Keys;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Contracts;

/// <summary>Writes an entry of an ordered index as an object with its members.</summary>
/// <remarks>A leaf that is not in memory is read before it decides, and most of that time goes into its entries. The
/// serializer takes almost twice the time for a record of more than four members.</remarks>
internal sealed class KeyEntryConverter : JsonConverter<KeyEntry>
{
    private static readonly JsonEncodedText KeyName = JsonEncodedText.Encode("key");
    private static readonly JsonEncodedText UploadName = JsonEncodedText.Encode("upload");
    private static readonly JsonEncodedText AtName = JsonEncodedText.Encode("at");
    private static readonly JsonEncodedText StorageClassName = JsonEncodedText.Encode("storageClass");
    private static readonly JsonEncodedText SizeBytesName = JsonEncodedText.Encode("sizeBytes");
    private static readonly JsonEncodedText ETagName = JsonEncodedText.Encode("eTag");
    private static readonly JsonEncodedText ChangeName = JsonEncodedText.Encode("change");
    private static readonly JsonEncodedText TicketName = JsonEncodedText.Encode("ticket");

    private static readonly JsonEncodedText ChecksumName = JsonEncodedText.Encode("checksum");
    private static readonly JsonEncodedText CompositeName = JsonEncodedText.Encode("composite");

    private static readonly JsonEncodedText PartSizeName = JsonEncodedText.Encode("partSize");
    private static readonly JsonEncodedText DescriptionName = JsonEncodedText.Encode("description");
    private static readonly JsonEncodedText ByteStorageName = JsonEncodedText.Encode("byteStorage");

    private static readonly TextConverter<ObjectKey> Keys = new();
    private static readonly TextConverter<UploadId> Uploads = new();
    private static readonly InstantConverter Instants = new();
    private static readonly TextConverter<ObjectETag> ETags = new();
    private static readonly PartSizeConverter PartSizes = new();
    private static readonly TextConverter<Description> Descriptions = new();

    public override KeyEntry Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        ObjectKey key = default;
        UploadId upload = default;
        DateTimeOffset at = default;
        StorageClass storageClass = default;
        long? sizeBytes = null;
        ObjectETag? eTag = null;
        KeyChange change = default;
        ChecksumAlgorithm? checksum = null;
        var type = ChecksumType.FullObject;
        PartSize? partSize = null;
        Description description = default;
        ByteStorage byteStorage = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(KeyName.EncodedUtf8Bytes))
            {
                key = ReadValue(ref reader, Keys, options);
            }
            else if (reader.ValueTextEquals(UploadName.EncodedUtf8Bytes))
            {
                upload = ReadValue(ref reader, Uploads, options);
            }
            else if (reader.ValueTextEquals(AtName.EncodedUtf8Bytes))
            {
                at = ReadValue(ref reader, Instants, options);
            }
            else if (reader.ValueTextEquals(StorageClassName.EncodedUtf8Bytes))
            {
                reader.Read();
                storageClass = (StorageClass)reader.GetInt32();
            }
            else if (reader.ValueTextEquals(SizeBytesName.EncodedUtf8Bytes))
            {
                reader.Read();
                sizeBytes = reader.TokenType == JsonTokenType.Null ? null : reader.GetInt64();
            }
            else if (reader.ValueTextEquals(ETagName.EncodedUtf8Bytes))
            {
                reader.Read();
                eTag = reader.TokenType == JsonTokenType.Null ? null : ETags.Read(ref reader, typeof(ObjectETag), options);
            }
            else if (reader.ValueTextEquals(ChangeName.EncodedUtf8Bytes))
            {
                reader.Read();
                change = change with { Number = reader.GetInt64() };
            }
            else if (reader.ValueTextEquals(TicketName.EncodedUtf8Bytes))
            {
                reader.Read();
                change = change with { Ticket = reader.GetInt64() };
            }
            else if (reader.ValueTextEquals(ChecksumName.EncodedUtf8Bytes))
            {
                reader.Read();
                checksum = (ChecksumAlgorithm)reader.GetInt32();
            }
            else if (reader.ValueTextEquals(CompositeName.EncodedUtf8Bytes))
            {
                reader.Read();
                type = reader.GetBoolean() ? ChecksumType.Composite : ChecksumType.FullObject;
            }
            else if (reader.ValueTextEquals(PartSizeName.EncodedUtf8Bytes))
            {
                partSize = ReadValue(ref reader, PartSizes, options);
            }
            else if (reader.ValueTextEquals(DescriptionName.EncodedUtf8Bytes))
            {
                description = ReadValue(ref reader, Descriptions, options);
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

        return new KeyEntry(
            key, upload, at, storageClass, sizeBytes, eTag, change, checksum is { } known ? new ChosenChecksum(known, type) : null)
        {
            Archive = partSize is { } size ? new ListedArchive(size, description, byteStorage) : null,
        };
    }

    public override void Write(Utf8JsonWriter writer, KeyEntry value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        if (value.Key != default)
        {
            writer.WritePropertyName(KeyName);
            Keys.Write(writer, value.Key, options);
        }

        writer.WritePropertyName(UploadName);
        Uploads.Write(writer, value.Upload, options);
        writer.WritePropertyName(AtName);
        Instants.Write(writer, value.At, options);
        writer.WriteNumber(StorageClassName, (int)value.StorageClass);
        if (value.SizeBytes is { } sizeBytes)
        {
            writer.WriteNumber(SizeBytesName, sizeBytes);
        }

        if (value.ETag is { } eTag)
        {
            writer.WritePropertyName(ETagName);
            ETags.Write(writer, eTag, options);
        }

        if (value.Change.Number > 0)
        {
            writer.WriteNumber(ChangeName, value.Change.Number);
        }

        if (value.Change.Ticket is { } ticket)
        {
            writer.WriteNumber(TicketName, ticket);
        }

        if (value.Checksum is { } checksum)
        {
            writer.WriteNumber(ChecksumName, (int)checksum.Algorithm);
            if (checksum.Type == ChecksumType.Composite)
            {
                writer.WriteBoolean(CompositeName, true);
            }
        }

        if (value.Archive is { } archive)
        {
            writer.WritePropertyName(PartSizeName);
            PartSizes.Write(writer, archive.PartSize, options);
            writer.WritePropertyName(DescriptionName);
            Descriptions.Write(writer, archive.Description, options);
            writer.WriteNumber(ByteStorageName, (int)archive.ByteStorage);
        }

        writer.WriteEndObject();
    }

    private static T ReadValue<T>(ref Utf8JsonReader reader, JsonConverter<T> converter, JsonSerializerOptions options)
    {
        reader.Read();
        return converter.Read(ref reader, typeof(T), options)!;
    }
}
