using OrleansUploads.Core.Tests.House.Planted.Left;
using OrleansUploads.Core.Tests.House.Planted.Right;
using OrleansUploads.TestKit.Architecture;

namespace OrleansUploads.Core.Tests.House;

public sealed class FolderTests
{
    private static readonly Type[] CoreTypes = typeof(Limits).Assembly.GetTypes();

    /// <summary>The folders of the aggregates. They know each other's messages.</summary>
    private static readonly HashSet<string> Aggregates = [.. Deciders().Select(decider => decider.Namespace!)];

    /// <summary>The deciders, states and events, which are an aggregate's own.</summary>
    private static readonly HashSet<Type> Inner =
    [
        .. Deciders(),
        .. Deciders().SelectMany(decider => decider.BaseType!.GetGenericArguments()[0] is var state && decider.BaseType.GetGenericArguments()[2] is var happened
            ? CoreTypes.Where(type => type.IsAssignableTo(state) || type.IsAssignableTo(happened))
            : []),
    ];

    [Fact]
    public void An_aggregate_uses_nothing_of_another_but_its_messages()
    {
        Assert.True(Aggregates.Count >= 6, "The aggregates were not found.");
        Assert.Empty(FolderGraph.UsesAmong(CoreTypes)
            .Where(use => use.User.Namespace != use.Used.Namespace && Inner.Contains(use.Used))
            .Select(use => $"{use.User.Name} uses {use.Used.Name}"));
    }

    [Fact]
    public void The_folders_of_the_pure_projects_form_no_cycle()
    {
        Assert.Equal("", FolderGraph.Of(
            CoreTypes, (user, used) => !(Aggregates.Contains(user.Namespace!) && Aggregates.Contains(used.Namespace!))).DescribeCycle());
        Assert.Equal("", FolderGraph.Of(typeof(TreeHash).Assembly).DescribeCycle());
        Assert.Equal("", FolderGraph.Of(typeof(SigningKey).Assembly).DescribeCycle());
    }

    [Fact]
    public void A_planted_cycle_is_found_and_named()
    {
        var cycle = FolderGraph.Of([typeof(UsesLeft), typeof(UsesRight)]).FindCycle();

        Assert.Equal(
            [
                "OrleansUploads.Core.Tests.House.Planted.Left -> OrleansUploads.Core.Tests.House.Planted.Right: UsesRight uses UsesLeft",
                "OrleansUploads.Core.Tests.House.Planted.Right -> OrleansUploads.Core.Tests.House.Planted.Left: UsesLeft uses UsesRight",
            ],
            cycle);
    }

    /// <summary>The folder graph is built from namespaces, so each file must have the namespace of its folder. Extensions of Aspire are in its own
    /// namespaces, so that applications find them.</summary>
    [Fact]
    public void Every_namespace_matches_its_folder()
    {
        foreach (var path in Repository.Files("src", "*.cs").Where(static path => !path.Contains("OrleansUploads.Aspire.Hosting", StringComparison.Ordinal)))
        {
            var line = File.ReadLines(path).FirstOrDefault(text => text.StartsWith("namespace ", StringComparison.Ordinal));
            var folder = Path.GetRelativePath(Path.Combine(Repository.Root, "src"), Path.GetDirectoryName(path)!);
            Assert.True(
                line is null || line == $"namespace {folder.Replace(Path.DirectorySeparatorChar, '.')};",
                $"{Repository.Name(path)} says '{line}'.");
        }
    }

    private static IEnumerable<Type> Deciders() => CoreTypes.Where(type =>
        type is { IsAbstract: false, BaseType: { IsGenericType: true } rules } && rules.GetGenericTypeDefinition() == typeof(Decider<,,>));
}
