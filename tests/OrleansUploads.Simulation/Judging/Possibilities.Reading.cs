namespace OrleansUploads.Simulation.Judging;

/// <content>Reads change nothing, but their answers can exclude states.</content>
internal sealed partial class Possibilities
{
    public Reading BeginReading()
    {
        Close();
        var reading = new Reading(this);
        _readings.Add(reading);
        return reading;
    }

    internal sealed class Reading(Possibilities of)
    {
        private readonly long _changesBefore = of._changes;

        public HashSet<ulong> Seen { get; } = [.. of.States];

        /// <summary>The read was answered. A state that was possible since it was sent must explain the answer.</summary>
        public bool End(Predicate<ulong> explains, bool mayBeStale)
        {
            of.Close();
            Drop();
            if (of.IsLost)
            {
                return true;
            }

            if (!(mayBeStale ? of._ever : Seen).Any(state => explains(state)))
            {
                return false;
            }

            if (!mayBeStale && _changesBefore == of._changes)
            {
                // No request started or ended during the read, so it saw one of these states.
                of.Keep(explains);
            }

            return true;
        }

        /// <summary>Ends a read whose answer the client did not see, so it excludes no state.</summary>
        public void EndUnseen()
        {
            of.Close();
            Drop();
        }

        /// <summary>Whether a read that has ended may have seen a state.</summary>
        public bool MayHaveSeen(ulong state) => of.IsLost || Seen.Contains(state);

        public void Drop() => of._readings.Remove(this);
    }
}
