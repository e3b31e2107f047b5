using OrleansUploads.Cluster.Abstractions.Entities;
using OrleansUploads.Engine.Contracts;

namespace OrleansUploads.Cluster.Entities;

internal static class Messages
{
    /// <summary>Packs a command, an answer or a refusal. It is serialized when it leaves the process.</summary>
    /// <exception cref="ArgumentException">Messages of this type are not sent.</exception>
    public static EntityMessage Pack(object message) =>
        new(WireMessage.NameOf(message), message, () => WireMessage.Pack(message).Body);

    /// <summary>Returns the command, answer or refusal of a message.</summary>
    /// <exception cref="System.Text.Json.JsonException">The message comes from another version.</exception>
    public static T Unpack<T>(EntityMessage message)
        where T : class =>
        message.Content as T ?? new WireMessage(message.Name, message.Body).Unpack<T>();
}
