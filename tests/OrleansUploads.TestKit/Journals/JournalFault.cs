namespace OrleansUploads.TestKit.Journals;

/// <summary>The effect of a <see cref="FaultyJournal"/> on one call.</summary>
public enum JournalFault
{
    None,

    /// <summary>The call fails without any effect.</summary>
    FailBefore,

    /// <summary>The call fails after its effect.</summary>
    FailAfter,
}

public enum JournalOperation
{
    Read,
    Append,
    SaveSnapshot,
    Forget,
}

/// <summary>One call of a journal.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Entity">The stream.</param>
/// <param name="Number">Number of earlier calls of this operation on the stream.</param>
public readonly record struct JournalCall(JournalOperation Operation, EntityId Entity, long Number);

/// <summary>Chooses the fault of each call. Called under a lock, in the order of the calls.</summary>
public delegate JournalFault JournalFaultPlan(JournalCall call);

public static class JournalFaultPlans
{
    public static readonly JournalFaultPlan None = static _ => JournalFault.None;
}
