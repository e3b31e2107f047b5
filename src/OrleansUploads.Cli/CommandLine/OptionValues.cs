using System.CommandLine;
using System.CommandLine.Parsing;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Values of options, for validators of commands.</summary>
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
}
