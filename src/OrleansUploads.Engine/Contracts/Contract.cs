using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Engine.Contracts;

/// <summary>A table of the types that are stored or sent, with their names. The event codec, the messages between hosts and the
/// JSON shapes all follow from these tables.</summary>
/// <param name="json">The generated JSON metadata of exactly the types in this table; a test compares the two.</param>
internal class Contract(JsonSerializerContext json)
{
    /// <summary>The generated JSON metadata of the types in this table.</summary>
    public JsonSerializerContext Json => json;

    /// <summary>The answers that are declared here, with the names under which they are sent.</summary>
    public ImmutableArray<NamedShape> Answers { get; init; } = [];

    /// <summary>The refusals that are declared here, with the names under which they are sent. A refusal of several kinds of
    /// entities is declared once, with the kind of entity that it describes.</summary>
    /// <exception cref="ArgumentException">A type is not a refusal.</exception>
    public ImmutableArray<NamedShape> Refusals { get; init => field = Require<Refusal>(value); } = [];

    /// <summary>All shapes that are sent between hosts.</summary>
    public virtual IEnumerable<NamedShape> Messages => [.. Answers, .. Refusals];

    /// <summary>All shapes of the table.</summary>
    public virtual IEnumerable<NamedShape> Shapes => Messages;

    private protected static ImmutableArray<NamedShape> Require<TBase>(ImmutableArray<NamedShape> shapes)
    {
        foreach (var shape in shapes)
        {
            Require<TBase>(shape.Type);
        }

        return shapes;
    }

    private protected static void Require<TBase>(Type type)
    {
        if (!type.IsAssignableTo(typeof(TBase)))
        {
            throw new ArgumentException($"{type.Name} is not a {typeof(TBase).Name}.");
        }
    }
}
