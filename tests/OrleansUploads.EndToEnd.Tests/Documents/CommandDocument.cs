using System.Reflection;

namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>A Markdown document with commands. Blocks marked <c>sh</c> are for a reader to paste, in this order.</summary>
internal sealed class CommandDocument
{
    private const string Fence = "```";
    private const string Heading = "## ";
    private const string StopMark = "<!-- test: stop -->";

    private CommandDocument(string preamble, IReadOnlyDictionary<string, string> sections) => (Preamble, Sections) = (preamble, sections);

    /// <summary>The commands before the first section.</summary>
    public string Preamble { get; }

    /// <summary>The commands of each section that has any, by its heading.</summary>
    public IReadOnlyDictionary<string, string> Sections { get; }

    public static string Repository { get; } = Path.GetFullPath(typeof(CommandDocument).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "Repository").Value!);

    public static CommandDocument Read(string path)
    {
        var sections = new Dictionary<string, string> { [""] = "" };
        var (section, inBlock, isForShell) = ("", false, false);
        foreach (var line in File.ReadLines(Path.Combine(Repository, path)))
        {
            if (line.StartsWith(Fence, StringComparison.Ordinal))
            {
                (inBlock, isForShell) = (!inBlock, !inBlock && line == Fence + "sh");
            }
            else if (isForShell)
            {
                sections[section] += line + "\n";
            }
            else if (!inBlock && line.StartsWith(Heading, StringComparison.Ordinal))
            {
                section = line[Heading.Length..];
                sections[section] = "";
            }
            else if (line == StopMark)
            {
                sections[section] += DocumentShell.StopServer + "\n";
            }
        }

        var preamble = sections[""];
        sections.Remove("");
        return new CommandDocument(preamble, sections.Where(entry => entry.Value.Length > 0).ToDictionary());
    }
}
