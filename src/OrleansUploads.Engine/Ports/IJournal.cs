using OrleansUploads.Core;

namespace OrleansUploads.Engine.Ports;

/// <summary>The durable history of every entity: one append-only stream of records each.</summary>
/// <remarks>
/// A stream's version is the number of records ever appended to it; a stream that does not exist has version 0. The
/// expected version is the fence: of two hosts that believe they own an entity, the one that is behind gets a
/// conflict and must read again. Records are opaque here.
/// <para>Whatever is thrown by <see cref="AppendAsync"/> and <see cref="ForgetAsync"/>, but for argument errors, means
/// "unknown": the change may or may not be durable, and the caller must read the stream again before it decides anything.
/// All members may be called concurrently. Memory that is handed over is left alone until the call has ended.</para>
/// </remarks>
public interface IJournal
{
    /// <summary>Reads what is needed to rebuild an entity: the newest snapshot, if any, and every record after it.</summary>
    /// <exception cref="JournalDamagedException">What is stored is not what was written; the entity must not be served.</exception>
    /// <exception cref="JournalUnavailableException">The journal could not be read now.</exception>
    ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken);

    /// <summary>Reads how far a stream is, without its records.</summary>
    /// <exception cref="JournalUnavailableException">The journal could not be read now.</exception>
    ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken);

    /// <summary>Appends one record as version <c>ExpectedVersion + 1</c>. Durable when the task has completed.</summary>
    /// <returns>Whether it was appended, or fenced off because the stream is not at the expected version.</returns>
    /// <exception cref="JournalUnavailableException">Outcome unknown.</exception>
    ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken);

    /// <summary>Replaces the records up to a version, which is at least 1, by one snapshot.</summary>
    /// <remarks>An older snapshot than the stored one is ignored, and so is one that is ahead of its stream: its owner was
    /// overtaken. Losing a snapshot loses nothing.</remarks>
    ValueTask SaveSnapshotAsync(EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken);

    /// <summary>Deletes a whole stream, if it is still at the expected version; afterwards it has version 0. Durable when the
    /// task has completed. Only for names that never come back: the versions of a new stream start again at 1.</summary>
    ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken);
}

/// <summary>Finds the entities that asked to be woken. A scan of durable state, so no tick can be lost.</summary>
public interface IWakeIndex
{
    /// <summary>Entities whose wake time is at or before an instant, the earliest first.</summary>
    /// <param name="dueAt">The instant, usually now.</param>
    /// <param name="limit">Most entities to return; at least 1.</param>
    /// <param name="cancellationToken">Ends the scan.</param>
    ValueTask<IReadOnlyList<EntityId>> ListDueAsync(DateTimeOffset dueAt, int limit, CancellationToken cancellationToken);
}

/// <summary>How an append ended, where that is known.</summary>
public enum AppendOutcome
{
    /// <summary>The record is durable.</summary>
    Appended,

    /// <summary>The stream is not at the expected version; nothing was written.</summary>
    Conflict,
}

/// <summary>One record to append.</summary>
/// <param name="Entity">The stream.</param>
/// <param name="ExpectedVersion">The stream's version as the caller knows it; 0 for a new one.</param>
/// <param name="Record">The bytes; the caller leaves them alone until the append has ended.</param>
/// <param name="Wake">Sets or clears the entity's wake time in the same write; null leaves it as it is.</param>
public readonly record struct JournalAppend(
    EntityId Entity,
    long ExpectedVersion,
    ReadOnlyMemory<byte> Record,
    WakeChange? Wake = null);

/// <summary>A new wake time for an entity.</summary>
/// <param name="At">When to list it as due, to the millisecond; null for never.</param>
public readonly record struct WakeChange(DateTimeOffset? At);

/// <summary>What a stream holds.</summary>
/// <param name="Version">The stream's version; 0 where there is no stream.</param>
/// <param name="Snapshot">The newest snapshot; null where there is none.</param>
/// <param name="Records">The records after the snapshot, oldest first.</param>
/// <param name="WakeAt">The wake time in force; null for none.</param>
public sealed record JournalHistory(
    long Version,
    ReadOnlyMemory<byte>? Snapshot,
    IReadOnlyList<ReadOnlyMemory<byte>> Records,
    DateTimeOffset? WakeAt)
{
    /// <summary>A stream that does not exist.</summary>
    public static readonly JournalHistory None = new(0, null, [], null);
}
