using OrleansUploads.Core.Parts;

namespace OrleansUploads.Core.Uploads;

/// <summary>Collects the parts of a timeline.</summary>
/// <param name="parts">How many parts there will probably be.</param>
internal sealed class TimelineBuilder(int parts)
{
    private readonly List<TimelinePart> _parts = new(parts);
    private readonly List<LostAttempt> _lost = [];
    private int _replaced;
    private int _notNamed;

    /// <summary>Adds a part that counts.</summary>
    public void Add(TimelinePart part)
    {
        _parts.Add(part);
        _replaced += part.Resent;
    }

    /// <summary>Counts attempts that were replaced by a part that does not count.</summary>
    public void CountReplaced(int attempts) => _replaced += attempts;

    /// <summary>Adds an attempt that does not count. If there are too many, it is only counted.</summary>
    public void AddLost(LostAttempt lost)
    {
        _notNamed += lost.IsReplaced ? 0 : 1;
        if (_lost.Count < Timeline.MaxLost)
        {
            _lost.Add(lost);
        }
    }

    /// <summary>Packs the timeline.</summary>
    /// <param name="senders">The senders of the parts.</param>
    /// <param name="endedBy">Who ended the upload, or null.</param>
    /// <param name="begunAt">When the upload was initiated.</param>
    public PackedTimeline Pack(SenderTable senders, Sender? endedBy, DateTimeOffset begunAt)
    {
        var (number, added) = senders.Mark(endedBy);
        return TimelineCodec.Pack(
            new Timeline(
                senders.With(added).InOrder, number ?? 0, _parts, _lost, _replaced + _notNamed - _lost.Count),
            begunAt);
    }
}
