using Spectre.Console;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>The terminal on which a command shows what it does. Results go to standard output, so the display is on standard
/// error.</summary>
internal static class Terminal
{
    private const string Ellipsis = "…";

    /// <summary>Returns standard error if a display can be drawn on it, or null: it is redirected, or cannot move its cursor.</summary>
    public static IAnsiConsole? Find()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return !Console.IsErrorRedirected && console.Profile.Capabilities.Ansi ? console : null;
    }

    /// <summary>Cuts the end of a text, so that the text fits into some columns.</summary>
    public static string Cut(string text, int columns)
    {
        while (text.Length > 0 && text.GetCellWidth() > columns)
        {
            text = text[..^1];
        }

        return text;
    }

    /// <summary>Cuts the start of a text, so that the text fits into some columns.</summary>
    public static string CutStart(string text, int columns)
    {
        if (text.GetCellWidth() <= columns)
        {
            return text;
        }

        while (text.Length > 0 && text.GetCellWidth() >= columns)
        {
            text = text[1..];
        }

        return columns > 0 ? Ellipsis + text : "";
    }
}
