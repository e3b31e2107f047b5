using System.Collections.Frozen;
using System.Text.Json.Serialization.Metadata;

namespace OrleansUploads.Engine.Contracts;

/// <summary>Finds the name of a message and the shape that a name means. Hosts of two versions exchange messages while a cluster is
/// updated, so a name is never given to another shape.</summary>
internal static class MessageNames
{
    private static readonly FrozenDictionary<Type, Message> ByType = ContractRegistry.All
        .SelectMany(contract => contract.Messages)
        .ToDictionary(
            shape => shape.Type,
            shape => new Message(shape, [.. shape.Names], ContractJson.Sent.GetTypeInfo(shape.Type)))
        .ToFrozenDictionary();

    /// <summary>The shapes that can be read, by name.</summary>
    public static FrozenDictionary<string, JsonTypeInfo> ByName { get; } = ByType.Values
        .SelectMany(message => message.Names.Select(name => (Name: name, message.Json)))
        .ToDictionary(named => named.Name, named => named.Json)
        .ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Finds the name under which a message is sent, and its shape.</summary>
    /// <returns>False if messages of this type are not sent.</returns>
    public static bool TryFind(object message, out string name, out JsonTypeInfo json)
    {
        if (!ByType.TryGetValue(message.GetType(), out var found))
        {
            (name, json) = ("", null!);
            return false;
        }

        (name, json) = (found.Names[found.Shape.VersionOf(message)], found.Json);
        return true;
    }

    private sealed record Message(NamedShape Shape, string[] Names, JsonTypeInfo Json);
}
