namespace OrleansUploads.Core.Tests.House;

/// <summary>A test, or a class of tests, that is marked with a promise.</summary>
/// <param name="Promise">What it shows.</param>
/// <param name="Name">Its class, and its method unless the class is marked.</param>
/// <param name="File">The path of its source in the repository.</param>
internal sealed partial record ProvingTest(Promise Promise, string Name, string File)
{
    /// <summary>The name of its project without what all of them have in common.</summary>
    public string Project => File.Split('/')[1].Split('.', 2)[1].Replace(".Tests", "", StringComparison.Ordinal);

    /// <summary>The marked tests of a source file.</summary>
    public static IEnumerable<ProvingTest> In(string file, string source)
    {
        var (type, marks) = ("", new List<Promise>());
        foreach (Match match in Declaration().Matches(source))
        {
            if (match.Groups["text"].Success)
            {
                marks.Add(new Promise(match.Groups["document"].Value, match.Groups["text"].Value));
                continue;
            }

            type = match.Groups["type"].Success ? match.Groups["type"].Value : type;
            var name = match.Groups["type"].Success ? type : $"{type}.{match.Groups["method"].Value}";
            foreach (var mark in marks)
            {
                yield return new ProvingTest(mark, name, file);
            }

            marks.Clear();
        }
    }

    [GeneratedRegex(
        """
        \bPromise\(\s*"(?<document>[^"]*)",\s*"(?<text>[^"]*)"\)|^[a-z ]*\bclass (?<type>\w+)|^ {4}public [^=(;]*?(?<method>\w+)\(
        """,
        RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
