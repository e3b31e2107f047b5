namespace OrleansUploads.Core.Tests.House;

/// <param name="Document">The file name of the document.</param>
/// <param name="Text">The first cell of a row, or a sentence without its period. Without marks of Markdown.</param>
internal sealed partial record Promise(string Document, string Text)
{
    /// <summary>The promises of a section: those of the rows of its table, or of its sentences if it has no table.</summary>
    public static IReadOnlyList<Promise> In(Document document, string heading)
    {
        var section = document.Section(heading);
        var rows = FirstCell().Matches(section);
        return
        [
            .. (rows.Count > 0 ? rows.Skip(1) : Sentence().Matches(section))
                .Select(match => LineBreak().Replace(Mark().Replace(match.Groups[1].Value, "$1"), " ").Trim())
                .Select(text => new Promise(Path.GetFileName(document.Name), text)),
        ];
    }

    public override string ToString() => $"{Document}: {Text}";

    /// <summary>Of the header and of each row, but not of the line between them.</summary>
    [GeneratedRegex(@"^\| (?!---)([^|]+)\|", RegexOptions.Multiline)]
    private static partial Regex FirstCell();

    [GeneratedRegex(@"([A-Z][^.]+)\.")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)|[`*]")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\s+")]
    private static partial Regex LineBreak();
}
