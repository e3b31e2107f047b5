using System.Globalization;

namespace OrleansUploads.Engine;

/// <summary>Limits how often a message is logged, and counts those that were not.</summary>
public sealed class LogRate(TimeProvider time)
{
    /// <summary>Maximum number of messages of one kind in a <see cref="Window"/>.</summary>
    public const int MaxMessages = 10;

    /// <summary>Length of a window, which starts with its first message.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long _startedAt;
    private int _passed;
    private long _suppressed;

    /// <summary>False if the message must not be logged.</summary>
    /// <param name="suppressed">The messages that were not logged since the last one that was.</param>
    public bool TryPass(out SuppressedMessages suppressed)
    {
        lock (_gate)
        {
            if (_passed == 0 || time.GetElapsedTime(_startedAt) >= Window)
            {
                _startedAt = time.GetTimestamp();
                _passed = 0;
            }

            if (_passed >= MaxMessages)
            {
                _suppressed++;
                suppressed = default;
                return false;
            }

            _passed++;
            suppressed = new(_suppressed);
            _suppressed = 0;
            return true;
        }
    }
}

/// <summary>How many messages were not logged. At the end of the next one, its text is empty or a sentence in parentheses.</summary>
public readonly record struct SuppressedMessages(long Count)
{
    public override string ToString() =>
        Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({Count} earlier messages of this kind were not logged)");
}
