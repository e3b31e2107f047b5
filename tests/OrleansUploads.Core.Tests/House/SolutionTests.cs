namespace OrleansUploads.Core.Tests.House;

public sealed class SolutionTests
{
    /// <summary>The project whose package a source may lack. <c>test.sh</c> builds and runs it where it restores.</summary>
    private const string OutsideTheSolution = "tests/OrleansUploads.AwsSdk.Tests/OrleansUploads.AwsSdk.Tests.csproj";

    private static readonly string[] Projects =
        [.. ((string[])["src", "tests", "bench", "deploy"]).SelectMany(folder => Repository.Files(folder, "*.csproj")).Select(Repository.Name)];

    [Fact]
    public void The_solution_contains_every_project_but_the_one_whose_package_may_be_missing()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "OrleansUploads.sln"));
        Assert.Equal(
            [OutsideTheSolution],
            Projects.Where(project => !solution.Contains(project.Replace('/', '\\'), StringComparison.Ordinal)));
    }
}
