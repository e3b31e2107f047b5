namespace OrleansUploads.Cluster.Abstractions.Entities;

/// <summary>A command, or the answer to it. Silos of different versions may exchange it, so it carries a name that is never
/// reused for another shape.</summary>
/// <remarks>Within a process, a call passes the command or answer itself. It becomes JSON when the call leaves the process.</remarks>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.EntityMessage")]
public sealed class EntityMessage
{
    [NonSerialized]
    private readonly Func<byte[]>? _serialize;

    [NonSerialized]
    private byte[]? _body;

    /// <summary>Creates a message from a command or an answer of this process.</summary>
    /// <param name="name">The name of the message's shape.</param>
    /// <param name="content">The command or the answer; it never changes.</param>
    /// <param name="serialize">Returns its members as JSON in UTF-8.</param>
    public EntityMessage(string name, object content, Func<byte[]> serialize)
    {
        Name = name;
        Content = content;
        _serialize = serialize;
    }

    /// <summary>Creates a message for the serializer.</summary>
    internal EntityMessage() => Name = "";

    /// <summary>The name of the message's shape.</summary>
    [Id(0)]
    public string Name { get; internal set; }

    /// <summary>The message's members, as JSON in UTF-8.</summary>
    [Id(1)]
    public byte[] Body
    {
        get => _body ??= _serialize?.Invoke() ?? [];
        internal set => _body = value;
    }

    /// <summary>The command or the answer, or null if the message comes from another process.</summary>
    [field: NonSerialized]
    public object? Content { get; }
}
