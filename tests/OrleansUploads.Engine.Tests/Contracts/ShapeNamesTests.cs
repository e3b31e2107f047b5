using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OrleansUploads.Engine.Contracts;

namespace OrleansUploads.Engine.Tests.Contracts;

/// <summary>A type that got two more members. Each version has a name, each name stays readable, and a value is written under the name
/// of the oldest version that has all its members.</summary>
public sealed class ShapeNamesTests
{
    private static readonly JsonSerializerOptions Options = new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    private static readonly ShapeNames Shapes = new([typeof(Noted), typeof(Unnamed)], Options);

    [Theory]
    [InlineData(null, null, "noted.1")]
    [InlineData("Ann", null, "noted.2")]
    [InlineData("Ann", 7, "noted.3")]
    [InlineData(null, 7, "noted.3")]
    public void A_value_has_the_name_of_the_oldest_version_that_has_all_its_members(string? author, int? page, string expected)
    {
        Assert.True(Shapes.TryFind(new Noted("a", author, new Place(page)), out var name, out var json));
        Assert.Equal((expected, typeof(Noted)), (name.Value, json.Type));
    }

    [Theory]
    [InlineData("noted.1", true)]
    [InlineData("noted.2", true)]
    [InlineData("noted.3", true)]
    [InlineData("noted.4", false)]
    public void Every_name_of_a_type_is_known_and_no_other(string name, bool isKnown) => Assert.Equal(isKnown, Shapes.TryFind(name, out _));

    /// <summary>The name of a nested type begins with what its siblings have in common.</summary>
    [Fact]
    public void Every_name_is_the_name_of_its_type() => Assert.All(ShapeNames.Core.All, shape =>
    {
        var words = string.Concat(shape.Type.Name.Select(static (letter, index) =>
            char.IsUpper(letter) && index > 0 ? $"-{letter}" : $"{letter}")).ToLowerInvariant();
        Assert.Matches(shape.Type.IsNested ? $@"^[a-z]+(-[a-z]+)*-{words}\.[0-9]+$" : $@"^{words}\.[0-9]+$", shape.Name);
    });

    [Fact]
    public void A_type_without_a_name_is_not_found() => Assert.False(Shapes.TryFind(new Unnamed(), out _, out _));

    [Theory]
    [InlineData(typeof(Twice), "'twice.1'")]
    [InlineData(typeof(Misspelled), "'Auhtor'")]
    public void Names_that_contradict_each_other_are_refused(Type type, string named) =>
        Assert.Contains(named, Assert.Throws<ArgumentException>(() => new ShapeNames([type], Options)).Message, StringComparison.Ordinal);

    [Fact]
    public void Two_types_cannot_have_the_same_name() =>
        Assert.Throws<ArgumentException>(() => new ShapeNames([typeof(Noted), typeof(AlsoNoted)], Options));

    [Fact]
    public void Every_value_that_a_member_can_hold_can_be_written()
    {
        var flaws = new SortedSet<string>();
        var seen = new HashSet<Type>();
        var waiting = new Stack<Type>(ShapeNames.Core.All.Select(static shape => shape.Type));
        while (waiting.TryPop(out var type))
        {
            if (!seen.Add(type))
            {
                continue;
            }

            var json = ContractJson.Options.GetTypeInfo(type);
            var known = json.PolymorphismOptions?.DerivedTypes.Select(static derived => derived.DerivedType).ToArray() ?? [];
            if (type.IsAbstract && json.Kind == JsonTypeInfoKind.Object)
            {
                flaws.UnionWith(type.Assembly.GetTypes()
                    .Where(candidate => candidate.IsSubclassOf(type) && !candidate.IsAbstract && !known.Contains(candidate))
                    .Select(missing => $"{type.Name} can be a {missing.Name}, which no name of its derived types stands for."));
            }

            foreach (var member in known.Concat(json.Properties.Select(static member => member.PropertyType)).Append(json.ElementType))
            {
                if ((Nullable.GetUnderlyingType(member ?? typeof(object)) ?? member) is { } held)
                {
                    waiting.Push(held);
                }
            }
        }

        Assert.True(seen.Count > 200, "The members were not found.");
        Assert.Empty(flaws);
    }

    [Named("noted.1")]
    [Named("noted.2", WhenSet = nameof(Author))]
    [Named("noted.3", WhenSet = "Place.Page")]
    private sealed record Noted(string Text, string? Author, Place? Place);

    private sealed record Place(int? Page);

    private sealed record Unnamed;

    [Named("twice.1")]
    [Named("twice.2")]
    private sealed record Twice;

    [Named("misspelled.1")]
    [Named("misspelled.2", WhenSet = "Auhtor")]
    private sealed record Misspelled(string? Author);

    [Named("noted.1")]
    private sealed record AlsoNoted;
}
