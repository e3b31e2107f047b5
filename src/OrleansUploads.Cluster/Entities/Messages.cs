using OrleansUploads.Cluster.Abstractions.Entities;
using OrleansUploads.Engine.Contracts;

namespace OrleansUploads.Cluster.Entities;

internal static class Messages
{
    /// <summary>A command, an answer or a refusal.</summary>
    public static EntityMessage Pack(object message)
    {
        var (name, body) = WireMessage.Pack(message);
        return new EntityMessage(name, body);
    }

    /// <summary>Throws a <see cref="System.Text.Json.JsonException"/> if the message comes from another version.</summary>
    /// <exception cref="System.Text.Json.JsonException">The message comes from another version.</exception>
    public static T Unpack<T>(EntityMessage message)
        where T : class =>
        new WireMessage(message.Name, message.Body).Unpack<T>();
}
