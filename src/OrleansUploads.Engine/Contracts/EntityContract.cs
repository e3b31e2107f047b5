using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Engine.Contracts;

/// <summary>The table of one kind of entity.</summary>
/// <typeparam name="TCommand">The base type of its commands.</typeparam>
/// <typeparam name="TEvent">The base type of its events.</typeparam>
/// <param name="kind">The kind of entity.</param>
/// <param name="json">The generated JSON metadata of exactly the types in this table.</param>
internal sealed class EntityContract<TCommand, TEvent>(EntityKind kind, JsonSerializerContext json) : Contract(json), IEntityContract
    where TCommand : class
    where TEvent : class
{
    /// <inheritdoc/>
    public EntityKind Kind => kind;

    /// <inheritdoc/>
    public Type CommandType => typeof(TCommand);

    /// <inheritdoc/>
    public Type EventType => typeof(TEvent);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A type is not an event of this kind of entity.</exception>
    public ImmutableArray<NamedShape> Events { get; init => field = Require<TEvent>(value); } = [];

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A type is not a command of this kind of entity.</exception>
    public ImmutableArray<NamedShape> Commands { get; init => field = Require<TCommand>(value); } = [];

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A confirmation is not a command of this kind of entity.</exception>
    public ImmutableArray<IntentShape> Intents
    {
        get;
        init
        {
            foreach (var intent in value)
            {
                Require<TCommand>(intent.Confirmation);
            }

            field = value;
        }
    } = [];

    /// <inheritdoc/>
    public override IEnumerable<NamedShape> Messages => [.. Commands, .. base.Messages];

    /// <inheritdoc/>
    public override IEnumerable<NamedShape> Shapes => [.. Events, .. Messages];

    /// <summary>Writes and reads the entity's journal records.</summary>
    public EventCodec<TEvent> Codec => field ??= new EventCodec<TEvent>(Events, ContractJson.Stored);
}

/// <summary>The table of one kind of entity, independent of its types.</summary>
internal interface IEntityContract
{
    /// <summary>The kind of entity.</summary>
    EntityKind Kind { get; }

    /// <summary>The base type of its commands.</summary>
    Type CommandType { get; }

    /// <summary>The base type of its events.</summary>
    Type EventType { get; }

    /// <summary>Its events, with the names under which they are stored.</summary>
    ImmutableArray<NamedShape> Events { get; }

    /// <summary>The commands that it accepts from others, with the names under which they are sent. They do not include
    /// confirmations; see <see cref="Intents"/>.</summary>
    ImmutableArray<NamedShape> Commands { get; }

    /// <summary>Its intents. They have no names, because they are derived from events and are neither stored nor sent. The
    /// commands that they send are in their receivers' tables.</summary>
    ImmutableArray<IntentShape> Intents { get; }
}

/// <summary>An intent of a kind of entity.</summary>
/// <param name="Action">The command that is sent to another entity, or the type of the action if it is not a
/// command.</param>
/// <param name="Confirmation">The command that confirms it. It never leaves the host of the entity.</param>
internal sealed record IntentShape(Type Action, Type Confirmation)
{
    /// <summary>Creates a row of a table.</summary>
    public static IntentShape Asks<TAction, TConfirmation>() => new(typeof(TAction), typeof(TConfirmation));
}
