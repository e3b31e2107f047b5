using System.IO.Enumeration;

namespace OrleansUploads.Cli.Transfers;

/// <summary>What the user wants to leave out of folders: names, or paths below the folder that is sent.</summary>
/// <param name="patterns">The patterns. <c>*</c> stands for any characters, and <c>?</c> for one.</param>
internal sealed class ExcludedNames(IReadOnlyList<string> patterns)
{
    // Shells complete the name of a folder with a slash.
    private readonly string[] _patterns = [.. patterns.Select(static pattern => pattern.TrimEnd('/'))];

    public static ExcludedNames None { get; } = new([]);

    /// <summary>The options that leave out the same, with a leading space.</summary>
    public string Words => string.Concat(_patterns.Select(static pattern => $" --exclude {ProgramName.Quote(pattern)}"));

    /// <summary>Whether a file or folder is left out, with all that is in it.</summary>
    /// <param name="path">Its path below the folder that is sent, with slashes.</param>
    public bool Has(string path) => _patterns.Any(pattern =>
        FileSystemName.MatchesSimpleExpression(pattern, path, ignoreCase: false)
        || FileSystemName.MatchesSimpleExpression(pattern, path.AsSpan(path.LastIndexOf('/') + 1), ignoreCase: false));
}
