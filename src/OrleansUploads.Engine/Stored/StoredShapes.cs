using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Engine.Stored;

/// <summary>Which members of an event are stored, and how.</summary>
internal static class StoredShapes
{
    private static readonly JsonSerializerOptions Options = new(StoredEventsJson.Default.Options)
    {
        TypeInfoResolver = StoredEventsJson.Default.WithAddedModifier(LeaveOutGatewayCustody),
    };

    /// <summary>The shape of a type of events.</summary>
    /// <exception cref="NotSupportedException">It has none.</exception>
    public static JsonTypeInfo Of(Type type) => Options.GetTypeInfo(type);

    /// <summary>Without this member, records are what they were before anyone else could keep bytes.</summary>
    private static void LeaveOutGatewayCustody(JsonTypeInfo shape)
    {
        foreach (var member in shape.Properties)
        {
            if (member.PropertyType == typeof(Custody))
            {
                member.ShouldSerialize = static (_, custody) => custody is not Custody.Gateway;
            }
        }
    }
}
