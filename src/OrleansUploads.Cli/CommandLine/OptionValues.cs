using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>How values of options and arguments are parsed, checked and read.</summary>
internal static class OptionValues
{
    /// <summary>Parses the value of an option.</summary>
    /// <param name="parse">Returns the value of a text, or null if it has none.</param>
    /// <param name="describe">Says what is wrong with such a text, and what to write instead.</param>
    public static Option<T> Parse<T>(this Option<T> option, Func<string, T> parse, Func<string, string> describe)
    {
        option.CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            var value = parse(text);
            if (value is null)
            {
                result.AddError(describe(text));
            }

            return value;
        };
        return option;
    }

    /// <summary>Refuses some values of an option.</summary>
    /// <param name="describe">Says what is wrong with a value, and what to write instead. Null if it is valid.</param>
    public static Option<T> Refuse<T>(this Option<T> option, Func<string, string?> describe)
    {
        option.Validators.Add(result => Refuse(result, describe));
        return option;
    }

    /// <summary>Refuses the empty text, which scripts pass when a variable is not set.</summary>
    public static Option<T> RefuseEmpty<T>(this Option<T> option) => option.Refuse(text => DescribeEmpty(text, option.Name));

    /// <summary>Refuses all values but these, and lets shells complete them.</summary>
    public static Option<string> OnlyOneOf(this Option<string> option, params string[] values)
    {
        option.CompletionSources.Add(values);
        return option.Refuse(text => DescribeUnknown(text, values));
    }

    /// <inheritdoc cref="OnlyOneOf(Option{string}, string[])"/>
    public static Argument<string> OnlyOneOf(this Argument<string> argument, params string[] values)
    {
        argument.CompletionSources.Add(values);
        argument.Validators.Add(result => Refuse(result, text => DescribeUnknown(text, values)));
        return argument;
    }

    /// <summary>The value of an option, or its type's default if the value on the command line is invalid.</summary>
    /// <remarks>The library validates commands before it parses the values of their options, and reports invalid values
    /// afterwards. Until then, it throws if such a value is read.</remarks>
    public static T? GetValueIfValid<T>(this CommandResult result, Option<T> option)
    {
        try
        {
            return result.GetValue(option);
        }
        catch (InvalidOperationException)
        {
            return default;
        }
    }

    /// <summary>Refuses empty arguments and options without values, for a command and those below it.</summary>
    public static void RequireValues(this Command command)
    {
        foreach (var argument in command.Arguments)
        {
            argument.Validators.Add(result => Refuse(result, text => DescribeEmpty(text, argument.Name)));
        }

        foreach (var option in command.Options.Where(static option => option is not (HelpOption or VersionOption)))
        {
            // If an option has no value, the library takes the next option for it, and checks it less than other values.
            option.Validators.Add(result => Refuse(
                result, word => IsOption(result, word) ? $"The value of {option.Name} is missing: the next word is {word}." : null));
            if (option.ValueType.IsAssignableTo(typeof(FileSystemInfo)))
            {
                option.Validators.Add(result => Refuse(
                    result, path => path.Length == 0 ? $"'' is not a valid value for {option.Name}." : null));
            }
        }

        foreach (var below in command.Subcommands)
        {
            below.RequireValues();
        }
    }

    /// <summary>Whether a word is an option of the command or, for all commands below it, of one above it.</summary>
    private static bool IsOption(OptionResult result, string word) =>
        word.StartsWith("--", StringComparison.Ordinal)
        && UsageError.WithParents(result.Parent as CommandResult).SelectMany(static at => at.Command.Options)
            .Any(option => option.Name == word || option.Aliases.Contains(word));

    private static void Refuse(SymbolResult result, Func<string, string?> describe)
    {
        foreach (var token in result.Tokens)
        {
            if (describe(token.Value) is { } message)
            {
                result.AddError(message);
            }
        }
    }

    private static string? DescribeEmpty(string text, string name) => text.Length == 0 ? $"The value of {name} is empty." : null;

    private static string? DescribeUnknown(string text, string[] values) =>
        values.Contains(text) ? null : $"'{text}' is not a valid value. Use one of: {string.Join(", ", values)}.";
}
