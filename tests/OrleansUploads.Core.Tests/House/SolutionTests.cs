namespace OrleansUploads.Core.Tests.House;

/// <summary>A checkout builds with one solution.</summary>
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
}
