using System.Text.Json.Serialization;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Service;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Contracts;
using static OrleansUploads.Engine.Contracts.NamedShape;

namespace OrleansUploads.Engine.Tests.Contracts;

/// <summary>The contract tables name every type that is stored or sent, and the generated JSON metadata covers the same
/// types.</summary>
public sealed class ContractRegistryTests
{
    private static readonly Type[] CoreTypes = typeof(Limits).Assembly.GetTypes();

    private static IEntityContract[] Entities => [.. ContractRegistry.All.OfType<IEntityContract>()];

    [Fact]
    public void Every_kind_of_entity_has_one_table() =>
        Assert.Equal(Enum.GetValues<EntityKind>(), Entities.Select(contract => contract.Kind).Order());

    [Fact]
    public void Every_event_is_in_the_table_of_its_entity()
    {
        foreach (var contract in Entities)
        {
            Assert.Equal(
                Names(CoreTypes.Where(type => !type.IsAbstract && type.IsSubclassOf(contract.EventType))),
                Names(contract.Events.Select(shape => shape.Type)));
        }
    }

    [Fact]
    public void Every_command_has_a_wire_name_or_confirms_an_intent()
    {
        foreach (var contract in Entities)
        {
            Assert.Equal(
                Names(CoreTypes.Where(type => !type.IsAbstract && type.IsSubclassOf(contract.CommandType))),
                Names([.. contract.Commands.Select(shape => shape.Type), .. contract.Intents.Select(intent => intent.Confirmation)]));
        }
    }

    [Fact]
    public void Every_command_that_an_intent_sends_to_another_entity_has_a_wire_name()
    {
        var sent = Entities.SelectMany(contract => contract.Commands).Select(shape => shape.Type).ToHashSet();
        var given = Entities.SelectMany(contract => contract.Intents).Select(intent => intent.Action)
            .Where(action => action.IsAssignableTo(typeof(ICommand)));
        Assert.DoesNotContain(given, command => !sent.Contains(command));
    }

    [Fact]
    public void Every_refusal_has_one_name() => Assert.Equal(
        Names(CoreTypes.Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(Refusal)))),
        Names(ContractRegistry.All.SelectMany(contract => contract.Refusals).Select(shape => shape.Type)));

    [Fact]
    public void No_name_has_two_shapes()
    {
        Assert.Empty(Repeated(ContractRegistry.All.SelectMany(contract => contract.Messages)));
        foreach (var contract in Entities)
        {
            Assert.Empty(Repeated(contract.Events));
        }
    }

    [Fact]
    public void The_generated_metadata_covers_exactly_the_types_in_the_tables()
    {
        foreach (var contract in ContractRegistry.All)
        {
            Assert.Empty(Disagreements(contract));
        }
    }

    [Fact]
    public void A_type_missing_from_a_table_or_the_metadata_is_named()
    {
        var planted = new EntityContract<ServiceCommand, ServiceEvent>(EntityKind.Service, PlantedJson.Default)
        {
            Events = [Named<ServiceKept>("service-kept.1"), Named<ClockFaulted>("clock-faulted.1")],
        };
        Assert.Equal(
            ["BackupBegun is not in the table", "ClockFaulted is not in PlantedJson"],
            Disagreements(planted).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_table_refuses_a_type_that_does_not_belong_to_its_entity()
    {
        var fault = Assert.Throws<ArgumentException>(() => new EntityContract<ServiceCommand, ServiceEvent>(
            EntityKind.Service, PlantedJson.Default)
        { Events = [Named<RecordBeat>("record-beat.1")] });
        Assert.Contains("RecordBeat", fault.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Disagreements(Contract contract)
    {
        var context = contract.Json.GetType();
        var generated = context.GetCustomAttributesData()
            .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
            .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!)
            .ToHashSet();
        var listed = contract.Shapes.Select(shape => shape.Type).ToHashSet();
        return
        [
            .. listed.Except(generated).Select(type => $"{type.Name} is not in {context.Name}"),
            .. generated.Except(listed).Select(type => $"{type.Name} is not in the table"),
        ];
    }

    private static IEnumerable<string> Repeated(IEnumerable<NamedShape> shapes) =>
        shapes.SelectMany(shape => shape.Names).GroupBy(name => name).Where(same => same.Count() > 1).Select(same => same.Key);

    private static IEnumerable<string> Names(IEnumerable<Type> types) => types.Select(type => type.FullName!).Order(StringComparer.Ordinal);
}

/// <summary>Metadata that differs from the planted table in <see cref="ContractRegistryTests"/>.</summary>
[JsonSerializable(typeof(ServiceKept))]
[JsonSerializable(typeof(BackupBegun))]
internal sealed partial class PlantedJson : JsonSerializerContext;
