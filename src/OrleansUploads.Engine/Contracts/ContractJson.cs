using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace OrleansUploads.Engine.Contracts;

/// <summary>The JSON format of the journal and of the messages between hosts.</summary>
internal static class ContractJson
{
    /// <summary>The format.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { OmitGatewayStorage } },
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            IgnoreReadOnlyProperties = true,
            Converters =
            {
                new TextConverterFactory(),
                new DoneConverter(),
                new InstantConverter(),
                new PartSizeConverter(),
                new AttemptSetConverter(),
                new SenderTableConverter(),
                new ArchiveEntryConverter(),
                new IndexedArchiveConverter(),
                new KeyEntryConverter(),
            },
        };
        options.MakeReadOnly();
        return options;
    }

    /// <summary>Nearly all bytes are with the gateway.</summary>
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
