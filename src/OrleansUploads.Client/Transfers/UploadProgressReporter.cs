namespace OrleansUploads.Client.Transfers;

/// <summary>Adds up the progress of all workers. Reports under a lock, so no report is older than the previous one.</summary>
internal sealed class UploadProgressReporter
{
    private readonly Lock _gate = new();
    private readonly Action<UploadProgress>? _report;
    private UploadProgress _current;

    public UploadProgressReporter(string uploadId, long sizeBytes, int partCount, Action<UploadProgress>? report)
    {
        _report = report;
        _current = new UploadProgress(uploadId, sizeBytes, 0, 0, partCount, 0);
        report?.Invoke(_current);
    }

    public UploadProgress Current
    {
        get
        {
            lock (_gate)
            {
                return _current;
            }
        }
    }

    public void PartDone(ByteRange range, bool skipped)
    {
        var lengthBytes = range.LengthBytes;
        lock (_gate)
        {
            _current = _current with
            {
                SentBytes = _current.SentBytes + (skipped ? 0 : lengthBytes),
                SkippedBytes = _current.SkippedBytes + (skipped ? lengthBytes : 0),
                PartsDone = _current.PartsDone + 1,
                LastPart = range,
            };
            _report?.Invoke(_current);
        }
    }
}
