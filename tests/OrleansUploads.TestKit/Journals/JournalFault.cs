using OrleansUploads.Core.Values;

namespace OrleansUploads.TestKit.Journals;

/// <summary>The effect of a <see cref="FaultyJournal"/> on one call.</summary>
public enum JournalFault
{
    /// <summary>Nothing; the call goes through.</summary>
    None,

    /// <summary>The call fails and nothing has been done.</summary>
    FailBefore,

    /// <summary>It is done, and then the call fails all the same. Of a read, the same as failing before.</summary>
    FailAfter,

    /// <summary>A write is told that it was fenced off, and nothing has been done. A snapshot is lost; a read goes through.</summary>
    Conflict,
}

/// <summary>The members of the ports.</summary>
public enum JournalOperation
{
    Read,
    Append,
    SaveSnapshot,
    Forget,
    ListDue,
}

/// <summary>One call of a journal.</summary>
/// <param name="Operation">Which member.</param>
/// <param name="Entity">The stream; the default for <see cref="JournalOperation.ListDue"/>.</param>
/// <param name="Number">How many calls of this member there were on this stream before.</param>
public readonly record struct JournalCall(JournalOperation Operation, EntityId Entity, long Number);

/// <summary>Decides the fate of each call. Called under a lock, in the order of the calls.</summary>
public delegate JournalFault JournalFaultPlan(JournalCall call);

/// <summary>Plans that come out the same in every run.</summary>
public static class JournalFaultPlans
{
    /// <summary>No faults.</summary>
    public static readonly JournalFaultPlan None = static _ => JournalFault.None;

    /// <summary>One fault for each call of a member, on any stream, in order; none after the last.</summary>
    public static JournalFaultPlan Script(JournalOperation operation, params JournalFault[] faults)
    {
        int next = 0;
        return call => call.Operation == operation && next < faults.Length ? faults[next++] : JournalFault.None;
    }

    /// <summary>A fault in so many of a thousand calls, drawn from a seed. What a call draws depends on its stream and
    /// number only, so it does not depend on how the calls of different streams interleave.</summary>
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
