namespace OrleansUploads.TestKit.Journals;

/// <summary>The effect of a <see cref="FaultyJournal"/> on one call.</summary>
public enum JournalFault
{
    /// <summary>No fault.</summary>
    None,

    /// <summary>The call fails without any effect.</summary>
    FailBefore,

    /// <summary>The call fails after its effect. For a read, the same as <see cref="FailBefore"/>.</summary>
    FailAfter,

    /// <summary>A write returns a conflict without any effect. A snapshot is lost, and a read succeeds.</summary>
    Conflict,
}

/// <summary>The operations of a journal and its wake index.</summary>
public enum JournalOperation
{
    Read,
    Append,
    SaveSnapshot,
    Forget,
    ListDue,
}

/// <summary>One call of a journal.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Entity">The stream; the default for <see cref="JournalOperation.ListDue"/>.</param>
/// <param name="Number">Number of earlier calls of this operation on the stream.</param>
public readonly record struct JournalCall(JournalOperation Operation, EntityId Entity, long Number);

/// <summary>Chooses the fault of each call. Called under a lock, in the order of the calls.</summary>
public delegate JournalFault JournalFaultPlan(JournalCall call);

/// <summary>Deterministic plans.</summary>
public static class JournalFaultPlans
{
    /// <summary>No faults.</summary>
    public static readonly JournalFaultPlan None = static _ => JournalFault.None;

    /// <summary>One fault for each call of an operation on any stream, in order; none after the last.</summary>
    public static JournalFaultPlan Script(JournalOperation operation, params JournalFault[] faults)
    {
        int next = 0;
        return call => call.Operation == operation && next < faults.Length ? faults[next++] : JournalFault.None;
    }

    /// <summary>Faults at a rate per thousand calls, drawn from a seed. The fault of a call depends only on its operation,
    /// stream and number, not on how calls of different streams interleave.</summary>
    public static JournalFaultPlan Seeded(ulong seed, int faultsPerThousand) => call =>
    {
        ulong draw = Mix(seed + (ulong)call.Operation);
        draw = Mix(draw + (ulong)call.Entity.Kind);
        foreach (char letter in call.Entity.Key ?? "")
            draw = Mix(draw + letter);
        draw = Mix(draw + (ulong)call.Number);
        if (draw % 1000 >= (ulong)faultsPerThousand)
            return JournalFault.None;
        return (JournalFault)(1 + (Mix(draw) % 3));
    };

    // The finalizer of SplitMix64: each input bit changes half of the output bits.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
