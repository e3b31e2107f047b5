using System.Net.Sockets;

namespace OrleansUploads.Cli.Remote;

/// <summary>Retries for some minutes, or for as long as the user says. It says why it waits, and the same thing only once. Thread-safe.
/// </summary>
internal sealed class PatientRetry(Printer printer, Uri endpoint, TimeSpan? patience, TimeProvider time)
{
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromMinutes(6);

    // Other clients may free space, but usually a person has to.
    private static readonly TimeSpan FullDiskPatience = TimeSpan.FromMinutes(1);

    // Longer than the longest delay, after which the disk was not full in between.
    private static readonly TimeSpan FullDiskGap = TimeSpan.FromSeconds(40);

    // Longer than a silent attempt, the longest delay and the time in which a connection is tried. In an attempt that lasts longer, bytes
    // have moved.
    private static readonly TimeSpan OutageGap = TimeSpan.FromMinutes(3);

    // Minutes of silence would look like a hang.
    private static readonly TimeSpan NoteInterval = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly HashSet<string> _told = [];
    private long _toldAt;
    private long _fullSince;
    private long _fullAt;
    private long _failingSince;
    private long? _failedAt;

    public RetryPolicy Policy => new()
    {
        MaxAttempts = patience is null ? 40 : int.MaxValue,
        MaxDelay = TimeSpan.FromSeconds(15),
        OnRetry = Tell,
        OnSuccess = EndOutage,
    };

    private void Tell(GlacierException failure, TimeSpan delay)
    {
        printer.TraceRetry(failure, delay);
        var reason = failure.Code switch
        {
            GlacierErrorCodes.ConnectionFailure when failure.InnerException is not (HttpRequestException or SocketException) =>
                $"The server at {endpoint} has not finished an answer, because the connection broke",
            GlacierErrorCodes.ConnectionFailure or GlacierErrorCodes.IdleTimeout => $"The server at {endpoint} does not answer",
            _ => failure.Message.ReplaceLineEndings(" ").TrimEnd('.'),
        };
        lock (_gate)
        {
            RequirePatience(failure);
            if (IsFullDisk(failure))
            {
                var isNew = _fullAt == 0 || time.GetElapsedTime(_fullAt) > FullDiskGap;
                _fullAt = time.GetTimestamp();
                _fullSince = isNew ? _fullAt : _fullSince;
                if (time.GetElapsedTime(_fullSince) > FullDiskPatience)
                {
                    throw new GlacierException(
                        failure.Code,
                        $"The disk of the server has been full for {FullDiskPatience.TotalSeconds:F0} seconds. Delete archives, "
                        + "abort uploads, or free space on the disk, and run the command again.",
                        failure);
                }
            }

            if ((_toldAt != 0 && time.GetElapsedTime(_toldAt) < NoteInterval) || !_told.Add(reason))
            {
                return;
            }

            _toldAt = time.GetTimestamp();
        }

        printer.Event(new { @event = "waiting", error = failure.Message });
        printer.Note($"{reason}. Trying again for {(patience is { } limit ? TimeText.Format(limit) : "some minutes")}.");
    }

    private void RequirePatience(GlacierException failure)
    {
        var now = time.GetTimestamp();
        if (_failedAt is not { } before || time.GetElapsedTime(before, now) > OutageGap)
        {
            _failingSince = now;
        }

        _failedAt = now;
        if (time.GetElapsedTime(_failingSince, now) > (patience ?? DefaultPatience))
        {
            throw new GlacierException(failure.Code, failure.Message, failure)
            {
                StatusCode = failure.StatusCode,
                RequestId = failure.RequestId,
            };
        }
    }

    private void EndOutage()
    {
        lock (_gate)
        {
            _failedAt = null;
        }
    }

    /// <summary>The protocol has no code for a full disk, so the server's message has to tell it.</summary>
    private static bool IsFullDisk(GlacierException failure) =>
        failure.Code == GlacierErrorCodes.ServiceUnavailable
        && failure.Message.StartsWith("The disk of the server is full", StringComparison.Ordinal);
}
