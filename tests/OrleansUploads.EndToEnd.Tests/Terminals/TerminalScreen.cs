using System.Globalization;
using System.Text;

namespace OrleansUploads.EndToEnd.Tests.Terminals;

/// <summary>What a terminal of some width shows after it has received some characters. Knows what our programs use of ECMA-48 and xterm:
/// moves of the cursor, erasing, and wrapping at the last column.</summary>
public sealed class TerminalScreen
{
    private const char Escape = '\u001b';

    private readonly List<StringBuilder> _rows = [new()];
    private readonly HashSet<StringBuilder> _broken = new(ReferenceEqualityComparer.Instance);
    private readonly StringBuilder _sequence = new();
    private int _row;
    private int _column;

    public int Columns { get; set; } = 80;

    public bool IsCursorVisible { get; private set; } = true;

    /// <summary>The lines with text, without blanks at their ends. A line that the terminal has broken is one line.</summary>
    public IReadOnlyList<string> Lines =>
    [
        .. string.Concat(_rows.Select(row => _broken.Contains(row) ? row.ToString() : row + "\n"))
            .Split('\n').Select(static line => line.TrimEnd()).Where(static line => line.Length > 0),
    ];

    public void Write(string text)
    {
        foreach (var c in text)
        {
            if (_sequence.Length > 0 || c == Escape)
            {
                _sequence.Append(c);
                if (IsComplete())
                {
                    Obey(_sequence.ToString());
                    _sequence.Clear();
                }
            }
            else
            {
                Put(c);
            }
        }
    }

    /// <summary>A sequence is ESC and one character, or ESC [ and parameters up to a letter.</summary>
    private bool IsComplete() => _sequence.Length > 1 && (_sequence[1] != '[' || char.IsAsciiLetter(_sequence[^1]));

    private void Put(char c)
    {
        switch (c)
        {
            case '\r':
                _column = 0;
                break;
            case '\n':
                Down();
                break;
            case '\a':
                break;
            default:
                if (_column >= Columns)
                {
                    _broken.Add(_rows[_row]);
                    _column = 0;
                    Down();
                }

                var row = _rows[_row];
                row.Append(' ', Math.Max(0, _column + 1 - row.Length));
                row[_column++] = c;
                break;
        }
    }

    private void Down()
    {
        if (++_row == _rows.Count)
        {
            _rows.Add(new StringBuilder());
        }
    }

    private void Obey(string sequence)
    {
        var parameter = int.TryParse(sequence[2..].TrimEnd(sequence[^1]), CultureInfo.InvariantCulture, out var number) ? number : (int?)null;
        switch (sequence[^1])
        {
            case 'A':
                _row = Math.Max(0, _row - (parameter ?? 1));
                break;
            case 'K':
                Erase(parameter ?? 0);
                break;
            case 'J' when parameter is 2 or 3:
                _broken.Clear();
                _rows.ForEach(static row => row.Clear());
                break;
            case 'H' when parameter is null or 1:
                (_row, _column) = (0, 0);
                break;
            case 'h' or 'l' when sequence.Contains("?25", StringComparison.Ordinal):
                IsCursorVisible = sequence[^1] == 'h';
                break;
            case 'h' or 'l' or 'm' or '=' or '>':
                break;
            default:
                throw new NotSupportedException($"This terminal does not know ESC{sequence[1..]}.");
        }
    }

    /// <summary>Erases in the row: 0 from the cursor on, 2 all.</summary>
    private void Erase(int what)
    {
        var row = _rows[_row];
        _broken.Remove(row);
        row.Length = what switch
        {
            0 => Math.Min(row.Length, _column),
            2 => 0,
            _ => throw new NotSupportedException($"This terminal does not know ESC[{what}K."),
        };
    }
}
