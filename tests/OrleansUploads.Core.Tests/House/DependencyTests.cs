using System.Xml.Linq;

namespace OrleansUploads.Core.Tests.House;

/// <summary>Dependencies point one way: Core, Engine, Gateway, and then the programs.</summary>
public sealed class DependencyTests
{
    /// <summary>The projects that each project may reference. Every new project needs a line here.</summary>
    private static readonly Dictionary<string, string[]> AllowedReferences = new(StringComparer.Ordinal)
    {
        ["Hashing"] = [],
        ["Aspire.Hosting"] = [],
        ["Core"] = ["Hashing"],
        ["Signing"] = [],
        ["Engine"] = ["Core"],
        ["Gateway"] = ["Engine", "Signing"],
        ["Dashboard"] = ["Gateway"],
        ["Testing"] = ["Gateway"],
        ["Serving"] = ["Gateway"],
        ["Client"] = ["Hashing", "Signing"],
        ["Client.DependencyInjection"] = ["Client"],
        ["Storage.Azure"] = ["Engine"],
        ["Storage.S3"] = ["Engine"],
        ["Storage"] = ["Storage.Azure", "Storage.S3"],
        ["Cli"] = ["Gateway", "Serving", "Dashboard", "Client", "Storage"],
        ["Cluster.Abstractions"] = [],
        ["Cluster.Tls"] = [],
        ["Cluster"] = ["Engine", "Cluster.Abstractions", "Cluster.Tls"],
        ["Cluster.Azure"] = ["Cluster"],
        ["Postgres"] = ["Engine"],
        ["Silo"] = ["Gateway", "Serving", "Dashboard", "Cluster", "Cluster.Azure", "Postgres", "Storage"],
    };

    public static TheoryData<string> Projects => new(
        Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(folder => Path.GetFileName(folder)["OrleansUploads.".Length..]));

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_projects_below_it(string project)
    {
        Assert.True(
            AllowedReferences.TryGetValue(project, out var allowed), $"{project} is missing in the table of allowed references.");
        var references = Items(project, "ProjectReference").Select(path =>
            Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))["OrleansUploads.".Length..]);
        Assert.Empty(references.Except(allowed!));
    }

    [Theory]
    [InlineData("Hashing")]
    [InlineData("Core")]
    [InlineData("Signing")]
    [InlineData("Client")]
    public void A_pure_project_references_no_package_except_analyzers(string project)
    {
        Assert.Empty(Items(project, "PackageReference").Except(["Microsoft.CodeAnalysis.BannedApiAnalyzers"]));
        Assert.Empty(Items(project, "FrameworkReference"));
    }

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(Path.Combine(Repository.Root, "src", $"OrleansUploads.{project}", $"OrleansUploads.{project}.csproj"))
            .Descendants(kind)
            .Select(item => item.Attribute("Include")!.Value);
}
