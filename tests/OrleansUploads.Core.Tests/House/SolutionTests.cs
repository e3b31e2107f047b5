namespace OrleansUploads.Core.Tests.House;

public sealed class SolutionTests
{
    /// <summary>The projects whose packages a source may lack. Tests build them where they restore.</summary>
    private static readonly string[] OutsideTheSolution =
    [
        "deploy/samples/AppHost/AppHost.csproj", "deploy/samples/ClusterAppHost/ClusterAppHost.csproj",
        "tests/OrleansUploads.AwsSdk.Tests/OrleansUploads.AwsSdk.Tests.csproj",
    ];

    private static readonly string[] Projects =
        [.. ((string[])["src", "tests", "bench", "deploy"]).SelectMany(folder => Repository.Files(folder, "*.csproj")).Select(Repository.Name)];

    [Fact]
    public void The_solution_contains_every_project_but_those_whose_packages_may_be_missing()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "OrleansUploads.sln"));
        Assert.Equal(
            OutsideTheSolution,
            Projects.Where(project => !solution.Contains(project.Replace('/', '\\'), StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }
}
