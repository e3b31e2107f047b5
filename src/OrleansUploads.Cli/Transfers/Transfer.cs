namespace OrleansUploads.Cli.Transfers;

/// <summary>The state of one file's transfer, for display. Thread-safe.</summary>
internal sealed class Transfer(string name, long? sizeBytes, TimeProvider time)
{
    /// <summary>The number of cells of the range map.</summary>
    public const int CellCount = 32;

    private readonly Lock _gate = new();
    private readonly long[] _cellBytes = new long[CellCount];
    private readonly long _startedAt = time.GetTimestamp();
    private long _doneBytes;
    private long _movedBytes;

    public string Name { get; } = name;

    /// <summary>The total size, or null if it is not known.</summary>
    public long? SizeBytes { get; } = sizeBytes;

    /// <summary>The upload in progress, or null if there is none.</summary>
    public string? UploadId { get; set; }

    /// <summary>Whether the transfer has ended, with success or without.</summary>
    public bool IsOver { get; set; }

    /// <summary>Adds a range that is done.</summary>
    /// <param name="range">The range.</param>
    /// <param name="isSkipped">Whether the other side already had it.</param>
    public void Add(ByteRange range, bool isSkipped)
    {
        lock (_gate)
        {
            _doneBytes += range.LengthBytes;
            _movedBytes += isSkipped ? 0 : range.LengthBytes;
            for (var cell = 0; SizeBytes is { } size && cell < CellCount; cell++)
            {
                var start = Math.Max(range.Start, size * cell / CellCount);
                var end = Math.Min(range.EndExclusive, size * (cell + 1) / CellCount);
                _cellBytes[cell] += Math.Max(0, end - start);
            }
        }
    }

    /// <summary>Returns the state at this moment.</summary>
    public TransferState Read()
    {
        lock (_gate)
        {
            var cells = new double[CellCount];
            for (var cell = 0; SizeBytes is { } size && cell < CellCount; cell++)
            {
                var length = (size * (cell + 1) / CellCount) - (size * cell / CellCount);
                cells[cell] = length == 0 ? 1 : (double)_cellBytes[cell] / length;
            }

            return new TransferState(_doneBytes, _movedBytes, SizeBytes, time.GetElapsedTime(_startedAt), cells);
        }
    }
}

/// <summary>The state of a transfer at one moment.</summary>
/// <param name="DoneBytes">The bytes that are on the other side.</param>
/// <param name="MovedBytes">Those that were moved by this run.</param>
/// <param name="SizeBytes">The total size, or null if it is not known.</param>
/// <param name="Elapsed">The time since the start.</param>
/// <param name="Cells">For each cell of the range map, the share that is done.</param>
internal sealed record TransferState(
    long DoneBytes, long MovedBytes, long? SizeBytes, TimeSpan Elapsed, IReadOnlyList<double> Cells)
{
    /// <summary>The average rate of this run.</summary>
    public double BytesPerSecond => Elapsed > TimeSpan.Zero ? MovedBytes / Elapsed.TotalSeconds : 0;

    /// <summary>The time left at this rate, or null if nothing is known about it.</summary>
    public TimeSpan? Left =>
        SizeBytes is { } size && MovedBytes > 0 ? TimeSpan.FromSeconds((size - DoneBytes) / BytesPerSecond) : null;

    /// <summary>The share that is done in tenths, 0 to 10.</summary>
    public int Tenths => SizeBytes is { } size and > 0 ? (int)(10 * (double)DoneBytes / size) : 0;
}
