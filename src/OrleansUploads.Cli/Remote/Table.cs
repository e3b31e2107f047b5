using Spectre.Console;

namespace OrleansUploads.Cli.Remote;

/// <summary>A table with a header for people. The first rows give the widths of its columns, so that a list of any length needs
/// little memory.</summary>
internal sealed class Table(params string[] headers)
{
    private const int RowsForWidths = 1000;
    private const string Gap = "  ";

    private readonly List<string[]> _held = [];
    private int[]? _widths;

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
            _held.ForEach(Print);
            _held.Clear();
        }
    }

    private void Print(string[] cells) =>
        Console.Out.WriteLine(string.Join(Gap, cells.Select((cell, column) => cell + new string(' ', Math.Max(0, _widths![column] - cell.GetCellWidth())))).TrimEnd());
}
