using System.Text;
using Spectre.Console;

namespace OrleansUploads.Cli.Transfers;

/// <summary>Formats the state of a transfer.</summary>
internal static class TransferText
{
    private const string Shades = "·░▒▓█";
    private const string Ellipsis = "…";
    private const string Gap = "  ";
    private const int MaxNameColumns = 28;
    private const int MinNameColumns = 8;
    private const int MinCells = 8;

    /// <summary>One line of the display, as markup: the end of the name, the range map, and how much is done. If there is too little room,
    /// it has a shorter map or none, and then less of what <see cref="Describe"/> says.</summary>
    /// <param name="name">The name of the file.</param>
    /// <param name="state">The state of its transfer.</param>
    /// <param name="columns">The longest line.</param>
    public static string Line(string name, TransferState state, int columns)
    {
        var text = Describe(state);
        while (text.Length > columns - MinNameColumns - Gap.Length && text.LastIndexOf(", ", StringComparison.Ordinal) is > 0 and var comma)
        {
            text = text[..comma];
        }

        text = Cut(text, columns);
        name = CutStart(name, Math.Clamp(columns - text.Length - Gap.Length, 0, MaxNameColumns));
        var cells = Math.Min(state.Cells.Count, columns - name.GetCellWidth() - text.Length - (2 * Gap.Length));
        return Markup.Escape(name) + Gap + (cells >= MinCells ? $"[green]{Map(state.Cells, cells)}[/]{Gap}" : "") + Markup.Escape(text);
    }

    /// <summary>A text without what does not fit into some columns.</summary>
    public static string Cut(string text, int columns)
    {
        while (text.Length > 0 && text.GetCellWidth() > columns)
        {
            text = text[..^1];
        }

        return text;
    }

    private static string CutStart(string name, int columns)
    {
        if (name.GetCellWidth() <= columns)
        {
            return name;
        }

        while (name.Length > 0 && name.GetCellWidth() >= columns)
        {
            name = name[1..];
        }

        return columns > 0 ? Ellipsis + name : "";
    }

    /// <summary>The range map: one character a cell, from empty to full.</summary>
    /// <param name="shares">The shares of the ranges that are done.</param>
    /// <param name="cells">The number of cells. A cell stands for one or more ranges.</param>
    private static string Map(IReadOnlyList<double> shares, int cells)
    {
        var text = new StringBuilder(cells);
        for (var cell = 0; cell < cells; cell++)
        {
            var first = cell * shares.Count / cells;
            var share = shares.Skip(first).Take(((cell + 1) * shares.Count / cells) - first).Average();
            text.Append(share >= 1 ? Shades[^1] : Shades[(int)Math.Ceiling(share * (Shades.Length - 2))]);
        }

        return text.ToString();
    }

    /// <summary>How much is done, how fast, and how long it will take: <c>40 % of 1.0 GiB, 120.0 MiB/s, 5 s left</c>. While a
    /// continued transfer only compares what the other side has, there is no rate: <c>40 % of 1.0 GiB, already there</c>.</summary>
    public static string Describe(TransferState state)
    {
        var done = state.SizeBytes is { } size and > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{100 * (double)state.DoneBytes / size:F0} % of {ByteCount.Format(size)}")
            : ByteCount.Format(state.DoneBytes);
        if (state.MovedBytes == 0)
        {
            return state.DoneBytes == 0 ? done : $"{done}, already there";
        }

        var left = state.Left is { } time && state.DoneBytes < state.SizeBytes ? $", {TimeText.Format(time)} left" : "";
        return $"{done}, {ByteCount.Format(state.BytesPerSecond)}/s{left}";
    }
}
