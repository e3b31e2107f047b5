namespace OrleansUploads.Cluster.Abstractions.Entities;

/// <summary>An entity, as gateways and other entities call it. Ingestion nodes use <see cref="Uploads.IUploadGrain"/>
/// instead.</summary>
/// <remarks>The grain's key is the entity's key: an account ID, <c>account/vault</c>, <c>account/vault/epoch</c> and so on.</remarks>
[Alias("OrleansUploads.IEntityGrain")]
public interface IEntityGrain : IGrainWithStringKey
{
    /// <summary>The maximum time for an answer. A call that has none by then is lost: the connection on which it was sent has been closed.
    /// Longer than a journal write may take.</summary>
    const string AnswerTime = "00:00:15";

    /// <summary>Sends a command to the entity and waits for its answer. An answer reveals only durable state. Every command is
    /// safe to repeat.</summary>
    /// <param name="command">The command.</param>
    [Alias("Ask")]
    [ResponseTimeout(AnswerTime)]
    ValueTask<EntityReply> AskAsync(EntityMessage command);

    /// <summary>Sends independent commands to the entity and waits for all answers.</summary>
    /// <param name="commands">The commands.</param>
    /// <returns>The replies, in the order of the commands.</returns>
    [Alias("AskAll")]
    [ResponseTimeout(AnswerTime)]
    ValueTask<EntityReply[]> AskAllAsync(EntityMessage[] commands);

    /// <summary>Lets the entity act on the time that has passed, and deliver what a crash left undelivered. Silos call this when the wake
    /// time of the entity has come.</summary>
    /// <returns>A reply without an answer. If the outcome is unknown, the entity stays due.</returns>
    [Alias("Wake")]
    [ResponseTimeout(AnswerTime)]
    ValueTask<EntityReply> WakeAsync();
}

/// <summary>An account: the list of its vaults.</summary>
[Alias("OrleansUploads.IAccountGrain")]
public interface IAccountGrain : IEntityGrain;

/// <summary>A vault: its totals and its settings.</summary>
[Alias("OrleansUploads.IVaultGrain")]
public interface IVaultGrain : IEntityGrain;

/// <summary>One shard of a vault's archive index.</summary>
[Alias("OrleansUploads.IArchiveShardGrain")]
public interface IArchiveShardGrain : IEntityGrain;

/// <summary>The jobs of a vault.</summary>
[Alias("OrleansUploads.IJobsGrain")]
public interface IJobsGrain : IEntityGrain;

/// <summary>The service: the times at which it was available, and whether its clock is trusted. There is one such grain, with the
/// key <c>service</c>.</summary>
[Alias("OrleansUploads.IServiceGrain")]
public interface IServiceGrain : IEntityGrain;

/// <summary>A bucket.</summary>
[Alias("OrleansUploads.IBucketGrain")]
public interface IBucketGrain : IEntityGrain;

/// <summary>A leaf of an ordered index of a bucket or a vault.</summary>
[Alias("OrleansUploads.IKeyLeafGrain")]
public interface IKeyLeafGrain : IEntityGrain;

/// <summary>The routes of an ordered index of a bucket or a vault.</summary>
[Alias("OrleansUploads.IKeyRoutesGrain")]
public interface IKeyRoutesGrain : IEntityGrain;

/// <summary>The outcome of a command: an answer, a refusal, or unknown.</summary>
/// <param name="Answer">The answer or the refusal; null if the outcome is unknown.</param>
/// <param name="Unavailable">Why the outcome is unknown, or null if there is an answer or refusal. The command may have been carried
/// out, and repeating it is safe.</param>
/// <param name="IsFailover">Whether the outcome is unknown because an entity moves to another silo, so that it will probably answer
/// soon.</param>
/// <param name="IsRefused">Whether the storage refused what the command needed. Then there is no answer, but the outcome is known: the
/// command has changed nothing.</param>
/// <param name="IsDamaged">Whether there is no answer because the history of the entity is damaged.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.EntityReply")]
public readonly record struct EntityReply(
    [property: Id(0)] EntityMessage? Answer,
    [property: Id(1)] string? Unavailable,
    [property: Id(2)] bool IsFailover = false,
    [property: Id(3)] bool IsRefused = false,
    [property: Id(4)] bool IsDamaged = false);
