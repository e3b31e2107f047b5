using Spectre.Console;

namespace OrleansUploads.Cli.Remote;

/// <summary>A table with a header for people. The first rows give the widths of its columns, so that a list of any length needs
/// little memory. On a terminal, the beginning of the first cell is left out if the line would not fit.</summary>
internal sealed class Table(params string[] headers)
{
    private const int RowsForWidths = 1000;
    private const int FewestFirstColumns = 8;
    private const string Gap = "  ";

    private readonly List<string[]> _held = [];
    private int[]? _widths;
    private int _mostFirstColumns;

    public void Add(params string[] cells)
    {
        if (_widths is not null)
        {
            Print(cells);
            return;
        }

        _held.Add(cells);
        if (_held.Count == RowsForWidths)
        {
            Finish();
        }
    }

    /// <summary>Prints what is held. A table without rows prints nothing.</summary>
    public void Finish()
    {
        if (_held.Count > 0)
        {
            _held.Insert(0, headers);
            _widths = [.. headers.Select((_, column) => _held.Max(row => row[column].GetCellWidth()))];
            _mostFirstColumns = MostFirstColumns(_widths);
            _widths[0] = Math.Min(_widths[0], _mostFirstColumns);
            _held.ForEach(Print);
            _held.Clear();
        }
    }

    /// <summary>The width that the other columns leave on a terminal. Elsewhere it is not limited.</summary>
    private static int MostFirstColumns(int[] widths) => Console.IsOutputRedirected || Console.WindowWidth <= 0
        ? int.MaxValue
        : Math.Max(FewestFirstColumns, Console.WindowWidth - widths[1..].Sum(static width => Gap.Length + width));

    private void Print(string[] cells) => Console.Out.WriteLine(string.Join(Gap, cells.Select(Pad)).TrimEnd());

    private string Pad(string cell, int column)
    {
        var shown = column == 0 ? Terminal.CutStart(cell, _mostFirstColumns) : cell;
        return shown + new string(' ', Math.Max(0, _widths![column] - shown.GetCellWidth()));
    }
}
