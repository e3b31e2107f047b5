using System.CommandLine.Parsing;
using System.IO.Enumeration;

namespace OrleansUploads.Cli.Archives;

/// <summary>The options that choose archives of a list.</summary>
internal sealed class ArchiveFilter
{
    private readonly Option<string?> _name = new("--name")
    {
        Description = "Only archives with this description. '*' stands for any characters, '?' for one.",
        HelpName = "pattern",
    };

    private readonly Option<DateTimeOffset?> _after = Date("--after", "Only archives that were created at this time or later.");
    private readonly Option<DateTimeOffset?> _before = Date("--before", "Only archives that were created before this time.");

    public void AddTo(Command command)
    {
        foreach (var option in Options)
        {
            command.Add(option);
        }
    }

    private IEnumerable<Option> Options => [_name, _after, _before];

    public bool IsUsed(ParseResult parsed) => IsUsed(parsed.CommandResult);

    public bool IsUsed(CommandResult command) => Options.Any(option => command.GetResult(option) is not null);

    /// <summary>The options as they were given, with a leading space.</summary>
    public string Words(ParseResult parsed) => string.Concat(
        from option in Options
        from token in parsed.GetResult(option)?.Tokens ?? []
        select $" {option.Name} {ProgramName.Quote(token.Value)}");

    public bool Includes(ParseResult parsed, InventoryEntry entry) =>
        (parsed.GetValue(_name) is not { } pattern
            || FileSystemName.MatchesSimpleExpression(pattern, entry.Description, ignoreCase: false)
            || FileSystemName.MatchesSimpleExpression(pattern, ArchiveName.Decode(entry.Description ?? ""), ignoreCase: false))
        && !(entry.CreatedAt < parsed.GetValue(_after))
        && !(entry.CreatedAt >= parsed.GetValue(_before));

    private static Option<DateTimeOffset?> Date(string name, string description) => new Option<DateTimeOffset?>(name)
    {
        Description = $"{description} A date such as 2026-11-24, or 2026-11-24T18:00Z.",
        HelpName = "time",
    }.Parse(
        static text => DateTimeOffset.TryParseExact(
            text,
            ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time) ? time : null,
        text => $"{name} is '{text}'. Use a form such as 2026-11-24 or 2026-11-24T18:00Z.");
}
