using System.Text;
using OrleansUploads.Cli.Archives;
using Spectre.Console;

namespace OrleansUploads.Cli.Transfers;

/// <summary>One file's transfer, as people see it. Thread-safe.</summary>
internal sealed class FileTransfer(string name, long? sizeBytes, TimeProvider time)
{
    private const string Shades = "·░▒▓█";
    private const string Gap = "  ";
    private const int MaxNameColumns = 28;
    private const int MinNameColumns = 8;

    /// <summary>The cells of the widest range map, and of the narrowest.</summary>
    private const int MaxCells = 32;
    private const int MinCells = 8;

    private readonly Lock _gate = new();
    private readonly long[] _cellBytes = new long[MaxCells];
    private readonly Dictionary<ByteRange, long> _sentBytes = [];
    private readonly long _startedAt = time.GetTimestamp();
    private long? _movesSince;
    private long _doneBytes;
    private long _movedBytes;
    private int _tenthsTold;

    public string Name { get; } = name;

    /// <summary>The total size, or null if it is not known.</summary>
    public long? SizeBytes { get; } = sizeBytes;

    /// <summary>The upload in progress, or null if there is none.</summary>
    public string? UploadId { get; set; }

    /// <summary>The bytes that are on the other side.</summary>
    public long DoneBytes => Interlocked.Read(ref _doneBytes);

    /// <summary>How long the transfer has lasted.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_startedAt);

    /// <summary>Whether this run has moved bytes.</summary>
    public bool HasMoved => Interlocked.Read(ref _movedBytes) > 0;

    /// <summary>Notes how much of a range has been sent. It is not done before the other side has acknowledged it.</summary>
    public void Send(ByteRange range, long sentBytes)
    {
        lock (_gate)
        {
            _movesSince ??= time.GetTimestamp();
            _sentBytes[range] = sentBytes;
        }
    }

    /// <summary>Adds a range that is done; one that is skipped was on the other side already.</summary>
    /// <returns>Whether another tenth is done.</returns>
    public bool Add(ByteRange range, bool isSkipped)
    {
        lock (_gate)
        {
            _sentBytes.Remove(range);
            _doneBytes += range.LengthBytes;
            _movedBytes += isSkipped ? 0 : range.LengthBytes;
            if (SizeBytes is not (> 0 and var size))
            {
                return false;
            }

            Fill(_cellBytes, range);
            var told = _tenthsTold;
            _tenthsTold = Math.Max(told, (int)(10 * (double)_doneBytes / size));
            return _tenthsTold > told;
        }
    }

    /// <summary>How much is done, how fast, and how long it will take: <c>40 % of 1.0 GiB, 120.0 MiB/s, 5 s left</c>. While a
    /// continued transfer only compares what the other side has, there is no rate: <c>40 % of 1.0 GiB, already there</c>.</summary>
    /// <param name="countsSent">Whether bytes count that were sent and are not acknowledged yet.</param>
    public string Describe(bool countsSent)
    {
        lock (_gate)
        {
            var sentBytes = countsSent ? _sentBytes.Values.Sum() : 0;
            var (doneBytes, movedBytes) = (_doneBytes + sentBytes, _movedBytes + sentBytes);
            var done = DescribeDone(doneBytes);
            if (movedBytes == 0)
            {
                return doneBytes == 0 ? done : $"{done}, already there";
            }

            var bytesPerSecond = movedBytes / Math.Max(time.GetElapsedTime(_movesSince ?? _startedAt).TotalSeconds, 0.001);
            var left = SizeBytes > doneBytes
                ? $", {TimeText.Format(TimeSpan.FromSeconds((SizeBytes.Value - doneBytes) / bytesPerSecond))} left"
                : "";
            return $"{done}, {ByteCount.Format(bytesPerSecond)}/s{left}";
        }
    }

    /// <summary>How much is on the other side: <c>40 % of 1.0 GiB</c>.</summary>
    public string DescribeDone() => DescribeDone(DoneBytes);

    private string DescribeDone(long doneBytes) => SizeBytes is > 0 and var size
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(100 * (double)doneBytes / size):F0} % of {ByteCount.Format(size)}")
        : ByteCount.Format(doneBytes);

    /// <summary>One line of the display, as markup: the end of the name, the range map, and how much is done. If there is too little room,
    /// it has a shorter map or none, and then less of what <see cref="Describe"/> says.</summary>
    public string Line(int columns)
    {
        var text = Describe(countsSent: true);
        while (text.Length > columns - MinNameColumns - Gap.Length && text.LastIndexOf(", ", StringComparison.Ordinal) is > 0 and var comma)
        {
            text = text[..comma];
        }

        text = Terminal.Cut(text, columns);
        var name = Terminal.CutStart(ArchiveName.ShowName(Name), Math.Clamp(columns - text.Length - Gap.Length, 0, MaxNameColumns));
        var cells = Math.Min(MaxCells, columns - name.GetCellWidth() - text.Length - (2 * Gap.Length));
        return Markup.Escape(name) + Gap + (cells >= MinCells ? $"[green]{Map(cells)}[/]{Gap}" : "") + Markup.Escape(text);
    }

    /// <summary>The range map: one character a cell, from empty to full. A cell stands for one or more ranges. It is full when all of them
    /// are done.</summary>
    private string Map(int cells)
    {
        var text = new StringBuilder(cells);
        lock (_gate)
        {
            var sent = new long[MaxCells];
            foreach (var (range, sentBytes) in _sentBytes)
            {
                Fill(sent, new ByteRange(range.Start, range.Start + sentBytes));
            }

            for (var cell = 0; cell < cells; cell++)
            {
                var (first, end) = (cell * MaxCells / cells, (cell + 1) * MaxCells / cells);
                var bytes = (SizeBytes * end / MaxCells) - (SizeBytes * first / MaxCells);
                var done = bytes == 0 ? 1 : (double?)_cellBytes[first..end].Sum() / bytes ?? 0;
                var share = Math.Min(1, done + ((double?)sent[first..end].Sum() / bytes ?? 0));
                text.Append(done >= 1 ? Shades[^1] : Shades[(int)Math.Ceiling(share * (Shades.Length - 2))]);
            }
        }

        return text.ToString();
    }

    /// <summary>Adds a range to the cells that it touches.</summary>
    private void Fill(long[] cellBytes, ByteRange range)
    {
        for (var cell = 0; cell < MaxCells; cell++)
        {
            var start = Math.Max(range.Start, (SizeBytes ?? 0) * cell / MaxCells);
            var end = Math.Min(range.EndExclusive, (SizeBytes ?? 0) * (cell + 1) / MaxCells);
            cellBytes[cell] += Math.Max(0, end - start);
        }
    }
}
