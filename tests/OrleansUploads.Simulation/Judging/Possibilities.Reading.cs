namespace OrleansUploads.Simulation.Judging;

/// <content>Reads change nothing, but their answers can exclude states.</content>
internal sealed partial class Possibilities
{
    /// <summary>A read was sent.</summary>
    public Reading BeginReading()
    {
        Close();
        var reading = new Reading(_changes, [.. States]);
        _readings.Add(reading);
        return reading;
    }

    /// <summary>The read was answered. A state that was possible since it was sent must explain the answer.</summary>
    public bool EndReading(Reading reading, Predicate<ulong> explains, bool mayBeStale)
    {
        Close();
        _readings.Remove(reading);
        if (IsLost)
        {
            return true;
        }

        if (!(mayBeStale ? _ever : reading.Seen).Any(state => explains(state)))
        {
            return false;
        }

        if (!mayBeStale && reading.ChangesBefore == _changes)
        {
            // No request started or ended during the read, so it saw one of these states.
            Keep(explains);
        }

        return true;
    }

    /// <summary>Ends a read whose answer the client did not see, so it excludes no state.</summary>
    /// <returns>Whether it may have seen a state.</returns>
    public bool EndUnseenReading(Reading reading, ulong state)
    {
        Close();
        _readings.Remove(reading);
        return IsLost || reading.Seen.Contains(state);
    }

    public void DropReading(Reading reading) => _readings.Remove(reading);

    internal sealed class Reading(long changesBefore, HashSet<ulong> seen)
    {
        public long ChangesBefore { get; } = changesBefore;

        public HashSet<ulong> Seen { get; } = seen;
    }
}
