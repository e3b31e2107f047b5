using System.Text.Json;
using System.Xml.Linq;

namespace OrleansUploads.Core.Tests.House;

/// <summary>The solution contains every project, and each solution filter contains every project that can be built without
/// certain packages.</summary>
public sealed class SolutionTests
{
    private static readonly string[] Projects =
        [.. ((string[])["src", "tests", "deploy"]).SelectMany(folder => Repository.Files(folder, "*.csproj")).Select(Repository.Name)];

    [Fact]
    public void The_solution_contains_every_project()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "OrleansUploads.sln"));
        Assert.All(Projects, project => Assert.Contains(project.Replace('/', '\\'), solution, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("OrleansUploads.WithoutOrleans.slnf", "Microsoft.Orleans.")]
    [InlineData("OrleansUploads.WithoutAzure.slnf", ".AzureStorage")]
    public void Each_solution_filter_contains_every_project_without_the_optional_packages(string filter, string package)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, filter)));
        var filtered = document.RootElement.GetProperty("solution").GetProperty("projects").EnumerateArray()
            .Select(project => project.GetString()!.Replace('\\', '/'));
        Assert.Equal(
            Projects.Where(project => !Needs(project, package)).Order(StringComparer.Ordinal),
            filtered.Order(StringComparer.Ordinal));
    }

    /// <summary>Whether a project cannot be built without a package. References with a condition are optional.</summary>
    private static bool Needs(string project, string package)
    {
        var path = Path.Combine(Repository.Root, project);
        var items = XDocument.Load(path).Descendants().Where(item => item.Attribute("Include") is not null).ToList();
        return items.Any(item => item.Name == "PackageReference" && Include(item).Contains(package, StringComparison.Ordinal))
            || items.Any(item => item.Name == "ProjectReference" && item.Attribute("Condition") is null
                && Needs(Repository.Name(Path.GetFullPath(Include(item).Replace('\\', '/'), Path.GetDirectoryName(path)!)), package));
    }

    private static string Include(XElement item) => item.Attribute("Include")!.Value;
}
