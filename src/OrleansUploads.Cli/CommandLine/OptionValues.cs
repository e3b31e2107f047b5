using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Values of options and arguments, for validators.</summary>
internal static class OptionValues
{
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

    /// <summary>Refuses the empty text, which scripts pass when a variable is not set.</summary>
    public static Option<T> RefuseEmpty<T>(this Option<T> option)
    {
        option.Validators.Add(result => RefuseEmpty(result, option.Name));
        return option;
    }

    /// <summary>Refuses empty arguments and options without values, for a command and those below it.</summary>
    public static void RequireValues(this Command command)
    {
        foreach (var argument in command.Arguments)
        {
            argument.Validators.Add(result => RefuseEmpty(result, argument.Name));
        }

        foreach (var option in command.Options.Where(static option => option is not (HelpOption or VersionOption)))
        {
            option.Validators.Add(result => RefuseOptions(result, option.Name));
        }

        foreach (var below in command.Subcommands)
        {
            below.RequireValues();
        }
    }

    /// <summary>If an option has no value, the library takes the next option for it, and checks it less than other values.</summary>
    private static void RefuseOptions(OptionResult result, string name)
    {
        if (result.Tokens.FirstOrDefault(token => IsOption(result, token.Value)) is { } next)
        {
            result.AddError($"The value of {name} is missing: the next word is {next.Value}.");
        }
    }

    /// <summary>Whether a word is an option of the command or, for all commands below it, of one above it.</summary>
    private static bool IsOption(OptionResult result, string word)
    {
        for (var at = result.Parent; at is CommandResult { Command: var command }; at = at.Parent)
        {
            if (word.StartsWith("--", StringComparison.Ordinal)
                && command.Options.Any(option => option.Name == word || option.Aliases.Contains(word)))
            {
                return true;
            }
        }

        return false;
    }

    private static void RefuseEmpty(SymbolResult result, string name)
    {
        if (result.Tokens.Any(static token => token.Value.Length == 0))
        {
            result.AddError($"The value of {name} is empty.");
        }
    }
}
