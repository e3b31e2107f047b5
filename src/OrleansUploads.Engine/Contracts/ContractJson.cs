using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;
using OrleansUploads.Hashing;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Contracts;

/// <summary>The JSON formats of the journal and of the messages between hosts. Metadata is generated at build time; no
/// reflection is used.</summary>
internal static class ContractJson
{
    private static readonly IJsonTypeInfoResolver Shapes =
        JsonTypeInfoResolver.Combine([.. ContractRegistry.All.Select(contract => contract.Json)])
            .WithAddedModifier(KeepStoredNames);

    private static readonly ArchiveEntryConverter StoredEntries = new(omitsGatewayStorage: true);

    /// <summary>The format of stored events.</summary>
    public static JsonSerializerOptions Stored { get; } = With(
        new JsonSerializerOptions { TypeInfoResolver = Shapes.WithAddedModifier(OmitGatewayStorage) },
        new TextConverter<LockId>(),
        StoredEntries,
        new IndexedArchiveConverter(StoredEntries));

    /// <summary>The format of commands, answers and refusals between hosts.</summary>
    public static JsonSerializerOptions Sent { get; } = With(
        new JsonSerializerOptions { TypeInfoResolver = Shapes, IgnoreReadOnlyProperties = true },
        new TextConverter<LockId> { ReadsEmptyAsDefault = true },
        new DoneConverter(),
        new ArchiveEntryConverter(omitsGatewayStorage: false),
        new VaultJobConverter());

    private static JsonSerializerOptions With(JsonSerializerOptions options, params ReadOnlySpan<JsonConverter> more)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        ReadOnlySpan<JsonConverter> common =
        [
            new TextConverter<AccountId>(),
            new TextConverter<ArchiveId>(),
            new TextConverter<AttemptId>(),
            new TextConverter<CapacityId>(),
            new TextConverter<Description>(),
            new TextConverter<JobId>(),
            new TextConverter<LinearHash>(),
            new TextConverter<PartLocation>(),
            new TextConverter<PartRange>(),
            new TextConverter<TreeHash>(),
            new TextConverter<UploadId>(),
            new TextConverter<VaultId>(),
            new TextConverter<VaultIncarnation>(),
            new TextConverter<BucketIncarnation>(),
            new TextConverter<BucketName>(),
            new TextConverter<Checksum>(),
            new TextConverter<KeyIndexId>(),
            new TextConverter<LeafId>(),
            new TextConverter<LeafName>(),
            new TextConverter<Md5Digest>(),
            new TextConverter<ObjectChecksum>(),
            new TextConverter<ObjectETag>(),
            new TextConverter<ObjectKey>(),
            new TextConverter<PartNumbers>(),
            new TextConverter<PackedTimeline>(),
            new AttemptSetConverter(),
            new InstantConverter(),
            new KeyEntryConverter(),
            new PartSizeConverter(),
            new SenderTableConverter(),
        ];
        foreach (var converter in common)
        {
            options.Converters.Add(converter);
        }

        foreach (var converter in more)
        {
            options.Converters.Add(converter);
        }

        options.MakeReadOnly();
        return options;
    }

    private static void KeepStoredNames(JsonTypeInfo shape)
    {
        foreach (var member in shape.Properties)
        {
            foreach (var renamed in ContractRegistry.RenamedMembers)
            {
                if (member.PropertyType == renamed.Type && member.Name == renamed.Name)
                {
                    member.Name = renamed.StoredName;
                }
            }
        }
    }

    /// <summary>Omits the storage from events if it is the gateway's, so that their records keep the original
    /// format.</summary>
    private static void OmitGatewayStorage(JsonTypeInfo shape)
    {
        foreach (var member in shape.Properties)
        {
            if (member.PropertyType == typeof(ByteStorage))
            {
                member.ShouldSerialize = static (_, storage) => storage is not ByteStorage.Gateway;
            }
        }
    }
}
