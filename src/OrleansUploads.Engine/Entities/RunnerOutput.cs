using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Entities;

/// <summary>Something that an <see cref="EntityRunner"/> wants its host to do.</summary>
public abstract record RunnerOutput
{
    private RunnerOutput()
    {
    }

    /// <summary>Read the entity's journal; answer with Loaded or LoadFailed.</summary>
    public sealed record Load : RunnerOutput;

    /// <summary>Ask the journal for the version of the entity's stream; answer with Verified or LoadFailed.</summary>
    public sealed record Verify : RunnerOutput;

    /// <summary>Append a record; answer with WriteEnded or WriteUnknown.</summary>
    public sealed record Append(long Write, JournalAppend Record) : RunnerOutput;

    /// <summary>Delete the stream; answer with WriteEnded or WriteUnknown.</summary>
    public sealed record Forget(long Write, long ExpectedVersion) : RunnerOutput;

    /// <summary>Save a snapshot; no answer is wanted, and losing it is harmless.</summary>
    public sealed record SaveSnapshot(long Version, ReadOnlyMemory<byte> Snapshot) : RunnerOutput;

    /// <summary>Give a caller its answer, which is what the command declares or a refusal.</summary>
    public sealed record Reply(object Ticket, object Answer) : RunnerOutput;

    /// <summary>Tell a caller that the outcome is unknown and that it may try again.</summary>
    public sealed record Fault(object Ticket, Exception Reason) : RunnerOutput;

    /// <summary>Carry an intent out; answer with IntentDone or IntentFailed.</summary>
    /// <param name="Intent">The intent.</param>
    /// <param name="FailedAttempts">How often it has failed; the host waits longer each time.</param>
    public sealed record Deliver(Intent Intent, int FailedAttempts) : RunnerOutput;
}
