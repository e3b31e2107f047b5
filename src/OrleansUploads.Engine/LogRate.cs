namespace OrleansUploads.Engine;

/// <summary>Limits how often a message is logged, and counts those that were not.</summary>
/// <param name="max">Maximum number of messages in a window.</param>
/// <param name="window">Length of a window, which starts with its first message.</param>
/// <param name="time">Measures the windows.</param>
public sealed class LogRate(int max, TimeSpan window, TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _startedAt;
    private int _passed;
    private long _suppressed;

    /// <summary>Decides whether a message is logged.</summary>
    /// <param name="suppressed">How many messages were not logged since the last one that was.</param>
    /// <returns>False if the message must not be logged.</returns>
    public bool TryPass(out long suppressed)
    {
        lock (_gate)
        {
            if (_passed == 0 || time.GetElapsedTime(_startedAt) >= window)
            {
                _startedAt = time.GetTimestamp();
                _passed = 0;
            }

            if (_passed >= max)
            {
                _suppressed++;
                suppressed = 0;
                return false;
            }

            _passed++;
            suppressed = _suppressed;
            _suppressed = 0;
            return true;
        }
    }
}
