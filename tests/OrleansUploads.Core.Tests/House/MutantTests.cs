namespace OrleansUploads.Core.Tests.House;

/// <summary>The mutants run seldom. Until then, each row must still apply.</summary>
public sealed class MutantTests
{
    public static TheoryData<string> Rows => new(File.ReadLines(Path.Combine(Repository.Root, "tests/mutants/mutants.tsv")).Skip(1));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_mutant_changes_one_place_and_names_a_class_of_tests(string row)
    {
        var columns = row.Split('\t');
        Assert.Equal(5, columns.Length);
        var (project, testClass, file, code) = (columns[0], columns[1], columns[2], columns[3]);

        // The mutant and the code become the two sides of one conditional expression.
        Assert.DoesNotMatch(@"^(if|return|throw|var|case)\b", code);
        var source = File.ReadAllText(Path.Combine(Repository.Root, $"src/OrleansUploads.{file}"));
        Assert.Equal(2, source.Split(code).Length);
        Assert.Contains(
            Repository.Files($"tests/OrleansUploads.{project}.Tests", "*.cs"),
            path => Regex.IsMatch(File.ReadAllText(path), $@"\bclass {testClass}\b"));
    }
}
