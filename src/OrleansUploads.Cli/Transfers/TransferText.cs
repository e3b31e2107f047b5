using System.Globalization;
using System.Text;
using OrleansUploads.Cli.CommandLine;

namespace OrleansUploads.Cli.Transfers;

/// <summary>Formats the state of a transfer.</summary>
internal static class TransferText
{
    private const string Shades = "·░▒▓█";

    /// <summary>The range map: one character a cell, from empty to full.</summary>
    public static string Map(IReadOnlyList<double> cells)
    {
        var text = new StringBuilder(cells.Count);
        foreach (var share in cells)
        {
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
