namespace OrleansUploads.Core.Tests.House;

/// <param name="Name">Its path in the repository.</param>
/// <param name="Text">All of it.</param>
internal sealed partial record Document(string Name, string Text)
{
    /// <summary>The text without its blocks of code.</summary>
    public string Prose { get; } = CodeBlock().Replace(Text, "");

    public static Document Read(string path) => new(Repository.Name(path), File.ReadAllText(path));

    /// <summary>The targets of the links into the repository.</summary>
    public IEnumerable<string> LinkTargets() => Link().Matches(Prose)
        .Select(link => link.Groups[1].Value)
        .Where(target => !target.Contains("://", StringComparison.Ordinal));

    /// <summary>The anchors that GitHub gives the headings.</summary>
    public IReadOnlySet<string> Headings() => Heading().Matches(Prose).Select(heading => Anchor(heading.Groups[1].Value)).ToHashSet();

    /// <summary>The anchor that GitHub gives a heading.</summary>
    public static string Anchor(string heading) => NotInAnchors().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    /// <summary>The text between a heading and the next one of any level.</summary>
    public string Section(string heading)
    {
        var headings = Heading().Matches(Prose).ToList();
        var number = headings.FindIndex(found => found.Groups[1].Value == heading);
        return number < 0
            ? throw new ArgumentException($"{Name} has no heading '{heading}'.")
            : Prose[(headings[number].Index + headings[number].Length)..(number + 1 < headings.Count ? headings[number + 1].Index : Prose.Length)];
    }

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
