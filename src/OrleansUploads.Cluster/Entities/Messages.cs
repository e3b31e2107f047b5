using OrleansUploads.Cluster.Abstractions.Entities;
using OrleansUploads.Engine.Wire;

namespace OrleansUploads.Cluster.Entities;

/// <summary>Commands and answers as grains send them.</summary>
internal static class Messages
{
    /// <summary>Packs a command, an answer or a refusal.</summary>
    public static EntityMessage Pack(object message)
    {
        var (name, body) = WireMessage.Pack(message);
        return new EntityMessage(name, body);
    }

    /// <summary>Unpacks it.</summary>
    /// <exception cref="System.Text.Json.JsonException">It comes from another version.</exception>
    public static object Unpack(EntityMessage message) => new WireMessage(message.Name, message.Body).Unpack();
}
