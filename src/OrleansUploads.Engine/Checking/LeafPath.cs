using OrleansUploads.Core.Keys;

namespace OrleansUploads.Engine.Checking;

/// <summary>Follows the links between the leaves of an ordered index.</summary>
internal static class LeafPath
{
    /// <summary>How often a leaf may be met. A healthy path meets one twice at most; links in a circle are damage.</summary>
    private const int MaxVisits = 3;

    /// <summary>The leaves on the path to a position. If the last one does not own the position, the path ends there.</summary>
    /// <param name="states">Reads the leaves.</param>
    /// <param name="index">The index.</param>
    /// <param name="position">The position.</param>
    /// <param name="start">The first leaf on the path.</param>
    /// <exception cref="Ports.JournalDamagedException">A leaf on the path is damaged.</exception>
    public static IEnumerable<KeyLeafState> Follow(EntityStates states, KeyIndexId index, KeyPosition position, LeafName start)
    {
        var visits = new Dictionary<LeafName, int>();
        for (LeafName? at = start; at is { } name;)
        {
            var leaf = states.ReadLeaf(new LeafId(index, name));
            yield return leaf;
            visits[name] = visits.GetValueOrDefault(name) + 1;
            at = visits[name] < MaxVisits ? NextOf(leaf, name, position) : null;
        }
    }

    /// <summary>Where a leaf leads a request for a position, or null if the path ends at the leaf.</summary>
    private static LeafName? NextOf(KeyLeafState leaf, LeafName name, KeyPosition position)
    {
        switch (leaf.Phase)
        {
            case LeafPhase.Unborn or LeafPhase.Adopting:
                return name == LeafName.First ? null : LeafName.First;
            case LeafPhase.Giving or LeafPhase.Given or LeafPhase.Gone:
                return leaf.Left ?? LeafName.First;
            default:
                // During a split, the right neighbour can be reached before the new leaf leads to it.
                return position < leaf.From ? LeafName.First
                    : position >= leaf.Upper ? leaf.Right
                    : position >= leaf.End ? leaf.Next
                    : null;
        }
    }
}
