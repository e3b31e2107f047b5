namespace OrleansUploads.Core.Tests.House;

/// <summary>The promises of the documents have tests, and docs/proof.md names them.</summary>
public sealed class ProofTests
{
    private const string Page = "docs/proof.md";
    private const string WriteVariable = "ORLEANSUPLOADS_WRITE_PROOF";

    private static readonly Document Example = new("docs/example.md", """
        ## When it rains

        | what | effect |
        | --- | --- |
        | the `umbrella` is [lost](b.md) | you get wet |
        | the road is flooded | you are late |
        """);

    private static readonly Proof Ours = new(
        [
            (Read("README.md"), "Promises"),
            (Read("docs/operations.md"), "When something breaks"),
            (Read("docs/operations.md"), "Failed flushes"),
            (Read("docs/operations.md"), "One store, one user"),
            (Read("docs/operations.md"), "Clocks"),
            (Read("docs/operations.md"), "What is reclaimed, and when"),
            (Read("docs/cluster.md"), "What happens when a component fails"),
            (Read("docs/cluster.md"), "PostgreSQL that may fail"),
        ],
        [.. Repository.Files("tests", "*.cs").Order(StringComparer.Ordinal)
            .SelectMany(path => ProvingTest.In(Repository.Name(path), File.ReadAllText(path)))]);

    [Fact]
    public void Each_promise_has_a_test_and_each_mark_is_of_a_promise() =>
        Assert.True(!Ours.Faults().Any(), string.Join('\n', Ours.Faults()));

    /// <summary>Writes the page if <c>ORLEANSUPLOADS_WRITE_PROOF</c> is set.</summary>
    [Fact]
    public void The_page_lists_the_tests_of_each_promise()
    {
        var path = Path.Combine(Repository.Root, Page);
        if (Environment.GetEnvironmentVariable(WriteVariable) is { Length: > 0 })
        {
            File.WriteAllText(path, Ours.Describe());
        }

        Assert.True(
            File.ReadAllText(path) == Ours.Describe(),
            $"{Page} is not up to date. Write it with: {WriteVariable}=1 ./test.sh -class '*.ProofTests'");
    }

    [Fact]
    public void A_mark_without_a_promise_and_a_promise_without_a_test_are_found()
    {
        Promise lost = new("example.md", "the umbrella is lost"), flooded = new("example.md", "the road is flooded"),
            dry = new("example.md", "the road is dry");
        Assert.Equal([], Faults(lost, flooded));
        Assert.Equal([$"No test is marked with this promise: {flooded}"], Faults(lost));
        Assert.Equal([$"ATests.A is marked with a promise that does not exist: {dry}"], Faults(lost, flooded, dry));

        static IEnumerable<string> Faults(params Promise[] shown) => new Proof(
            [(Example, "When it rains")],
            [.. shown.Select(promise => new ProvingTest(promise, "ATests.A", "tests/OrleansUploads.A.Tests/ATests.cs"))]).Faults();
    }

    private static Document Read(string name) => Document.Read(Path.Combine(Repository.Root, name));
}
