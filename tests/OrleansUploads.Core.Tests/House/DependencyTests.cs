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
        ["Testing.Cluster"] = ["Cluster", "Testing"],
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
        ["Postgres"] = ["Cluster"],
        ["Silo"] = ["Gateway", "Serving", "Dashboard", "Cluster", "Cluster.Azure", "Postgres", "Storage"],
    };

    /// <summary>The libraries that a program gets with each package. Every new package needs a line here.</summary>
    private static readonly Dictionary<string, string[]> Libraries = new(StringComparer.Ordinal)
    {
        ["Hashing"] = [],
        ["Core"] = [],
        ["Signing"] = [],
        ["Client"] = [],
        ["Client.DependencyInjection"] = ["Microsoft.Extensions.Http"],
        ["Engine"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["Gateway"] = ["SQLitePCLRaw.bundle_e_sqlite3"],
        ["Testing"] = [],
        ["Testing.Cluster"] = ["Microsoft.Orleans.TestingHost"],
        ["Storage.Azure"] = ["Azure.Identity", "Azure.Storage.Blobs"],
        ["Storage.S3"] = ["AWSSDK.S3"],
        ["Cluster.Abstractions"] = ["Microsoft.Orleans.Sdk"],
        ["Cluster.Tls"] = ["Microsoft.Orleans.Connections.Security"],
        ["Cluster"] = ["Microsoft.Orleans.Reminders", "Microsoft.Orleans.Server"],
        ["Postgres"] = ["Npgsql"],
        ["Aspire.Hosting"] = ["Aspire.Hosting"],
    };

    public static TheoryData<string> Packages =>
        new(Projects.Select(static row => row.Data).Where(static project => IsPackage(Load(project))));

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

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_brings_only_the_libraries_that_it_needs(string project)
    {
        Assert.True(Libraries.TryGetValue(project, out var libraries), $"{project} is missing in the table of libraries.");
        var brought = Load(project).Descendants("PackageReference")
            .Where(static item => item.Attribute("PrivateAssets")?.Value != "all")
            .Select(static item => item.Attribute("Include")!.Value);
        Assert.Equal(libraries, brought.Order(StringComparer.Ordinal));
    }

    private static bool IsPackage(XDocument project) =>
        project.Descendants("IsPackable").Any(static item => item.Value == "true") && !project.Descendants("PackAsTool").Any();

    private static IEnumerable<string> Items(string project, string kind) =>
        Load(project).Descendants(kind).Select(item => item.Attribute("Include")!.Value);

    private static XDocument Load(string project) =>
        XDocument.Load(Path.Combine(Repository.Root, "src", $"OrleansUploads.{project}", $"OrleansUploads.{project}.csproj"));
}
