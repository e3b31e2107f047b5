using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OrleansUploads.Engine.Contracts;

/// <summary>A command, an answer or a refusal in the form in which it is sent to another host.</summary>
/// <param name="Name">The name of its shape.</param>
/// <param name="Body">Its members as JSON.</param>
public readonly record struct WireMessage(string Name, byte[] Body)
{
    /// <summary>Packs a command, an answer or a refusal.</summary>
    /// <exception cref="ArgumentException">Messages of this type are not sent.</exception>
    public static WireMessage Pack(object message)
    {
        var (name, json) = Find(message);
        return new WireMessage(name, JsonSerializer.SerializeToUtf8Bytes(message, json));
    }

    /// <summary>The name of the shape of a command, an answer or a refusal.</summary>
    /// <exception cref="ArgumentException">Messages of this type are not sent.</exception>
    public static string NameOf(object message) => Find(message).Name;

    private static (string Name, JsonTypeInfo Json) Find(object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return ShapeNames.Core.TryFind(message, out var name, out var json) ? (name.Value, json) : throw new ArgumentException(
            $"{message.GetType().Name} cannot be sent to another host, because it has no message name.", nameof(message));
    }

    /// <summary>Unpacks the message.</summary>
    /// <typeparam name="T">What it must be: an <see cref="ICommand"/> or an <see cref="IAnswer"/>.</typeparam>
    /// <exception cref="JsonException">The message is damaged or of another type, or a newer version of the program sent a shape that
    /// this version does not support.</exception>
    public T Unpack<T>()
        where T : class
    {
        if (!ShapeNames.Core.TryFind(Name, out var json))
        {
            throw new JsonException($"Unknown message '{Name}'. The host that sent it may run a newer version.");
        }

        return JsonSerializer.Deserialize(Body, json) switch
        {
            T message => message,
            null => throw new JsonException($"The message '{Name}' has no body."),
            _ => throw new JsonException($"The message '{Name}' is not an {typeof(T).Name}."),
        };
    }
}
