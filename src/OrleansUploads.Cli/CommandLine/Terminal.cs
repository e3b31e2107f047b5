using Spectre.Console;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>The terminal on which a command shows what it does. Results go to standard output, so the display is on standard
/// error.</summary>
internal static class Terminal
{
    /// <summary>Returns standard error if a display can be drawn on it, or null: it is redirected, or cannot move its cursor.</summary>
    public static IAnsiConsole? Find()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return !Console.IsErrorRedirected && console.Profile.Capabilities.Ansi ? console : null;
    }
}
