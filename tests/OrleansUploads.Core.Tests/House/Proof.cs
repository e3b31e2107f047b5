namespace OrleansUploads.Core.Tests.House;

/// <summary>Which tests show which promises of the documents.</summary>
/// <param name="Sections">The sections that promise something, in the order of the page.</param>
/// <param name="Tests">The marked tests.</param>
internal sealed record Proof(IReadOnlyList<(Document Document, string Heading)> Sections, IReadOnlyList<ProvingTest> Tests)
{
    private const string Introduction = """
        # Proof

        What the documents promise, and tests that fail if a promise is broken. The page is generated from the attribute `[Promise]` of the
        tests; [CONTRIBUTING.md](../CONTRIBUTING.md#promises) says how. This command runs the tests of one promise:

        ```
        ./test.sh -trait 'Promise=cluster.md: the folder is full'
        ```

        """;

    /// <summary>The marks without a promise, and the promises without a mark.</summary>
    public IEnumerable<string> Faults()
    {
        var promised = Sections.SelectMany(section => Promise.In(section.Document, section.Heading)).ToHashSet();
        return
        [
            .. Tests.Where(test => !promised.Contains(test.Promise))
                .Select(test => $"{test.Name} is marked with a promise that does not exist: {test.Promise}"),
            .. promised.Except(Tests.Select(test => test.Promise)).Select(promise => $"No test is marked with this promise: {promise}"),
        ];
    }

    public string Describe() => Introduction + string.Concat(Sections.Select(section =>
        $"""

        ## [{Path.GetFileName(section.Document.Name)}: {section.Heading}]({Link(section.Document.Name)}#{Document.Anchor(section.Heading)})

        | promise | test | project |
        | --- | --- | --- |
        {string.Join('\n', Promise.In(section.Document, section.Heading).SelectMany(Rows))}

        """));

    private IEnumerable<string> Rows(Promise promise) => Tests.Where(test => test.Promise == promise)
        .OrderBy(test => test.Project, StringComparer.Ordinal).ThenBy(test => test.Name, StringComparer.Ordinal)
        .Select((test, number) => $"| {(number == 0 ? promise.Text : "")} | `{test.Name}` | [{test.Project}]({Link(test.File)}) |");

    private static string Link(string file) => Path.GetRelativePath("docs", file).Replace('\\', '/');
}
