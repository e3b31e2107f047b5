using System.Xml.Linq;

namespace OrleansUploads.Core.Tests.House;

/// <summary>Dependencies point one way: Core, then Engine, then the gateway, then what people start.</summary>
public sealed class DependencyTests
{
    /// <summary>What each project may lean on. A new project gets its line here, with thought.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new(StringComparer.Ordinal)
    {
        ["Core"] = [],
        ["Signing"] = [],
        ["Engine"] = ["Core"],
        ["Gateway"] = ["Engine", "Signing"],
        ["Client"] = ["Core", "Signing"],
        ["Cli"] = ["Gateway", "Client"],
        ["Cluster.Abstractions"] = [],
        ["Cluster"] = ["Engine", "Cluster.Abstractions"],
        ["Cluster.Azure"] = ["Cluster"],
        ["Silo"] = ["Gateway", "Cluster", "Cluster.Azure"],
    };

    public static TheoryData<string> Projects => new(
        Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(folder => Path.GetFileName(folder)["OrleansUploads.".Length..]));

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_leans_only_on_those_below_it(string project)
    {
        Assert.True(Arrows.TryGetValue(project, out var allowed), $"{project} has no line in the table of dependencies.");
        var references = Items(project, "ProjectReference").Select(path =>
            Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))["OrleansUploads.".Length..]);
        Assert.Empty(references.Except(allowed!));
    }

    [Theory]
    [InlineData("Core")]
    [InlineData("Signing")]
    [InlineData("Client")]
    public void A_pure_project_needs_no_package_but_analyzers(string project)
    {
        Assert.Empty(Items(project, "PackageReference").Except(["Microsoft.CodeAnalysis.BannedApiAnalyzers"]));
        Assert.Empty(Items(project, "FrameworkReference"));
    }

    [Fact]
    public void Core_leans_on_the_base_library_only()
    {
        Assert.All(
            typeof(Limits).Assembly.GetReferencedAssemblies(),
            reference => Assert.StartsWith("System.", reference.Name, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(Path.Combine(Repository.Root, "src", $"OrleansUploads.{project}", $"OrleansUploads.{project}.csproj"))
            .Descendants(kind)
            .Select(item => item.Attribute("Include")!.Value);
}
