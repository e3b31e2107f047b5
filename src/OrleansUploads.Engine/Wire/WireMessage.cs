using System.Text.Json;

namespace OrleansUploads.Engine.Wire;

/// <summary>A command, an answer or a refusal on its way to another host.</summary>
/// <param name="Name">Under which name its shape travels.</param>
/// <param name="Body">Its members as JSON.</param>
public readonly record struct WireMessage(string Name, byte[] Body)
{
    /// <summary>Packs a command, an answer or a refusal.</summary>
    /// <exception cref="ArgumentException">It is none that travels.</exception>
    public static WireMessage Pack(object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return WireNames.ByType.TryGetValue(message.GetType(), out var name)
            ? new WireMessage(name, JsonSerializer.SerializeToUtf8Bytes(message, WireNames.ByName[name]))
            : throw new ArgumentException($"{message.GetType().Name} does not travel.", nameof(message));
    }

    /// <summary>Unpacks it.</summary>
    /// <exception cref="JsonException">It comes from another version of the program, which knows more shapes than this one,
    /// or was damaged.</exception>
    public object Unpack()
    {
        if (!WireNames.ByName.TryGetValue(Name, out var shape))
        {
            throw new JsonException($"'{Name}' is not known to this version.");
        }

        return JsonSerializer.Deserialize(Body, shape) ?? throw new JsonException($"'{Name}' is empty.");
    }
}
