using System.Globalization;
using System.Text;
using Spectre.Console;

namespace OrleansUploads.Cli.Demo;

/// <summary>Shows the demo as it goes: the range map filling where there is a terminal, plain lines where there is
/// none.</summary>
internal sealed class DemoScreen : IDisposable
{
    private const int CellsPerRow = 64;
    private const int MaxCells = 8 * CellsPerRow;

    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(100);

    private const int PlainWidth = 120;

    private readonly IAnsiConsole _console;
    private readonly bool _live;
    private int _tenthsTold;

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

    /// <summary>Says what happens now.</summary>
    public void Say(string line) => _console.MarkupLine(_live ? $"[grey]»[/] {Markup.Escape(line)}" : Markup.Escape(line));

    /// <summary>Shows the board until the work is done.</summary>
    public async Task WatchAsync(PartBoard board, Func<string> status, Task work)
    {
        if (!_live)
        {
            while (!work.IsCompleted)
            {
                TellTenths(board);
                await Task.WhenAny(work, Task.Delay(FrameTime));
            }

            TellTenths(board);
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

    /// <summary>Shows what was checked.</summary>
    public void ShowChecks(IReadOnlyList<DemoCheck> checks)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Checked").AddColumn("Result").AddColumn("");
        foreach (var check in checks)
        {
            var mark = check.Holds switch
            {
                true => "[green]ok[/]",
                false => "[red]FAILED[/]",
                null => "[grey]figure[/]",
            };
            table.AddRow(Markup.Escape(check.What), Markup.Escape(check.Result), mark);
        }

        _console.Write(table);
    }

    public void Dispose()
    {
        if (_live)
        {
            _console.Cursor.Show();
        }
    }

    private void TellTenths(PartBoard board)
    {
        var tenths = board.PartCount == 0 ? 10 : 10 * board.Stored / board.PartCount;
        if (tenths > _tenthsTold)
        {
            _tenthsTold = tenths;
            Say(string.Create(
                CultureInfo.InvariantCulture, $"  {board.Stored} of {board.PartCount} parts stored ({10 * tenths} %)"));
        }
    }

    /// <summary>Each cell is a run of neighbouring parts; it is as far as the least of them.</summary>
    private static Panel Draw(PartBoard board, string status)
    {
        var parts = board.Snapshot();
        var perCell = (parts.Length + MaxCells - 1) / MaxCells;
        var text = new StringBuilder();
        for (var first = 0; first < parts.Length; first += perCell)
        {
            var run = parts.AsSpan(first, Math.Min(perCell, parts.Length - first));
            text.Append(
                !run.ContainsAnyExcept(PartProgress.Stored) ? "[green]█[/]"
                : run.Contains(PartProgress.Sending) || run.Contains(PartProgress.Stored) ? "[yellow]▒[/]"
                : "[grey]·[/]");
            if ((first / perCell) % CellsPerRow == CellsPerRow - 1)
            {
                text.Append('\n');
            }
        }

        var header = string.Create(CultureInfo.InvariantCulture, $" {board.Stored} of {board.PartCount} parts · {status} ");
        return new Panel(new Markup(text.ToString())) { Header = new PanelHeader(Markup.Escape(header)) };
    }
}

/// <summary>One line of the table at the end.</summary>
/// <param name="What">What was checked or measured.</param>
/// <param name="Result">What came out.</param>
/// <param name="Holds">Whether it is as it must be; null for a mere figure.</param>
internal sealed record DemoCheck(string What, string Result, bool? Holds);
