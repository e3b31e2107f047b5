namespace OrleansUploads.Core.Tests.House;

/// <summary>A name that two types have must be written in full, or means the wrong one.</summary>
public sealed partial class TypeNameTests
{
    [Fact]
    public void Every_type_name_is_declared_in_one_namespace()
    {
        var files = Repository.Files("src", "*.cs").Select(File.ReadAllText).ToList();

        Assert.True(files.Sum(text => Declaration().Count(text)) > 1000, "The types were not found.");
        Assert.Empty(FindShared(files));
    }

    [Fact]
    public void A_planted_second_type_is_found_and_named()
    {
        string[] files =
        [
            "namespace Left;\n\npublic sealed record Range(long First);\n\npublic abstract class Range<T>;\n\npublic sealed partial class Half;\n",
            "namespace Left;\n\npublic sealed partial class Half\n{\n    private sealed record Range;\n}\n",
            "namespace Right;\n\ninternal readonly record struct Range(long Start);\n",
        ];

        Assert.Equal(["Range: Left, Right"], FindShared(files));
    }

    /// <summary>The names of top-level types that several namespaces declare, with the namespaces.</summary>
    private static IEnumerable<string> FindShared(IEnumerable<string> files) => files
        .SelectMany(text => Declaration().Matches(text)
            .Select(type => (Name: type.Groups[1].Value, Namespace: Namespace().Match(text).Groups[1].Value)))
        .Distinct()
        .GroupBy(type => type.Name, type => type.Namespace)
        .Where(namespaces => namespaces.Count() > 1)
        .Select(namespaces => $"{namespaces.Key}: {string.Join(", ", namespaces.Order(StringComparer.Ordinal))}");

    [GeneratedRegex(@"^(?:(?:public|internal|file|static|abstract|sealed|partial|readonly|ref|unsafe) )+(?:class|struct|interface|enum|record(?: struct| class)?) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
