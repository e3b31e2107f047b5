namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>A document that begins in an empty folder. Its commands and its programs alternate. The line before a program names its file.</summary>
internal sealed class StartingDocument
{
    private const string Fence = "```";
    private const string Heading = "## ";

    private readonly List<StartingStep> _steps = [];

    private StartingDocument()
    {
    }

    /// <summary>The blocks of a section, in their order.</summary>
    public IReadOnlyList<StartingStep> this[string section] => [.. _steps.Where(step => step.Section == section)];

    public static StartingDocument Read(string path)
    {
        var document = new StartingDocument();
        var (section, named) = ("", "");
        List<string>? block = null;
        foreach (var line in File.ReadLines(Path.Combine(CommandDocument.Repository, path)))
        {
            if (line == Fence && block is not null)
            {
                document._steps.Add(new StartingStep(section, named, [.. block]));
                (block, named) = (null, "");
            }
            else if (block is not null)
            {
                block.Add(line);
            }
            else if (line is Fence + "sh" or Fence + "csharp")
            {
                block = [];
                named = line == Fence + "sh" ? "" : named;
            }
            else if (line.StartsWith(Heading, StringComparison.Ordinal))
            {
                section = line[Heading.Length..];
            }
            else if (line is ['`', .. var file, '`', ':'])
            {
                named = file;
            }
        }

        return document;
    }
}

/// <summary>A block of a <see cref="StartingDocument"/>.</summary>
/// <param name="Section">The heading above it.</param>
/// <param name="Program">The file whose content it is, or empty for commands.</param>
internal sealed record StartingStep(string Section, string Program, IReadOnlyList<string> Lines)
{
    /// <summary>How much there is to type: lines that are neither blank nor a comment nor only a brace.</summary>
    public int LineCount => Lines.Count(static line =>
        line.Trim() is not ("" or "{" or "}" or "});" or "};") && !line.TrimStart().StartsWith("//", StringComparison.Ordinal));

    /// <summary>The block as commands of a shell: a program becomes its file.</summary>
    public string Commands => Program.Length == 0
        ? string.Join('\n', Lines)
        : $"cat > '{Program}' <<'PROGRAM'\n{string.Join('\n', Lines)}\nPROGRAM";
}
