namespace OrleansUploads.Client.Transfers;

/// <summary>Counts the parts that this node has written, and those that the upload had without it.</summary>
internal sealed class DirectProgress(Action<UploadProgress>? onProgress, string uploadId)
{
    private readonly Lock _gate = new();
    private UploadProgress _progress = new(uploadId, SizeBytes: 0, SentBytes: 0, SkippedBytes: 0, PartCount: 0, PartsDone: 0);

    /// <summary>Takes what the upload has.</summary>
    public void Begin(PartPlan plan, ServerParts have)
    {
        lock (_gate)
        {
            _progress = _progress with
            {
                SizeBytes = plan.SizeBytes,
                SkippedBytes = Math.Max(0, have.SizeBytes - _progress.SentBytes),
                PartCount = plan.PartCount,
                PartsDone = have.Count,
            };
            onProgress?.Invoke(_progress);
        }
    }

    /// <summary>Adds a part that this node has written. Reports under the lock, so no report is older than the previous one.</summary>
    public void Add(ByteRange range)
    {
        lock (_gate)
        {
            _progress = _progress with
            {
                SentBytes = _progress.SentBytes + range.LengthBytes,
                PartsDone = _progress.PartsDone + 1,
                LastPart = range,
            };
            onProgress?.Invoke(_progress);
        }
    }
}
