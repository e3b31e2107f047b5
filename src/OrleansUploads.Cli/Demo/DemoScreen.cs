using System.Text;
using Spectre.Console;

namespace OrleansUploads.Cli.Demo;

/// <summary>Displays the progress of the demo: as a live map of the parts on a terminal, otherwise as lines of text.</summary>
internal sealed class DemoScreen : IDisposable
{
    private const int MostCellsPerRow = 64;
    private const int Rows = 8;

    /// <summary>The columns of a panel's sides.</summary>
    private const int SideColumns = 4;

    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(100);

    private const int PlainWidth = 120;

    private readonly IAnsiConsole _console;
    private readonly bool _live;
    private int _tenthsPrinted;

    private DemoScreen(IAnsiConsole console, bool live)
    {
        _console = console;
        _live = live;
    }

    public static DemoScreen Open()
    {
        if (AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected)
        {
            return new DemoScreen(AnsiConsole.Console, live: true);
        }

        var plain = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        plain.Profile.Width = PlainWidth;
        return new DemoScreen(plain, live: false);
    }

    /// <summary>Prints one line about the current step.</summary>
    public void PrintLine(string line) => _console.MarkupLine(_live ? $"[grey]»[/] {Markup.Escape(line)}" : Markup.Escape(line));

    /// <summary>Prints one line while the board is displayed. The live map's header shows the same.</summary>
    public void PrintStep(string line)
    {
        if (!_live)
        {
            PrintLine(line);
        }
    }

    /// <summary>Displays the board until the work is done.</summary>
    public async Task WatchAsync(PartBoard board, Func<string> status, Task work)
    {
        if (!_live)
        {
            while (!work.IsCompleted)
            {
                PrintTenths(board);
                await Task.WhenAny(work, Task.Delay(FrameTime));
            }

            PrintTenths(board);
            await work;
            return;
        }

        await _console.Live(Draw(board, status())).StartAsync(async frame =>
        {
            while (!work.IsCompleted)
            {
                await Task.WhenAny(work, Task.Delay(FrameTime));
                frame.UpdateTarget(Draw(board, status()));
            }
        });
        await work;
    }

    /// <summary>Prints the table of checks and measurements.</summary>
    public void ShowChecks(IReadOnlyList<DemoCheck> checks)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Check").AddColumn("Result").AddColumn("");
        foreach (var check in checks)
        {
            var mark = check.Passed switch
            {
                true => "[green]ok[/]",
                false => "[red]FAILED[/]",
                null => "[grey]measured[/]",
            };
            table.AddRow(Markup.Escape(check.Name), Markup.Escape(check.Result), mark);
        }

        _console.Write(table);
        var failed = checks.Count(check => check.Passed == false);
        PrintLine(failed == 0 ? "All checks passed." : $"{Quantity.Format(failed, "check")} failed.");
    }

    public void Dispose()
    {
        if (_live)
        {
            _console.Cursor.Show();
        }
    }

    /// <summary>Prints the progress each time another tenth of the parts is stored.</summary>
    private void PrintTenths(PartBoard board)
    {
        var tenths = board.PartCount == 0 ? 10 : 10 * board.Stored / board.PartCount;
        if (tenths > _tenthsPrinted)
        {
            _tenthsPrinted = tenths;
            PrintLine(string.Create(
                CultureInfo.InvariantCulture, $"  {board.Stored} of {board.PartCount} parts stored ({10 * tenths} %)"));
        }
    }

    /// <summary>Draws the map. A cell stands for one or more adjacent parts: green if all are stored, yellow if some are stored or
    /// being sent, grey otherwise.</summary>
    private Panel Draw(PartBoard board, string status)
    {
        var parts = board.Snapshot();
        var perRow = Math.Clamp(_console.Profile.Width - SideColumns - 1, 1, MostCellsPerRow);
        var perCell = (parts.Length + (Rows * perRow) - 1) / (Rows * perRow);
        var text = new StringBuilder();
        for (var first = 0; first < parts.Length; first += perCell)
        {
            var run = parts.AsSpan(first, Math.Min(perCell, parts.Length - first));
            text.Append(
                !run.ContainsAnyExcept(PartProgress.Stored) ? "[green]█[/]"
                : run.Contains(PartProgress.Sending) || run.Contains(PartProgress.Stored) ? "[yellow]▒[/]"
                : "[grey]·[/]");
            if ((first / perCell) % perRow == perRow - 1)
            {
                text.Append('\n');
            }
        }

        var header = string.Create(CultureInfo.InvariantCulture, $" {board.Stored} of {board.PartCount} parts · {status} ");
        return new Panel(new Markup(text.ToString())) { Header = new PanelHeader(Markup.Escape(header)) };
    }
}

/// <summary>One row of the final table.</summary>
/// <param name="Name">The check or measurement.</param>
/// <param name="Result">The result.</param>
/// <param name="Passed">Whether the check passed, or null for a measurement.</param>
internal sealed record DemoCheck(string Name, string Result, bool? Passed);
